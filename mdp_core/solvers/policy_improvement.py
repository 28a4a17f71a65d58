"""Policy improvement: from values to a policy that is greedy on them."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mdp_core.policy import greedy_probabilities
from mdp_core.returns import check_gamma
from mdp_core.solvers.iterate import first_values
from mdp_core.tabular import TabularMDP


def policy_improvement(mdp: TabularMDP, v: ArrayLike, gamma: float) -> NDArray[np.float64]:
    """[S] -> [S, A]: the policy that is greedy on `v` (Sutton & Barto, eq. 4.9); equally good actions share the probability.

    For v = v_pi it is at least as good as pi in every state (policy improvement theorem). In a terminal state that allows no
    action all actions have the same probability. Raises ValueError if gamma is not in [0, 1] or `v` is not S finite values.
    """
    check_gamma(gamma)
    return greedy(mdp.q_from_v(first_values(mdp, v), gamma))


def greedy(q: NDArray[np.float64], tolerance: float = 1e-9) -> NDArray[np.float64]:
    """[S, A] -> [S, A]: greedy on `q`, ties within `tolerance` of the best; uniform where no action is allowed."""
    none = ~np.isfinite(q).any(axis=1, keepdims=True)
    return greedy_probabilities(np.where(none, 0.0, q), tolerance)
