"""Exact answers where a model's texts can be counted: expected score, KL divergence.

A model's texts form a tree. It is walked where it is likely; every text of at least a given probability is scored, and
the probability of all others is known too: `rest`. What is computed from such texts says how far `rest` could move it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from mdp_core.rlhf.reading import log_probabilities
from mdp_core.rlhf.totals import totals
from mdp_core.tokens.generation import Texts, repeated
from mdp_core.tokens.language_model import LanguageModel
from mdp_core.tokens.prompts import LongPromptError
from mdp_core.tokens.text_tree import TextWalk, tempered


@dataclass(frozen=True, eq=False)
class CountedTexts:
    """M texts that a policy may write after one prompt, each once, with their scores, and what all others weigh."""

    texts: Texts  # log-probabilities are those of the policy that was enumerated
    scores: NDArray[np.float64]  # [M]
    rest: float  # the probability of every other text
    low: float  # of any score
    high: float

    @property
    def log_probabilities(self) -> NDArray[np.float64]:
        """[M], log pi(y) of each text."""
        result: NDArray[np.float64] = self.texts.log_probabilities.sum(axis=1)
        return result

    @property
    def probabilities(self) -> NDArray[np.float64]:
        """[M], pi(y) of each text; they sum to 1 - rest."""
        result: NDArray[np.float64] = np.exp(self.log_probabilities)
        return result

    @property
    def score(self) -> float:
        """E[r(y)], the rest counted as the middle of what it can be."""
        return float(self.probabilities @ self.scores) + self.rest * (self.low + self.high) / 2

    @property
    def bound(self) -> float:
        """How far off `score` can be at most."""
        return self.rest * (self.high - self.low) / 2


def count_texts(
    model: LanguageModel,
    prompt: tuple[int, ...],
    max_tokens: int,
    score: Callable[[str], float],
    *,
    low: float,
    high: float,
    temperature: float = 1.0,
    least: float = 1e-6,
) -> CountedTexts:
    """Every text of at most `max_tokens` tokens after `prompt` whose probability under `model` is at least `least`.

    A text ends with an end token or at the limit; either way it has its score, in [low, high]. There are at most
    1 / `least` of them; Pocket has some 5,000 of 4 tokens after "the movie was", all but 0.0002 of the probability.
    Give `Totals(reward)` as `score`, and a reward that can reads them all together.
    With `least` 0 every text is counted, V^max_tokens of them. Raises LongPromptError where the window has no room, and
    ValueError for `max_tokens` below 1, a temperature that is not above 0, or a prompt that is no text.
    """
    if max_tokens < 1 or not temperature > 0:
        raise ValueError(f"texts need at least 1 token and a temperature above 0, not {max_tokens} and {temperature:g}")
    if len(prompt) >= model.window:
        raise LongPromptError(len(prompt), model.window - 1, "tokens")
    T = min(max_tokens, model.window - len(prompt))
    walk = TextWalk(model, prompt, T, partial(tempered, temperature=temperature), least=least)
    parts = list(walk.texts())
    tokens, paths = (
        np.concatenate([np.pad(rows, ((0, 0), (0, T - rows.shape[1])), constant_values=fill) for rows in of_parts])
        for of_parts, fill in (([e.tokens for e in parts], -1), ([e.log_probabilities for e in parts], 0))
    )
    lengths = (tokens >= 0).sum(axis=1)
    last = tokens[np.arange(len(tokens)), lengths - 1]
    texts = Texts(repeated(prompt, len(tokens)), tokens, paths, lengths, walk.ends[last])
    scores = totals(score, [model.decode(ids) for ids in texts])
    return CountedTexts(texts, scores, walk.rest, low, high)


@dataclass(frozen=True)
class PolicyPoint:
    """Where a tuned policy stands: its expected score and its distance from the reference, both exact up to `rest`."""

    score: float  # E_pi[r], the rest in the middle of the range
    bound: float  # of the error of `score`
    kl: float  # KL(pi || pi_ref) in nats a text, at least this much
    rest: float  # the probability of the texts that were not counted


def policy_point(model: LanguageModel, counted: CountedTexts, *, temperature: float = 1.0) -> PolicyPoint:
    """Compare the texts that a tuned policy writes, `counted` with it at `temperature`, to what `model` makes of them.

    The texts that are not counted enter the divergence as if they were one, which can only make it smaller (log-sum
    inequality).
    """
    reference = log_probabilities(model, counted.texts, temperature=temperature).sum(-1).numpy()
    kl = float(counted.probabilities @ (counted.log_probabilities - reference))
    if counted.rest > 0:
        kl += counted.rest * float(np.log(counted.rest / max(1.0 - np.exp(reference).sum(), counted.rest * 1e-9)))
    return PolicyPoint(counted.score, counted.bound, kl, counted.rest)
