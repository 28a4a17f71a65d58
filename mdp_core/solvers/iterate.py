"""What a solver yields on its way, and when it has arrived."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mdp_core.tabular import TabularMDP

Sweep = Callable[[NDArray[np.float64]], NDArray[np.float64]]  # [S] -> [S], a new array


@dataclass(frozen=True, eq=False)
class Iterate:
    """The values after `sweep` sweeps over all states."""

    sweep: int  # 0: the values that the solver started from
    v: NDArray[np.float64]  # [S]
    residual: float  # the largest change of a value in the last sweep; inf before the first
    span: float = np.inf  # of the changes in the last sweep: the largest less the smallest; inf before the first


def check_tolerance(tolerance: float) -> None:
    """Raises ValueError unless `tolerance` is positive."""
    if not tolerance > 0:
        raise ValueError(f"tolerance must be positive, not {tolerance}")


def first_values(mdp: TabularMDP, v0: ArrayLike | None) -> NDArray[np.float64]:
    """[S], a copy of `v0` with 0 in terminal states; all 0 for None. Raises ValueError if it is not S finite values."""
    v: NDArray[np.float64] = np.zeros(mdp.shape[0]) if v0 is None else np.array(v0, dtype=np.float64)
    if v.shape != mdp.terminal.shape or not np.all(np.isfinite(v)):
        raise ValueError(f"v0 must be {mdp.shape[0]} finite values, one a state")
    v[mdp.terminal] = 0.0
    return v


def enough(gamma: float, tolerance: float, v: NDArray[np.float64]) -> float:
    """The residual at which the values are within `tolerance` of the limit.

    For gamma < 1 a residual d leaves an error of at most d gamma / (1 - gamma) (Puterman 1994, th. 6.3.1). For gamma = 1
    there is no such bound: the residual itself is held against the tolerance. Never asks for more than the precision
    of a float at the size of the values.
    """
    wanted = tolerance if gamma in (0.0, 1.0) else tolerance * (1.0 - gamma) / gamma
    return max(wanted, 4.0 * np.finfo(np.float64).eps * float(np.abs(v).max(initial=0.0)))


def sweeping(
    sweep_over: Sweep,
    v: NDArray[np.float64],
    *,
    gamma: float,
    tolerance: float,
    max_sweeps: int,
) -> Iterator[Iterate]:
    """Yield `v`, and what it becomes with every turn of `sweep_over`, until the residual is `enough` or `max_sweeps`."""
    yield Iterate(0, v, np.inf)
    for sweep in range(1, max_sweeps + 1):
        following = sweep_over(v)
        change = following - v
        v = following
        residual = float(np.abs(change).max(initial=0.0))
        yield Iterate(sweep, v, residual, float(np.ptp(change)) if len(v) else 0.0)
        if residual <= enough(gamma, tolerance, v):
            return
