"""The best that tuning could reach: the optimum under the KL penalty, and the frontier that it draws.

Of all policies, pi*(y) = pi_ref(y) exp(r(y) / beta) / Z has the largest E[r] - beta KL(pi || pi_ref) (Korbak et al. 2022;
Rafailov et al. 2023, eq. 4), namely beta log Z. Seen over beta, its score is the most that is to be had at its divergence.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mdp_core.rlhf.exact import CountedTexts

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Optimum:
    """pi* for one beta, among policies that write nothing but the counted texts."""

    beta: float
    probabilities: Array  # [M], pi*(y)
    log_z: float  # log sum_y pi_ref(y) exp(r(y) / beta)
    score: float  # E_pi*[r]
    kl: float  # KL(pi* || pi_ref), nats a text

    @property
    def objective(self) -> float:
        """E[r] - beta KL, the largest that such a policy can have."""
        return self.beta * self.log_z


def optimum(reference: CountedTexts, beta: float) -> Optimum:
    """The best policy for a penalty of `beta` > 0 a nat. Raises ValueError for any other beta."""
    if not 0 < beta < float("inf"):
        raise ValueError(f"beta must be above 0 for an optimum to exist, not {beta:g}.")
    return _tilted(reference.log_probabilities, reference.scores, beta)


def worst_case(reference: CountedTexts, beta: float) -> Optimum:
    """The best policy for a penalty of `beta` > 0 a nat, if the texts that were not counted are all worth the lowest score:
    they are one text more, the last, which it may write as well."""
    return _tilted(*_with_the_rest(reference, reference.low), beta)


@dataclass(frozen=True)
class BestScore:
    """The most that any policy can score at a divergence: reached by one that is known, and bounded from above."""

    reached: float  # by a policy that is known, even if the texts that were not counted are worth nothing
    bound: float  # no policy scores more, whatever the texts are worth that were not counted


def best_score(reference: CountedTexts, kl: float) -> BestScore:
    """What is to be had at KL(pi || pi_ref) <= `kl` nats. Raises ValueError for a negative or infinite `kl`.

    All texts that were not counted stand for one text, which a policy may write more or less often: of the lowest score for
    what is reached, of the highest for the bound. E[r] <= beta log Z + beta KL for every beta, with equality for pi*.
    """
    if not 0 <= kl < float("inf"):
        raise ValueError(f"a divergence is a number from 0, not {kl:g}")
    span = max(reference.high - reference.low, 1e-9)
    worst = _nearest(*_with_the_rest(reference, reference.low), span, kl)
    best = _nearest(*_with_the_rest(reference, reference.high), span, kl)
    return BestScore(worst.score, min(best.objective + best.beta * kl, reference.high))


def _nearest(log_p: Array, scores: Array, span: float, kl: float) -> Optimum:
    """The optimum of the smallest beta that is no farther than `kl` from the reference."""
    low, high = np.log(span * 1e-5), np.log(span * 1e5)  # of beta: between the best text alone and the reference itself
    for _ in range(60):
        middle = (low + high) / 2
        if _tilted(log_p, scores, float(np.exp(middle))).kl > kl:
            low = middle
        else:
            high = middle
    return _tilted(log_p, scores, float(np.exp(high)))


def _with_the_rest(reference: CountedTexts, worth: float) -> tuple[Array, Array]:
    """Log-probabilities and scores of the counted texts, and of one for all others where there are any."""
    log_p, scores = reference.log_probabilities, reference.scores
    if reference.rest <= 0:
        return log_p, scores
    return np.append(log_p, np.log(reference.rest)), np.append(scores, worth)


def objective_bound(reference: CountedTexts, beta: float) -> float:
    """beta log Z, were all texts that were not counted as good as can be: no policy's E[r] - beta KL is larger."""
    log_p, scores = _with_the_rest(reference, reference.high)
    return beta * _log_sum(log_p + scores / beta)


def _tilted(log_p: Array, scores: Array, beta: float) -> Optimum:
    """p exp(r / beta) / Z"""
    weights = log_p + scores / beta
    log_z = _log_sum(weights)
    p = np.exp(weights - log_z)
    score = float(p @ scores)
    return Optimum(beta, p, log_z, score, max(score / beta - log_z, 0.0))


def _log_sum(values: Array) -> float:
    return float(np.logaddexp.reduce(values))
