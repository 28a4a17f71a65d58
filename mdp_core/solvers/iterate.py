"""What a solver yields on its way, and when it has arrived."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Iterate:
    """The values after `sweep` sweeps over all states."""

    sweep: int  # 0: the values that the solver started from
    v: NDArray[np.float64]  # [S]
    residual: float  # the largest change of a value in the last sweep; inf before the first


def check_gamma(gamma: float) -> None:
    """Raises ValueError unless `gamma` is in [0, 1]."""
    if not 0.0 <= gamma <= 1.0:
        raise ValueError(f"gamma must be in [0, 1], not {gamma}")


def enough(gamma: float, tolerance: float, v: NDArray[np.float64]) -> float:
    """The residual at which the values are within `tolerance` of the limit.

    For gamma < 1 a residual d leaves an error of at most d gamma / (1 - gamma) (Puterman 1994, th. 6.3.1). For gamma = 1
    there is no such bound: the residual itself is held against the tolerance. Never asks for more than the precision
    of a float at the size of the values.
    """
    wanted = tolerance if gamma in (0.0, 1.0) else tolerance * (1.0 - gamma) / gamma
    return max(wanted, 4.0 * np.finfo(np.float64).eps * float(np.abs(v).max(initial=0.0)))
