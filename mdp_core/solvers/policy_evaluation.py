"""Policy evaluation: what a given policy is worth, by sweeps or exactly."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mdp_core.returns import check_gamma
from mdp_core.solvers.bellman import Bellman, PolicyEquation
from mdp_core.solvers.ending import settled
from mdp_core.solvers.in_place import PolicySweep
from mdp_core.solvers.iterate import Iterate, Sweep, check_tolerance, first_values, sweeping
from mdp_core.solvers.policy import checked_policy
from mdp_core.tabular import TabularMDP


def policy_evaluation(
    mdp: TabularMDP,
    policy: ArrayLike,
    gamma: float,
    *,
    tolerance: float = 1e-9,
    v0: ArrayLike | None = None,
    max_sweeps: int = 100_000,
) -> Iterator[Iterate]:
    """Yield v_0, and v_{k+1}(s) = sum_a pi(a|s) sum p (r + gamma v_k(s')) after every sweep (Sutton & Barto, eq. 4.5).

    `policy` is [S, A]; rows of terminal states are not read. Sweeps are synchronous: two arrays. `v0` [S] is 0 by default.
    Ends when the values are within `tolerance` of v_pi (for gamma = 1: when a sweep changes no value by more), or after
    `max_sweeps`. Raises ValueError if gamma is not in [0, 1], `tolerance` is not positive, `v0` is not finite or of another
    shape, or a row is no distribution over the allowed actions; EndlessError, before the first sweep, where gamma is 1 and
    the policy may go on for ever and be paid.
    """

    def sweep_over(pi: NDArray[np.float64]) -> Sweep:
        equation = Bellman(mdp, gamma).of_policy(pi)
        return lambda values: equation.after(values, 1)

    yield from _evaluating(mdp, policy, gamma, sweep_over, tolerance, v0, max_sweeps)


def policy_evaluation_in_place(
    mdp: TabularMDP,
    policy: ArrayLike,
    gamma: float,
    *,
    order: ArrayLike | None = None,
    tolerance: float = 1e-9,
    v0: ArrayLike | None = None,
    max_sweeps: int = 100_000,
) -> Iterator[Iterate]:
    """Policy evaluation with one array, state by state: each update sees the ones before it.

    Other iterates than those of `policy_evaluation`, and the same limit. `order` is as in `value_iteration_in_place`; the
    other arguments, the end and the errors are the same as in `policy_evaluation`.
    """

    def sweep_over(pi: NDArray[np.float64]) -> Sweep:
        return PolicySweep(mdp, pi, gamma, order)

    yield from _evaluating(mdp, policy, gamma, sweep_over, tolerance, v0, max_sweeps)


def policy_values(mdp: TabularMDP, policy: ArrayLike, gamma: float) -> NDArray[np.float64]:
    """[S, A] -> [S]: v_pi exactly, the solution of v = r_pi + gamma P_pi v (Sutton & Barto, eq. 4.4).

    Raises ValueError if gamma is not in [0, 1] or a row is no distribution over the allowed actions; EndlessError where
    gamma is 1 and the policy may go on for ever and be paid.
    """
    check_gamma(gamma)
    pi = checked_policy(mdp, policy)
    return solved(mdp, pi, Bellman(mdp, gamma).of_policy(pi), gamma)


def expected_steps(mdp: TabularMDP, policy: ArrayLike) -> NDArray[np.float64]:
    """[S, A] -> [S]: the expected number of steps until the episode is over, or until `policy` idles for ever, unpaid.

    Raises ValueError if a row is no distribution over the allowed actions; EndlessError where it may go on for ever and be
    paid.
    """
    pi = checked_policy(mdp, policy)
    idle = settled(mdp, pi)
    counting = PolicyEquation(np.where(mdp.terminal | idle, 0.0, 1.0), Bellman(mdp, 1.0).of_policy(pi).P)
    return solved(mdp, pi, counting, 1.0)


def solved(mdp: TabularMDP, policy: NDArray[np.float64], equation: PolicyEquation, gamma: float) -> NDArray[np.float64]:
    """[S], the solution of `equation`, that of `policy`; where gamma is 1 and it idles for ever, unpaid, the value is 0."""
    if gamma == 1.0:
        idle = settled(mdp, policy)
        if idle.any():
            equation.P.data[np.repeat(idle, np.diff(equation.P.indptr))] = 0.0
    return equation.solution()


def _evaluating(
    mdp: TabularMDP,
    policy: ArrayLike,
    gamma: float,
    sweep_over: Callable[[NDArray[np.float64]], Sweep],
    tolerance: float,
    v0: ArrayLike | None,
    max_sweeps: int,
) -> Iterator[Iterate]:
    check_gamma(gamma)
    check_tolerance(tolerance)
    v, pi = first_values(mdp, v0), checked_policy(mdp, policy)
    if gamma == 1.0:
        settled(mdp, pi)
    yield from sweeping(sweep_over(pi), v, gamma=gamma, tolerance=tolerance, max_sweeps=max_sweeps)
