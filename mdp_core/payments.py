"""Payments: the rewards of many trajectories, kept as the stretches of equal reward that they are made of.

Most rewards are 0, or the same for many steps: 10,000 trajectories of 200 steps are a few thousand payments. So they can
be sent to a browser, and every return be worked out anew for another gamma while a hand moves it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mdp_core.returns import discounts


@dataclass(frozen=True, eq=False)
class Payments:
    """P payments of N trajectories: `reward[p]` is r_{t+1} of trajectory `row[p]` for every t in start[p]..stop[p] - 1."""

    count: int  # N, those that were paid nothing included
    row: NDArray[np.int64]  # [P], ascending, in 0..N-1
    start: NDArray[np.int64]  # [P]
    stop: NDArray[np.int64]  # [P], above start
    reward: NDArray[np.float64]  # [P], never 0

    @classmethod
    def of(cls, rewards: ArrayLike) -> Payments:
        """[N, T] -> the payments of N trajectories; `rewards[n, t]` is r_{t+1}, 0 behind the end of a trajectory."""
        r = np.asarray(rewards, dtype=np.float64)
        N, T = r.shape
        new = np.ones((N, T), dtype=np.bool_)
        new[:, 1:] = r[:, 1:] != r[:, :-1]
        first = np.flatnonzero(new)
        length = np.diff(np.append(first, N * T))
        row, start = first // max(T, 1), first % max(T, 1)
        paid = r.ravel()[first] != 0
        return cls(N, row[paid], start[paid], (start + length)[paid], r.ravel()[first][paid])

    @classmethod
    def single(cls, time: ArrayLike, reward: ArrayLike) -> Payments:
        """[N], [N] -> N trajectories that are paid once: `reward[n]` = r_{time[n] + 1}, such as the score of a text."""
        t, r = np.asarray(time, dtype=np.int64), np.asarray(reward, dtype=np.float64)
        paid = np.flatnonzero(r)
        return cls(len(r), paid, t[paid], t[paid] + 1, r[paid])

    @classmethod
    def joined(cls, parts: Sequence[Payments]) -> Payments:
        """All trajectories of `parts`, one after the other."""
        before = np.cumsum([0, *(part.count for part in parts)])
        rows = [part.row + first for part, first in zip(parts, before, strict=False)]
        whole = [np.concatenate([getattr(part, name) for part in parts]) for name in ("start", "stop", "reward")]
        return cls(int(before[-1]), np.concatenate(rows), *whole)

    def __len__(self) -> int:
        return len(self.row)

    def first(self, n: int) -> Payments:
        """Those of the first `n` trajectories."""
        end = int(np.searchsorted(self.row, n))
        return Payments(min(n, self.count), self.row[:end], self.start[:end], self.stop[:end], self.reward[:end])

    def returns(self, gamma: float) -> NDArray[np.float64]:
        """[N], G_0 = sum_t gamma^t r_{t+1} of every trajectory. Raises ValueError if gamma is not in [0, 1]."""
        steps = int(self.stop.max(initial=0))
        summed = np.concatenate([[0.0], np.cumsum(discounts(steps, gamma))])
        worth = self.reward * (summed[self.stop] - summed[self.start])
        result: NDArray[np.float64] = np.bincount(self.row, worth, self.count).astype(np.float64)
        return result
