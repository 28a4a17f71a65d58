"""The best that tuning could reach: the optimum under the KL penalty, and the frontier that it draws.

Of all policies, pi*(y) = pi_ref(y) exp(r(y) / beta) / Z has the largest E[r] - beta KL(pi || pi_ref) (Korbak et al. 2022;
Rafailov et al. 2023, eq. 4), namely beta log Z. Seen over beta, its score is the most that is to be had at its divergence.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mdp_core.rlhf.exact import CountedTexts


@dataclass(frozen=True, eq=False)
class Optimum:
    """pi* for one beta, among policies that write nothing but the counted texts."""

    beta: float
    probabilities: NDArray[np.float64]  # [M], pi*(y)
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
    weights = reference.log_probabilities + reference.scores / beta
    log_z = _log_sum(weights)
    p = np.exp(weights - log_z)
    score = float(p @ reference.scores)
    return Optimum(beta, p, log_z, score, max(score / beta - log_z, 0.0))


def frontier(reference: CountedTexts, betas: Sequence[float]) -> list[Optimum]:
    """The optimum of every beta: the smaller beta, the higher the score and the farther from the reference."""
    return [optimum(reference, beta) for beta in betas]


@dataclass(frozen=True)
class BestScore:
    """The most that any policy can score at a divergence: reached by one that is known, and bounded from above."""

    reached: float  # by a policy that writes the counted texts only
    bound: float  # no policy scores more, whatever the texts are worth that were not counted


def best_score(reference: CountedTexts, kl: float) -> BestScore:
    """What is to be had at KL(pi || pi_ref) <= `kl` nats. Raises ValueError for a negative or infinite `kl`.

    For every beta, E[r] <= beta log Z + beta KL, with the texts that were not counted put into Z at the highest score: the
    least of these is the bound.
    """
    if not 0 <= kl < float("inf"):
        raise ValueError(f"a divergence is a number from 0, not {kl:g}")
    span = max(reference.high - reference.low, 1e-9)
    low, high = np.log(span * 1e-5), np.log(span * 1e5)  # of beta: between the best text alone and the reference itself
    for _ in range(60):
        middle = (low + high) / 2
        if optimum(reference, float(np.exp(middle))).kl > kl:
            low = middle
        else:
            high = middle
    reached = optimum(reference, float(np.exp(high))).score
    tightest = min(
        objective_bound(reference, float(beta)) + float(beta) * kl
        for beta in np.exp(high) * np.geomspace(0.25, 4.0, 81)
    )
    return BestScore(reached, min(tightest, reference.high))


def objective_bound(reference: CountedTexts, beta: float) -> float:
    """beta log Z, were all texts that were not counted as good as can be: no policy's E[r] - beta KL is larger."""
    log_z = _log_sum(reference.log_probabilities + reference.scores / beta)
    if reference.rest <= 0:
        return beta * log_z
    return float(beta * np.logaddexp(log_z, np.log(reference.rest) + reference.high / beta))


def _log_sum(values: NDArray[np.float64]) -> float:
    return float(np.logaddexp.reduce(values))
