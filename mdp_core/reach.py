"""Where one can get to, under any policy: reachable states, how many steps away, and by which histories."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mdp_core.tabular import TabularMDP

_TURNINGS = 24  # of a shortest walk are looked at: the earliest differ most


@dataclass(frozen=True, eq=False)
class _Edges:
    """The pairs s -> s' that have a probability, sorted by their first end."""

    ends: NDArray[np.int64]  # [E]
    goes_on: NDArray[np.bool_]  # [E], the episode is not over behind the edge
    first: NDArray[np.int64]  # [S + 1], where the edges of each state begin

    def of(self, state: int) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        own = slice(self.first[state], self.first[state + 1])
        return self.ends[own], self.goes_on[own]


def distances(mdp: TabularMDP, start: int | None = None) -> NDArray[np.int64]:
    """[S], the fewest steps in which each state can be reached from `start` (default: any possible start), -1 for never."""
    frontier: list[int] = np.flatnonzero(mdp.start > 0).tolist() if start is None else [start]
    forward = _edges(mdp)
    steps = np.full(mdp.shape[0], -1, dtype=np.int64)
    steps[frontier] = 0
    alive, step = set(frontier), 0
    while frontier:
        step += 1
        following: list[int] = []
        for state in frontier:
            for end, goes_on in zip(*(part.tolist() for part in forward.of(state)), strict=True):
                if steps[end] < 0:
                    steps[end] = step
                if goes_on and end not in alive:
                    alive.add(end)
                    following.append(end)
        frontier = following
    return steps


def reachable(mdp: TabularMDP) -> NDArray[np.bool_]:
    """[S], True for the states that some policy reaches from a start with a probability above 0, the start included."""
    return distances(mdp) >= 0


def end_in_reach(mdp: TabularMDP) -> bool:
    """True if some policy comes to an end from a start that is none."""
    possible = (mdp.probability > 0) & (mdp.allowed & ~mdp.terminal[:, None])[:, :, None]
    ending = (possible & (mdp.terminated | mdp.terminal[mdp.next_state])).any(axis=(1, 2))
    return bool((ending & reachable(mdp)).any())


def two_histories(mdp: TabularMDP, target: int, variant: int = 0) -> tuple[list[int], list[int]] | None:
    """Two different walks from the initial state that end in `target`, as states s_0 to s_t; None where there are not two.

    The first is a shortest one; the others leave it somewhere and go on by the shortest way. `variant` counts through
    them, those that see the most states that the first one does not see first.
    """
    start = mdp.initial_state()
    forward, left = _edges(mdp), _steps_left(mdp, target)
    if left[start] < 0 and start != target:
        return None
    first = [start] if start == target else [start, *_shortest(forward, left, start, target)]
    others: list[list[int]] = []
    for i, state in enumerate(first[:_TURNINGS]):
        ends, goes_on = forward.of(state)
        for end, on in sorted(set(zip(ends.tolist(), goes_on.tolist(), strict=True))):
            if i + 1 < len(first) and end == first[i + 1]:
                continue
            if end == target:
                others.append([*first[: i + 1], end])
            elif on and left[end] > 0:
                others.append([*first[: i + 1], end, *_shortest(forward, left, end, target)])
    if not others:
        return None
    others.sort(key=lambda walk: (-len(set(walk) - set(first)), len(walk)))
    return first, others[variant % len(others)]


def _edges(mdp: TabularMDP, *, backward: bool = False) -> _Edges:
    possible = (mdp.probability > 0) & (mdp.allowed & ~mdp.terminal[:, None])[:, :, None]
    begins = np.nonzero(possible)[0]
    ends = mdp.next_state[possible].astype(np.int64)
    goes_on = ~mdp.terminated[possible]
    if backward:
        begins, ends = ends, begins
    order = np.argsort(begins, kind="stable")
    first = np.searchsorted(begins[order], np.arange(mdp.shape[0] + 1))
    return _Edges(ends[order], goes_on[order], first)


def _steps_left(mdp: TabularMDP, target: int) -> NDArray[np.int64]:
    """[S], the fewest steps (at least one) from each state to `target`, -1 where there is no way."""
    backward = _edges(mdp, backward=True)
    left = np.full(mdp.shape[0], -1, dtype=np.int64)
    frontier, step = [target], 0
    while frontier:
        step += 1
        following: list[int] = []
        for state in frontier:
            for begin, goes_on in zip(*(part.tolist() for part in backward.of(state)), strict=True):
                # Only the last step of a walk may be one that ends the episode.
                if left[begin] < 0 and (step == 1 or goes_on):
                    left[begin] = step
                    following.append(begin)
        frontier = following
    return left


def _shortest(forward: _Edges, left: NDArray[np.int64], state: int, target: int) -> list[int]:
    """The states behind `state` on a shortest way to `target`."""
    walk: list[int] = []
    while True:
        ends, goes_on = forward.of(state)
        if left[state] == 1:
            return [*walk, target]
        nearer = ends[goes_on & (left[ends] == left[state] - 1)]
        state = int(nearer[0])
        walk.append(state)
