"""Prioritized sweeping: one state at a time, and always the one whose value is farthest from what it should be."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mdp_core.returns import check_gamma
from mdp_core.solvers.ending import summable
from mdp_core.solvers.in_place import best_backup, state_backups
from mdp_core.solvers.iterate import check_tolerance, first_values
from mdp_core.tabular import TabularMDP

_STALE = 8  # entries a state that the queue may have before those that are no longer true are thrown away


@dataclass(frozen=True, eq=False)
class Focus:
    """The values after some updates, and where the next one is needed most."""

    updates: int  # of single states, so far
    v: NDArray[np.float64]  # [S]
    state: int | None  # of the highest priority, of equals the lowest; None where every value is as it should be
    priority: float  # its Bellman error |max_a sum p (r + gamma v(s')) - v(s)|: no state's is larger


def prioritized_sweeping(
    mdp: TabularMDP,
    gamma: float,
    *,
    tolerance: float = 1e-9,
    v0: ArrayLike | None = None,
    every: int | None = None,
    max_updates: int = 10_000_000,
) -> Iterator[Focus]:
    """Yield v_0, the values after `every` so many updates, and the last: each update makes v(s) <- max_a sum p (r + gamma
    v(s')) in the state of the largest Bellman error, and works the errors of the states before it out anew (Moore & Atkeson
    1993; Sutton & Barto, section 8.4, with expected updates in place of a sample).

    `every` is the number of states by default, as many updates as a sweep. Ends when every Bellman error is so small that
    the values are within `tolerance` of v*, at most error / (1 - gamma) away (Puterman 1994, th. 6.3.1; for gamma = 1: when
    no error is larger than `tolerance`), or as small as floats of the size of the values can tell; or after `max_updates`.
    `v0` [S] is 0 by default. Raises ValueError if gamma is not in [0, 1], `tolerance` or `every` is not positive, or `v0` is
    not S finite values; EndlessError, before the first update, where gamma is 1 and the sum of the rewards need not exist.
    (Where that is so only for states that no start can reach, their values are nan.)
    """
    check_gamma(gamma)
    check_tolerance(tolerance)
    if every is not None and every < 1:
        raise ValueError(f"every must be at least 1 update, not {every}")
    checked = summable(mdp, gamma)
    between = every or mdp.shape[0]
    queue = _Queue(checked.mdp, gamma, first_values(checked.mdp, v0).tolist())
    wanted = tolerance * (1.0 - gamma) if gamma < 1.0 else tolerance
    for updates in count():
        state, priority = queue.next()
        arrived = priority <= max(wanted, queue.precision) or updates >= max_updates
        if arrived or updates % between == 0:
            yield Focus(updates, checked.shown(np.array(queue.v)), state, priority)
        if arrived or state is None:
            return
        queue.update(state)


class _Queue:
    """The states by their Bellman errors. An entry of the heap that is no longer true is thrown away when it comes up."""

    def __init__(self, mdp: TabularMDP, gamma: float, v: list[float]) -> None:
        self.v = v
        self._backups = state_backups(mdp, gamma)
        before: list[set[int]] = [set() for _ in v]
        for s, pairs in self._backups.items():
            for _, following in pairs:
                for _, to in following:
                    before[to].add(s)
        self._before = [sorted(states) for states in before]
        self._target = {s: best_backup(pairs, v) for s, pairs in self._backups.items()}
        self._fill()
        self._largest = max(map(abs, v), default=0.0)

    @property
    def precision(self) -> float:
        """What rounding may leave of an error, at the size of the values."""
        return 4.0 * float(np.finfo(np.float64).eps) * self._largest

    def next(self) -> tuple[int | None, float]:
        """The state of the largest error, and that error."""
        while self._heap:
            priority, s = self._heap[0]
            if -priority == self._error(s):
                return s, -priority
            heapq.heappop(self._heap)
        return None, 0.0

    def update(self, state: int) -> None:
        """Give the state the value that it should have, and see what that asks of the states before it."""
        self.v[state] = self._target[state]
        self._largest = max(self._largest, abs(self.v[state]))
        for s in self._before[state]:
            self._target[s] = best_backup(self._backups[s], self.v)
            if self._target[s] != self.v[s]:
                heapq.heappush(self._heap, (-self._error(s), s))
        if len(self._heap) > _STALE * len(self._target):
            self._fill()

    def _error(self, s: int) -> float:
        return abs(self._target[s] - self.v[s])

    def _fill(self) -> None:
        self._heap = [(-self._error(s), s) for s in self._target if self._target[s] != self.v[s]]
        heapq.heapify(self._heap)
