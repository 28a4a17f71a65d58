"""Where one can get to, under any policy: reachable states, how many steps away, and by which histories."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from mdp_core.tabular import TabularMDP

_TURNINGS = 24  # of a shortest walk are looked at: the earliest differ most
_KEPT = 8  # tables of which what was found is kept: a page asks for the same ones again and again


@dataclass(frozen=True, eq=False)
class _Edges:
    """The pairs s -> s' that have a probability, in the order of s and then of the actions."""

    states: int  # S
    begins: NDArray[np.int64]  # [E]
    ends: NDArray[np.int64]  # [E]
    goes_on: NDArray[np.bool_]  # [E], the episode is not over behind the edge

    def of(self, state: int) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        first, last = np.searchsorted(self.begins, [state, state + 1])
        return self.ends[first:last], self.goes_on[first:last]

    def steps(self, sources: NDArray[np.int64], *, backward: bool = False) -> NDArray[np.int64]:
        """[S], the fewest steps from any of `sources` to each state, or from it to them, over edges behind which the
        episode goes on; one more than there are states where there is no way."""
        from scipy.sparse import csr_matrix  # here, so that a world comes without it
        from scipy.sparse.csgraph import dijkstra

        begins, ends = self.begins[self.goes_on], self.ends[self.goes_on]
        ways = (ends, begins) if backward else (begins, ends)
        graph = csr_matrix((np.ones(len(begins)), ways), shape=(self.states, self.states))
        far = dijkstra(graph, unweighted=True, indices=sources, min_only=True)
        return np.where(np.isfinite(far), far, self.states + 1).astype(np.int64)


def distances(mdp: TabularMDP, start: int | None = None) -> NDArray[np.int64]:
    """[S], the fewest steps in which each state can be reached from `start` (default: any possible start), -1 for never."""
    return _distances(mdp, start).copy()


@lru_cache(maxsize=_KEPT)
def _distances(mdp: TabularMDP, start: int | None) -> NDArray[np.int64]:
    edges = _edges(mdp)
    starts = np.flatnonzero(mdp.start > 0) if start is None else np.array([start])
    steps = edges.steps(starts)
    over = ~edges.goes_on  # an end is entered, and nobody walks on behind it
    np.minimum.at(steps, edges.ends[over], steps[edges.begins[over]] + 1)
    return np.where(steps > mdp.shape[0], -1, steps)


def reachable(mdp: TabularMDP) -> NDArray[np.bool_]:
    """[S], True for the states that some policy reaches from a start with a probability above 0, the start included."""
    return _distances(mdp, None) >= 0


@lru_cache(maxsize=_KEPT)
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
    edges = _edges(mdp)
    left = _steps_left(edges, target)
    if left[start] < 0 and start != target:
        return None
    following = _following(edges, left, target)
    first = [start] if start == target else [start, *_shortest(following, start, target)]
    others: list[list[int]] = []
    for i, state in enumerate(first[:_TURNINGS]):
        ends, goes_on = edges.of(state)
        for end, on in sorted(set(zip(ends.tolist(), goes_on.tolist(), strict=True))):
            if i + 1 < len(first) and end == first[i + 1]:
                continue
            if end == target:
                others.append([*first[: i + 1], end])
            elif on and left[end] > 0:
                others.append([*first[: i + 1], end, *_shortest(following, end, target)])
    if not others:
        return None
    others.sort(key=lambda walk: (-len(set(walk) - set(first)), len(walk)))
    return first, others[variant % len(others)]


@lru_cache(maxsize=_KEPT)
def _edges(mdp: TabularMDP) -> _Edges:
    possible = (mdp.probability > 0) & (mdp.allowed & ~mdp.terminal[:, None])[:, :, None]
    return _Edges(
        mdp.shape[0], np.nonzero(possible)[0], mdp.next_state[possible].astype(np.int64), ~mdp.terminated[possible]
    )


def _steps_left(edges: _Edges, target: int) -> NDArray[np.int64]:
    """[S], the fewest steps (at least one) from each state to `target`, -1 where there is no way."""
    before = np.unique(
        edges.begins[edges.ends == target]
    )  # only the last step of a walk may be one that ends the episode
    if not len(before):
        return np.full(edges.states, -1, dtype=np.int64)
    left = edges.steps(before, backward=True) + 1
    return np.where(left > edges.states, -1, left)


def _following(edges: _Edges, left: NDArray[np.int64], target: int) -> list[int]:
    """[S], the state behind each one on a shortest way to `target`: the first in the order of the actions."""
    nearer = edges.goes_on & (left[edges.ends] == left[edges.begins] - 1) & (left[edges.begins] > 1)
    begins, first = np.unique(edges.begins[nearer], return_index=True)
    following = np.full(edges.states, target)
    following[begins] = edges.ends[nearer][first]
    result: list[int] = following.tolist()
    return result


def _shortest(following: list[int], state: int, target: int) -> list[int]:
    """The states behind `state` on a shortest way to `target`."""
    walk = [following[state]]
    while walk[-1] != target:
        walk.append(following[walk[-1]])
    return walk
