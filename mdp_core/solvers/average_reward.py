"""Average reward: how much a world without an end pays per step, in the long run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse.csgraph import connected_components

from mdp_core.solvers.bellman import Bellman
from mdp_core.solvers.iterate import check_tolerance
from mdp_core.solvers.policy import checked_policy, of_actions
from mdp_core.tabular import TabularMDP

_KEPT = 0.5  # of each step nothing happens: a periodic world would swing for ever without it


@dataclass(frozen=True, eq=False)
class AverageIterate:
    """Relative values after `sweep` sweeps, and the bounds that they give."""

    sweep: int
    h: NDArray[np.float64]  # [S], how much better it is to be in s than in state 0: h(0) = 0
    lower: float  # the best average reward per step from any state is at least this
    upper: float  # and at most this
    policy: NDArray[np.float64]  # [S, A], greedy on the values before the sweep; of equals the first

    @property
    def gain(self) -> float:
        """The middle of the bounds."""
        return 0.5 * (self.lower + self.upper)


def relative_value_iteration(
    mdp: TabularMDP, *, tolerance: float = 1e-9, h0: ArrayLike | None = None, max_sweeps: int = 100_000
) -> Iterator[AverageIterate]:
    """Yield relative values and bounds on the best average reward per step (White 1963; Puterman 1994, section 8.5.4).

    One sweep is h <- h + (T h - h) / 2, less its value in state 0; the largest and the smallest entry of T h - h bound the
    gain (Puterman, th. 8.5.5). Ends when the bounds are within `tolerance` of each other.
    Raises ValueError if episodes can end (average reward is for worlds that go on for ever), `tolerance` is not positive,
    `h0` is not S finite values, or the bounds have not met after `max_sweeps`: they need not where the best average depends
    on the state.
    """
    check_tolerance(tolerance)
    _check_endless(mdp)
    h: NDArray[np.float64] = np.zeros(mdp.shape[0]) if h0 is None else np.array(h0, dtype=np.float64)
    if h.shape != mdp.terminal.shape or not np.all(np.isfinite(h)):
        raise ValueError(f"h0 must be {mdp.shape[0]} finite values, one a state")
    bellman = Bellman(mdp, 1.0)
    for sweep in range(1, max_sweeps + 1):
        q = bellman.q(h)
        change = q.max(axis=0) - h
        h = h + (1.0 - _KEPT) * change
        h -= h[0]
        lower, upper = float(change.min()), float(change.max())
        yield AverageIterate(sweep, h, lower, upper, of_actions(mdp, q.argmax(axis=0)))
        precision = 8.0 * np.finfo(np.float64).eps * float(np.abs(h).max())
        if upper - lower <= max(tolerance, precision):
            return
    raise ValueError(
        f"the average reward did not settle within {max_sweeps} sweeps; the best one may depend on where one starts"
    )


def average_reward(mdp: TabularMDP, policy: ArrayLike) -> tuple[float, NDArray[np.float64]]:
    """[S, A] -> the average reward per step of `policy`, and [S] its relative values h with h(0) = 0, exactly.

    Solves g + h(s) = r_pi(s) + sum P_pi h(s') (Puterman 1994, eq. 8.2.5). Raises ValueError if episodes can end, a row is no
    distribution over the allowed actions, or the policy has more than one set of states that it stays in for ever.
    """
    _check_endless(mdp)
    equation = Bellman(mdp, 1.0).of_policy(checked_policy(mdp, policy))
    S = mdp.shape[0]
    count, label = connected_components(equation.P, directed=True, connection="strong")
    edges = equation.P.tocoo()
    left = np.unique(label[edges.row[label[edges.row] != label[edges.col]]])
    if count - len(left) > 1:
        raise ValueError(
            f"this policy can stay for ever in {count - len(left)} different parts of the world, so its average reward "
            "depends on the start"
        )
    system = np.eye(S) - equation.P.toarray()
    system[:, 0] = 1.0  # h(0) is 0, and its column free for the unknown gain
    solved = np.linalg.solve(system, equation.r)
    h = solved.copy()
    h[0] = 0.0
    return float(solved[0]), h


def _check_endless(mdp: TabularMDP) -> None:
    possible = (mdp.probability > 0) & mdp.allowed[:, :, None]
    if mdp.terminal.any() or np.any(mdp.terminated & possible):
        raise ValueError("the average reward per step is for worlds that go on for ever; in this one episodes can end")
