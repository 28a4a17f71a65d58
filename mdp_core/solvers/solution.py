"""Solutions: optimal values, and the policies that are greedy on them."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mdp_core.policy import greedy_probabilities
from mdp_core.solvers.iterate import enough
from mdp_core.solvers.value_iteration import value_iteration
from mdp_core.tabular import TabularMDP


@dataclass(frozen=True, eq=False)
class Solution:
    """Optimal values of an MDP for one gamma, and the greedy policy on them."""

    gamma: float
    v: NDArray[np.float64]  # [S], 0 in terminal states
    q: NDArray[np.float64]  # [S, A], -inf where an action is not allowed
    policy: NDArray[np.float64]  # [S, A], equally good actions share the probability
    iterations: int  # sweeps
    residual: float  # of the last sweep


def solve(
    mdp: TabularMDP,
    gamma: float,
    *,
    tolerance: float = 1e-9,
    v0: ArrayLike | None = None,
    max_sweeps: int = 100_000,
) -> Solution:
    """v*, q* and a greedy policy by value iteration; the meaning of `tolerance` and what is raised: see `value_iteration`.

    Raises ValueError too if the values have not settled after `max_sweeps`: with gamma = 1 they never do where rewards
    can be collected for ever.
    """
    last = deque(value_iteration(mdp, gamma, tolerance=tolerance, v0=v0, max_sweeps=max_sweeps), maxlen=1)[0]
    if not last.residual <= enough(gamma, tolerance, last.v):
        raise ValueError(
            f"the values did not settle within {max_sweeps} sweeps; where an episode can go on for ever, take gamma below 1"
        )
    q = mdp.q_from_v(last.v, gamma)
    return Solution(gamma, last.v, q, _greedy(q), last.sweep, last.residual)


def _greedy(q: NDArray[np.float64]) -> NDArray[np.float64]:
    """[S, A] -> [S, A]: greedy, and uniform where no action is allowed (a terminal state may offer none)."""
    none = ~np.isfinite(q).any(axis=1, keepdims=True)
    return greedy_probabilities(np.where(none, 0.0, q))
