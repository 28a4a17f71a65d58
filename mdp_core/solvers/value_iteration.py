"""Value iteration: Bellman's optimality equation as an update."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mdp_core.solvers.iterate import Iterate, check_gamma, enough
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
    (for gamma = 1: when a sweep changes no value by more), or after `max_sweeps`.
    Raises ValueError if gamma is not in [0, 1], `tolerance` is not positive, or `v0` is not finite or of another shape.
    """
    check_gamma(gamma)
    if not tolerance > 0:
        raise ValueError(f"tolerance must be positive, not {tolerance}")
    v: NDArray[np.float64] = np.zeros(mdp.shape[0]) if v0 is None else np.array(v0, dtype=np.float64)
    if v.shape != mdp.terminal.shape or not np.all(np.isfinite(v)):
        raise ValueError(f"v0 must be {mdp.shape[0]} finite values, one a state")
    v[mdp.terminal] = 0.0
    yield Iterate(0, v, np.inf)
    for sweep in range(1, max_sweeps + 1):
        following = np.where(mdp.terminal, 0.0, mdp.q_from_v(v, gamma).max(axis=1))
        residual = float(np.abs(following - v).max(initial=0.0))
        v = following
        yield Iterate(sweep, v, residual)
        if residual <= enough(gamma, tolerance, v):
            return
