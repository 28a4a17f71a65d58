"""Value iteration: Bellman's optimality equation as an update."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from numpy.typing import ArrayLike

from mdp_core.returns import check_gamma
from mdp_core.solvers.bellman import Bellman
from mdp_core.solvers.ending import summable
from mdp_core.solvers.in_place import OptimalSweep, checked_order
from mdp_core.solvers.iterate import Iterate, Sweep, check_tolerance, first_values, sweeping
from mdp_core.tabular import TabularMDP


def value_iteration(
    mdp: TabularMDP,
    gamma: float,
    *,
    tolerance: float = 1e-9,
    v0: ArrayLike | None = None,
    max_sweeps: int = 100_000,
) -> Iterator[Iterate]:
    """Yield v_0, and v_{k+1}(s) = max_a sum p (r + gamma v_k(s')) after every synchronous sweep (Sutton & Barto, eq. 4.10).

    `v0` [S] is 0 by default; terminal states are 0 whatever it says. Ends when the values are within `tolerance` of v*
    (for gamma = 1: when a sweep changes no value by more), or after `max_sweeps`. Where gamma is 1 and nothing is paid for
    going around in a circle, other values than v* stay as they are as well: start from 0 there, or take `solve`.
    Raises ValueError if gamma is not in [0, 1], `tolerance` is not positive, or `v0` is not finite or of another shape;
    EndlessError, before the first sweep, where gamma is 1 and the sum of the rewards need not exist. (Where that is so only
    for states that no start can reach, their values are nan.)
    """

    def sweep_over(table: TabularMDP) -> Sweep:
        bellman = Bellman(table, gamma)
        return lambda values: bellman.q(values).max(axis=0)

    yield from _iterating(mdp, gamma, sweep_over, tolerance, v0, max_sweeps)


def value_iteration_in_place(
    mdp: TabularMDP,
    gamma: float,
    *,
    order: ArrayLike | None = None,
    tolerance: float = 1e-9,
    v0: ArrayLike | None = None,
    max_sweeps: int = 100_000,
) -> Iterator[Iterate]:
    """Value iteration with one array, state by state: each update sees the ones before it.

    Also called Gauss-Seidel value iteration: other iterates than those of `value_iteration`, and the same limit. A sweep
    goes through `order`, a list of states as integers in which every state that is not terminal must be (and may be more
    than once), by default that of the table. The other arguments, the end and the errors are the same as there; ValueError,
    too, for an order that is none.
    """
    checked_order(mdp, order)

    def sweep_over(table: TabularMDP) -> Sweep:
        return OptimalSweep(table, gamma, order)

    yield from _iterating(mdp, gamma, sweep_over, tolerance, v0, max_sweeps)


def _iterating(
    mdp: TabularMDP,
    gamma: float,
    sweep_over: Callable[[TabularMDP], Sweep],
    tolerance: float,
    v0: ArrayLike | None,
    max_sweeps: int,
) -> Iterator[Iterate]:
    check_gamma(gamma)
    check_tolerance(tolerance)
    checked = summable(mdp, gamma)
    v = first_values(checked.mdp, v0)
    for iterate in sweeping(sweep_over(checked.mdp), v, gamma=gamma, tolerance=tolerance, max_sweeps=max_sweeps):
        yield replace(iterate, v=checked.shown(iterate.v))
