"""The film of an exact method on its way: stills of the values, fewer and fewer as they differ less and less."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

CELLS = 15_000  # of all stills of a reel together: about 1 MB on its way to the browser
STILLS = 60  # of a reel at most

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Still:
    """One iterate, as it is shown."""

    label: str
    v: Array  # [S]
    policy: Array | None = None  # [S, A]; None: greedy on v
    change: Array | None = None  # [S], against the values before an edit


class Reel:
    """The first stills all, and then fewer and fewer; the last one always."""

    def __init__(self, states: int) -> None:
        """Of a world with so many states: the more there are, the fewer stills are kept."""
        self.stills: list[Still] = []
        self.residuals: list[float] = []  # of every sweep, or of every improvement
        self._early = int(np.clip(CELLS // states, 4, STILLS)) // 2
        self._ratio = (2_000 / self._early) ** (1 / self._early)
        self._due = 0.0
        self._spare = False  # the last still is there only because it is the last

    def add(self, still: Still, residual: float | None = None) -> None:
        """The next still; `residual` is how far the values moved to get there."""
        if residual is not None:
            self.residuals.append(residual)
        if self._spare:
            self.stills.pop()
        self.stills.append(still)
        n = len(self.residuals)
        self._spare = n >= self._early and n < self._due
        if not self._spare:
            self._due = n * self._ratio
