"""The value of a text that is not finished: the expected discounted score of what a language model makes of it.

The tree of its texts is walked; every text whose probability is at least a threshold is scored. The probability of what is
left out, times the range of the score, bounds the error. Where that is too much, texts are drawn, and those that had been
left out say what the rest is worth: exact where the mass is, an estimate with its interval for the remainder.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.special import stdtrit

from mdp_core.returns import discounts
from mdp_core.tokens.mdp import Text, TokenMDP
from mdp_core.tokens.sampling import Sampling
from mdp_core.tokens.served.model import ServedModel
from mdp_core.tokens.text_tree import TextWalk, tempered
from mdp_core.tokens.writers import write_by_token

FIRST_THRESHOLD = 1e-3  # the probability of a text from which on it is enumerated, in the first round
FINER = 10.0  # by how much each round lowers it; the prefixes grow about as much
ENOUGH = 100  # texts of the remainder below which their mean says too little to be used


@dataclass(frozen=True)
class Effort:
    """How much work a value is worth."""

    tolerance: float = 0.003  # the error at which it is good enough
    prefixes: int = 60_000  # read at most, in the last round of the enumeration; 0: only draw
    samples: int = 10_000  # texts drawn at most for the remainder; 0: only enumerate
    batch: int = 256  # texts drawn between two looks


@dataclass(frozen=True, eq=False)
class PrefixValue:
    """V(s) of a prefix: of the texts that were enumerated exactly, of all others by sampling, if at all."""

    paid: NDArray[np.float64]  # [L], sum of probability * score of the enumerated texts that end after 1..L more tokens
    rest: float  # the probability of all texts that were not enumerated
    low: float  # of the score
    high: float
    texts: int = 0  # enumerated
    drawn: int = 0  # texts that were drawn, the enumerated ones among them included
    rest_times: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, dtype=np.int64))  # [n], from 0, of the
    rest_scores: NDArray[np.float64] = field(
        default_factory=lambda: np.zeros(0)
    )  # drawn texts that were not enumerated

    def value(self, gamma: float) -> float:
        """V(s) = E[gamma^(k-1) score], k being the tokens still written; the middle of what it can be where unsampled."""
        exact = float(self.paid @ discounts(len(self.paid), gamma))
        if self.sampled:
            return exact + self.rest * float(self._rest_returns(gamma).mean())
        return exact + self.rest * (min(self.low, 0.0) + max(self.high, 0.0)) / 2

    def bound(self) -> float:
        """The truncation error: half of the left-out probability times the range of a discounted score. Always holds."""
        return self.rest * (max(self.high, 0.0) - min(self.low, 0.0)) / 2

    def half_width(self, gamma: float) -> float:
        """How far off `value` may be: the bound, or half of the 95 % interval where the remainder was sampled.

        The interval is Student's t; where all samples were equal it is the rule of three: at most 3 / n of the probability
        lies elsewhere.
        """
        if not self.sampled:
            return self.bound()
        returns = self._rest_returns(gamma)
        n, spread = len(returns), float(returns.std(ddof=1))
        if spread < 1e-12:
            return min(self.bound(), 2 * self.bound() * 3 / n)
        return float(stdtrit(n - 1, 0.975) * self.rest * spread / np.sqrt(n))

    @property
    def sampled(self) -> bool:
        """True where `half_width` is a confidence interval, False where it is a bound that always holds."""
        return len(self.rest_scores) >= (ENOUGH if self.texts else 2)

    def _rest_returns(self, gamma: float) -> NDArray[np.float64]:
        result: NDArray[np.float64] = self.rest_scores * np.power(gamma, self.rest_times.astype(np.float64))
        return result


def prefix_value(
    mdp: TokenMDP,
    sampling: Sampling,
    prefix: Text,
    *,
    low: float,
    high: float,
    seed: int = 0,
    effort: Effort | None = None,
) -> Iterator[PrefixValue]:
    """Work out V(`prefix`) under the model of `mdp`, yielding what is known after every bit of work, the best at last.

    Ends when the error for gamma = 1 is within the tolerance, or the effort is spent. The same arguments give the same
    value. Raises ValueError for a finished text, and for a served model that is to be enumerated.
    """
    if mdp.is_terminal(prefix):
        raise ValueError("the text is finished: nothing follows that could have a value")
    effort, model = effort or Effort(), mdp.model
    if isinstance(model, ServedModel) and effort.prefixes:
        raise ValueError("A server tells its likeliest tokens only: its texts can be drawn, and not enumerated.")
    L = mdp.limit - len(prefix)
    best = PrefixValue(np.zeros(L), 1.0, low, high)
    floor, ceiling, read = FIRST_THRESHOLD, np.inf, 0
    while (
        not isinstance(model, ServedModel)
        and effort.prefixes
        and best.bound() > effort.tolerance
        and read * FINER <= effort.prefixes
    ):
        walk = TextWalk(model, prefix, L, partial(_log_pi, sampling), least=floor, below=ceiling)
        for part in walk.texts():
            # Between two rounds the mass that is still to come counts as left out, though it may not be.
            p, k = part.probabilities, part.tokens.shape[1]
            scores = [mdp.reward(mdp.model.decode([*prefix, *tokens])).total for tokens in part.tokens.tolist()]
            paid = best.paid.copy()
            paid[k - 1] += p @ np.array(scores, dtype=np.float64)
            best = replace(best, paid=paid, rest=max(best.rest - float(p.sum()), 0.0), texts=best.texts + len(p))
            yield best
        best = replace(best, rest=walk.rest)
        yield best
        read, ceiling, floor = walk.prefixes, floor, floor / FINER
    threshold = ceiling if effort.prefixes and read else np.inf
    while best.half_width(1.0) > effort.tolerance and best.drawn < effort.samples:
        best = yield from _drawn(mdp, sampling, prefix, best, threshold, seed, effort)
        yield best


def _log_pi(sampling: Sampling, logits: torch.Tensor) -> NDArray[np.float64]:
    """[N, V] -> [N, V], as `sampling` has it; without a ranking where nothing is cut off."""
    if sampling.temperature > 0 and not sampling.top_k and sampling.top_p == 1:
        return tempered(logits, sampling.temperature)
    with np.errstate(divide="ignore"):  # a token that is cut off
        result: NDArray[np.float64] = np.log(sampling.probabilities(logits.numpy()))
    return result


def _drawn(
    mdp: TokenMDP, sampling: Sampling, prefix: Text, best: PrefixValue, threshold: float, seed: int, effort: Effort
) -> Generator[PrefixValue, None, PrefixValue]:
    """`best` with one more batch of texts drawn, those that the enumeration left out kept; yields `best` at every token."""
    count = min(effort.batch, effort.samples - best.drawn)
    L = mdp.limit - len(prefix)
    uniforms = np.random.default_rng([seed, 5, best.drawn, len(prefix)]).random((count, L))
    writing = write_by_token(mdp.model, prefix, uniforms, sampling)
    while True:
        try:
            next(writing)
            yield best
        except StopIteration as end:
            texts = end.value
            break
    left_out = np.flatnonzero(np.exp(texts.log_probabilities.sum(axis=1)) < threshold)
    scores = [mdp.reward(mdp.model.decode(texts.ids(i))).total for i in left_out.tolist()]
    return replace(
        best,
        drawn=best.drawn + count,
        rest_times=np.concatenate([best.rest_times, texts.lengths[left_out] - 1]),
        rest_scores=np.concatenate([best.rest_scores, np.array(scores, dtype=np.float64)]),
    )
