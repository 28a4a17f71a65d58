"""The exact gradient of the expected score, text by text, and the way of the sampled one to it."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import numpy as np

from mdp_core.rlhf.adapters import Adapter
from mdp_core.rlhf.convergence import Convergence, converge
from mdp_core.rlhf.estimators import gradient_moments_by_part
from mdp_core.rlhf.exact import CountedTexts, count_texts
from mdp_core.rlhf.totals import checked_score, checked_totals
from mdp_core.tokens.language_model import LanguageModel
from mdp_core.tokens.scores import Reward
from mdp_core.work import Report

R = TypeVar("R")

SCORED = 256  # texts that are scored between two stops


@dataclass(frozen=True, eq=False)
class GradientStudy:
    """All texts that a policy may write, and how an estimate from some of them closes in on the exact gradient."""

    counted: CountedTexts
    convergence: Convergence

    @property
    def score(self) -> float:
        """E[r] over the counted texts."""
        return float(self.counted.probabilities @ self.counted.scores) / (1 - self.counted.rest)

    @property
    def low(self) -> float:
        """The lowest score of a counted text."""
        return float(self.counted.scores.min())

    @property
    def high(self) -> float:
        """The highest score of a counted text."""
        return float(self.counted.scores.max())


def score_all_texts(
    model: LanguageModel, prompt: tuple[int, ...], tokens: int, reward: Reward, *, low: float, high: float
) -> Generator[Report[Any], None, CountedTexts]:
    """`count_texts` with a stop after some of the scores, as a score may be slow; shares up to 0.05.

    Raises ScoreError for a score that is no finite number, and what `reward` raises.
    """
    yield Report(0.01, "counting all texts")
    counted = count_texts(model, prompt, tokens, lambda _: 0.0, low=low, high=high)
    texts = [model.decode(ids) for ids in counted.texts]
    scores = []
    for i in range(0, len(texts), SCORED):
        yield Report(0.05 * i / len(texts), f"scoring all texts: {i:,} of {len(texts):,}")
        scores.append(checked_totals(reward, texts[i : i + SCORED]))
    return replace(counted, scores=np.concatenate(scores))


def study_gradient(
    model: LanguageModel, adapter: Adapter, counted: CountedTexts, reward: Reward, *, drawn: int, seed: int
) -> Generator[Report[GradientStudy], None, GradientStudy]:
    """The gradient of E[r] under `adapter`, whose texts are `counted`, and its estimate from up to `drawn` texts.

    Shares begin at 0.05. Raises as `converge` does, and ScoreError for a score that is no finite number.
    """
    exact = gradient_moments_by_part(model, adapter, counted)
    moments = yield from _reported(exact, 0.05, 0.35 / len(counted.texts), lambda _: "the exact gradient, text by text")
    tokens = counted.texts.tokens.shape[1]
    drawing = converge(
        model,
        adapter,
        counted.texts.prompt,
        tokens,
        lambda text: checked_score(reward(text).total, text),
        moments,
        texts=drawn,
        seed=seed,
    )
    convergence = yield from _reported(drawing, 0.4, 0.6 / drawn, lambda n: f"drawing texts: {n:,} of {drawn:,}")
    return GradientStudy(counted, convergence)


def _reported(
    counts: Generator[int, None, R], begin: float, each: float, doing: Callable[[int], str]
) -> Generator[Report[Any], None, R]:
    """What says how many are done, as reports."""
    while True:
        try:
            done = next(counts)
        except StopIteration as end:
            result: R = end.value
            return result
        yield Report(begin + each * done, doing(done))
