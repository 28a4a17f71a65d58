"""The exact gradient of the expected score, and the way of the sampled one to it."""

from __future__ import annotations

import time
from collections.abc import Generator
from dataclasses import dataclass
from typing import TypeVar

import torch

from mdp_core.rlhf.adapters import Adapter, AdapterSpec, new_adapter
from mdp_core.rlhf.convergence import Convergence, converge
from mdp_core.rlhf.estimators import gradient_moments_by_part
from mdp_core.rlhf.principle import Principle
from mdp_core.rlhf.scored_texts import score_all_texts
from mdp_core.rlhf.totals import checked_score
from mdp_core.tokens.language_model import LanguageModel
from mdp_core.tokens.mdp import Text
from mdp_core.work import Report

T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class EstimatedGradient:
    """Both gradients after one prompt, at the model itself."""

    score: float  # E[r] over the counted texts
    rest: float  # the probability of the texts that were not counted
    counted: int
    low: float  # of the counted texts' scores
    high: float
    seconds: float
    convergence: Convergence


def estimate_gradient(
    model: LanguageModel, prompt: Text, seed: int, principle: Principle, *, max_tokens: int, texts: int
) -> Generator[Report[EstimatedGradient], None, EstimatedGradient]:
    """Count and score all texts of at most `max_tokens` tokens, then draw `texts` of them. Raises what the score raises."""
    began = time.perf_counter()
    yield Report(0.0, "counting all texts")
    counted = yield from score_all_texts(model, prompt, max_tokens, principle, share=0.05)
    adapter = blank_adapter(model)
    exact = gradient_moments_by_part(model, adapter, counted)
    moments = yield from _reports(exact, 0.05, 0.4, len(counted.texts), "the exact gradient, text by text")
    reward = principle.reward()

    def score(text: str) -> float:
        return checked_score(reward(text).total, text)

    drawing = converge(model, adapter, prompt, max_tokens, score, moments, texts=texts, seed=seed)
    convergence = yield from _reports(drawing, 0.4, 1.0, texts, "drawing texts: {done:,} of {most:,}")
    return EstimatedGradient(
        float(counted.probabilities @ counted.scores) / (1 - counted.rest),
        counted.rest,
        len(counted.texts),
        float(counted.scores.min()),
        float(counted.scores.max()),
        time.perf_counter() - began,
        convergence,
    )


def blank_adapter(model: LanguageModel) -> Adapter:
    """An adapter that changes nothing yet."""
    return new_adapter(model.model, AdapterSpec(), torch.Generator().manual_seed(0), model.id)


def _reports(
    steps: Generator[int, None, T], first: float, last: float, most: int, doing: str
) -> Generator[Report[EstimatedGradient], None, T]:
    """A report for every count of `steps`, between two shares of the whole."""
    try:
        while True:
            done = next(steps)
            yield Report(first + (last - first) * done / most, doing.format(done=done, most=most))
    except StopIteration as end:
        result: T = end.value
        return result
