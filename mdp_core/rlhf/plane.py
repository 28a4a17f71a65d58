"""The plane of divergence and score, in which a policy is a point: the curve that none can be above."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mdp_core.rlhf.exact import CountedTexts
from mdp_core.rlhf.frontier import objective_bound, worst_case

SHARPEST, FLATTEST = 1e-3, 30.0  # of the scores' span: the betas that the curve goes through


@dataclass(frozen=True, eq=False)
class Frontier:
    """The most that any policy can score, at M ascending divergences from 0 on."""

    kl: NDArray[np.float64]  # [M], nats a text
    reached: NDArray[np.float64]  # [M], by a policy that is known
    bound: NDArray[np.float64]  # [M], by no policy exceeded


def frontier_curve(reference: CountedTexts, points: int = 40) -> Frontier:
    """The optimum of each of `points` betas, and the least upper bound that these betas give there.

    For every beta, E[r] <= max(E[r] - beta KL) + beta KL: see `best_score`, which asks for one divergence.
    """
    span = max(reference.high - reference.low, 1e-9)
    betas = np.geomspace(FLATTEST * span, SHARPEST * span, points)
    best = [worst_case(reference, beta) for beta in betas.tolist()]
    kl = np.maximum.accumulate([0.0, *(optimum.kl for optimum in best)])
    reached = np.maximum.accumulate([_least(reference), *(optimum.score for optimum in best)])
    most = np.array([objective_bound(reference, float(beta)) for beta in betas])
    bound = np.minimum((most + np.outer(kl, betas)).min(axis=1), reference.high)
    return Frontier(kl, reached, np.maximum(bound, reached))


def _least(reference: CountedTexts) -> float:
    """What the reference itself scores at least, at divergence 0."""
    return float(reference.probabilities @ reference.scores) + reference.rest * reference.low
