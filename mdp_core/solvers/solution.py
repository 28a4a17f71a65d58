"""Solutions: optimal values, and the policies that are greedy on them."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mdp_core.returns import check_gamma
from mdp_core.solvers.bellman import Bellman
from mdp_core.solvers.ending import EndlessError, settled, summable
from mdp_core.solvers.iterate import check_tolerance, enough, first_values
from mdp_core.solvers.modified_policy_iteration import adaptive_policy_iteration
from mdp_core.solvers.policy import checked_policy, of_actions
from mdp_core.solvers.policy_evaluation import expected_steps
from mdp_core.solvers.policy_improvement import greedy
from mdp_core.solvers.policy_iteration import policy_iteration
from mdp_core.tabular import TabularMDP

_NEARLY = 0.999  # the gamma whose greedy policy undiscounted policy iteration starts from


@dataclass(frozen=True, eq=False)
class Solution:
    """Optimal values of an MDP for one gamma, and the greedy policy on them."""

    gamma: float
    v: NDArray[np.float64]  # [S], 0 in terminal states
    q: NDArray[np.float64]  # [S, A], -inf where an action is not allowed
    policy: NDArray[np.float64]  # [S, A], equally good actions share the probability
    iterations: int  # sweeps; for gamma = 1 rounds of policy iteration
    residual: float  # of Bellman's optimality equation, at the values before the last sweep
    error: float  # |v - v*| is at most this in every state; for gamma = 1 see `solve`


def solve(
    mdp: TabularMDP,
    gamma: float,
    *,
    tolerance: float = 1e-9,
    v0: ArrayLike | None = None,
    max_rounds: int = 100_000,
) -> Solution:
    """v*, q* and a greedy policy, the fast way; `v0` [S] is where to start, such as the values before an edit.

    For gamma < 1, by modified policy iteration: |v - v*| <= `tolerance`, because it ends when the residual d of Bellman's
    optimality equation bounds the error by d gamma / (1 - gamma) <= `tolerance` (Puterman 1994, th. 6.3.1). Only where
    floats of the size of the values cannot tell so small an error is the bound larger: `error` says what it is.
    For gamma = 1, by policy iteration with exact evaluations: v is exactly v_pi, to rounding, of a policy that no action
    betters by more than rounding; `v0` only chooses the first policy, and `tolerance` is not needed.
    Raises ValueError if gamma is not in [0, 1], `tolerance` is not positive, `v0` is not S finite values, or the values have
    not settled after `max_rounds`; EndlessError (a ValueError) where gamma is 1 and the sum of the rewards need not exist.
    (Where that is so only for states that no start can reach, their v and q are nan.)
    """
    check_gamma(gamma)
    check_tolerance(tolerance)
    if gamma == 1.0:
        return _undiscounted(mdp, first_values(mdp, v0) if v0 is not None else None, max_rounds)
    bellman = Bellman(mdp, gamma)
    rounds = adaptive_policy_iteration(mdp, gamma, tolerance=tolerance, v0=v0, max_rounds=max_rounds, bellman=bellman)
    last = deque(rounds, maxlen=1)[0]
    if not last.residual <= enough(gamma, tolerance, last.v):
        raise ValueError(f"the values did not settle within {max_rounds} rounds; give it more, or take a smaller gamma")
    error = last.residual * gamma / (1.0 - gamma)
    return _solution(mdp, bellman, gamma, last.v, last.sweep, last.residual, error)


def _undiscounted(mdp: TabularMDP, v0: NDArray[np.float64] | None, max_rounds: int) -> Solution:
    checked = summable(mdp, 1.0)
    nearly = v0
    if nearly is None:
        nearly = deque(adaptive_policy_iteration(checked.mdp, _NEARLY, tolerance=1e-6), maxlen=1)[0].v
    bellman = Bellman(checked.mdp, 1.0)
    first: NDArray[np.float64] | None = None
    try:
        greedy_ = checked_policy(checked.mdp, of_actions(mdp, bellman.q(nearly).argmax(axis=0)))
        settled(checked.mdp, greedy_)
        first = greedy_
    except EndlessError:
        pass  # policy iteration knows another one
    rounds = policy_iteration(checked.mdp, 1.0, policy0=first, max_rounds=max_rounds)
    last = deque(rounds, maxlen=1)[0]
    residual = float(np.abs(bellman.q(last.v).max(axis=0) - last.v).max(initial=0.0))
    steps = float(expected_steps(checked.mdp, last.policy).max(initial=0.0))
    solution = _solution(checked.mdp, bellman, 1.0, last.v, last.round, residual, residual * steps)
    lost = checked.lost
    return replace(solution, v=checked.shown(solution.v), q=np.where(lost[:, None] & mdp.allowed, np.nan, solution.q))


def _solution(
    mdp: TabularMDP,
    bellman: Bellman,
    gamma: float,
    v: NDArray[np.float64],
    iterations: int,
    residual: float,
    error: float,
) -> Solution:
    q = np.where(mdp.allowed, bellman.q(v).T, -np.inf)
    return Solution(gamma, v, q, greedy(q, max(1e-9, 2.0 * gamma * error)), iterations, residual, error)
