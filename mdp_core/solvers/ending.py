"""Whether undiscounted sums of rewards exist, told from the shape of the tables before anything is iterated.

An *end component* is a set of states with some of their actions that one can stay in for ever, and in which every state can
be reached from every other (de Alfaro 1997). What is paid in end components is what makes a sum endless.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import breadth_first_order, connected_components

from mdp_core.tabular import TabularMDP


class EndlessError(ValueError):
    """With gamma = 1 the sum of the rewards need not exist: one sentence, and the states (indices) that it is about."""

    def __init__(self, mdp: TabularMDP, about: NDArray[np.bool_], why: str) -> None:
        states = np.flatnonzero(about)
        super().__init__(f"From {_named(mdp, states)} {why}; take gamma below 1, or a finite horizon.")
        self.states: tuple[int, ...] = tuple(states.tolist())


@dataclass(frozen=True, eq=False)
class Endings:
    """The ways to an end, of `mdp`."""

    mdp: TabularMDP

    @cached_property
    def possible(self) -> NDArray[np.bool_]:
        """[S, A, K], the successors that may really follow; none in a terminal state."""
        table = self.mdp
        result: NDArray[np.bool_] = (table.probability > 0) & (table.allowed & ~table.terminal[:, None])[:, :, None]
        return result

    @cached_property
    def going_on(self) -> NDArray[np.bool_]:
        """[S, A, K], the possible successors in which the episode goes on."""
        table = self.mdp
        return self.possible & ~table.terminated & ~table.terminal[table.next_state]

    @cached_property
    def may_end(self) -> NDArray[np.bool_]:
        """[S, A], the pairs behind which the episode may be over."""
        result: NDArray[np.bool_] = np.any(self.possible & ~self.going_on, axis=2)
        return result

    @cached_property
    def reachable(self) -> NDArray[np.bool_]:
        """[S], True for the states that some policy can come to from a start."""
        S = len(self.mdp.terminal)
        s, a, k = np.nonzero(self.possible)
        starts = np.flatnonzero(self.mdp.start > 0)
        reached = np.zeros(S + 1, dtype=np.bool_)
        begin = np.concatenate([s, np.full(len(starts), S)])
        reached[_walk(begin, np.concatenate([self.mdp.next_state[s, a, k], starts]), S)[0]] = True
        return reached[:S]

    def leading_to(self, target: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """[S] -> [S], True for `target` and the states from which some policy may come to it."""
        S = len(self.mdp.terminal)
        s, a, k = np.nonzero(self.going_on)
        there = np.flatnonzero(target)
        begin = np.concatenate([self.mdp.next_state[s, a, k], np.full(len(there), S)])
        reached = np.zeros(S + 1, dtype=np.bool_)
        reached[_walk(begin, np.concatenate([s, there]), S)[0]] = True
        return reached[:S]

    @cached_property
    def outwards(self) -> NDArray[np.int64]:
        """[S], the states in the order in which they lead to an end, nearest first, then the others.

        Where no episode ends, to what pays most instead.
        """
        S = len(self.mdp.terminal)
        ending = np.flatnonzero(np.any(self.may_end, axis=1) | self.mdp.terminal)
        if not np.any(self.may_end):
            best = self.mdp.expected_reward.max(axis=1)
            ending = np.append(ending, np.flatnonzero(best == best.max()))
        s, a, k = np.nonzero(self.going_on)
        begin = np.concatenate([self.mdp.next_state[s, a, k], np.full(len(ending), S)])
        order = _walk(begin, np.concatenate([s, ending]), S)[0][1:].astype(np.int64)
        return np.concatenate([order, np.setdiff1d(np.arange(S), order)])

    @cached_property
    def idle(self) -> NDArray[np.bool_]:
        """[S, A], the pairs with which one can go around for ever and is never paid anything."""
        return self.end_components(self.pairs_paying(self.mdp.reward == 0))

    def pairs_paying(self, so: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """[S, A, K] -> [S, A], the pairs all of whose possible successors pay `so`."""
        result: NDArray[np.bool_] = np.all(~self.possible | so, axis=2)
        return result

    def end_components(self, pairs: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """[S, A] -> [S, A], those of `pairs` that belong to an end component made of them."""
        going_on, following = self.going_on, self.mdp.next_state
        left: NDArray[np.bool_] = pairs & np.any(self.possible, axis=2) & ~self.may_end
        while True:
            while True:  # what leads to a state that has to be left is gone as well
                dead = np.any(going_on & ~np.any(left, axis=1)[following], axis=2) & left
                if not dead.any():
                    break
                left &= ~dead
            label = _strong(going_on & left[:, :, None], following)
            leaving = (going_on & (label[following] != label[:, None, None])).any(axis=2) & left
            if not leaving.any():
                return left
            left &= ~leaving

    @cached_property
    def sure(self) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
        """[S], True where some policy is sure to end, or to idle for ever; and [S], the actions of such a policy."""
        S = len(self.mdp.terminal)
        idle = np.any(self.idle, axis=1)
        actions = np.where(idle, self.idle.argmax(axis=1), self.mdp.allowed.argmax(axis=1))
        inside = ~self.mdp.terminal
        following = self.mdp.next_state
        while True:
            safe = ~np.any(self.going_on & ~inside[following], axis=2) & np.any(self.possible, axis=2)
            s, a, k = np.nonzero(self.going_on & safe[:, :, None] & ~idle[:, None, None])
            ending = np.flatnonzero((self.may_end & safe).any(axis=1) | idle)
            # Backwards, from a node beyond all states: the nearer node of each state is where its policy aims.
            begin = np.concatenate([following[s, a, k], np.full(len(ending), S)])
            order, nearer = _walk(begin, np.concatenate([s, ending]), S)
            reached = np.zeros(S + 1, dtype=np.bool_)
            reached[order] = True
            if np.array_equal(reached[:S] & inside, inside):
                break
            inside = reached[:S] & inside
        aims = (self.going_on & (following == nearer[:S, None, None])).any(axis=2)
        aims = np.where((nearer[:S] == S)[:, None], self.may_end, aims) & safe
        actions = np.where(inside & ~idle, aims.argmax(axis=1), actions)
        return inside | self.mdp.terminal, actions


@dataclass(frozen=True, eq=False)
class Summable:
    """An MDP whose best sums of rewards exist."""

    mdp: TabularMDP  # with the lost states as terminal ones
    lost: NDArray[np.bool_]  # [S], sealed off: they cannot be reached from a start, and their own sums need not exist
    endings: Endings

    def shown(self, v: NDArray[np.float64]) -> NDArray[np.float64]:
        """[S], `v` with nan for the lost states."""
        return np.where(self.lost, np.nan, v) if self.lost.any() else v


def summable(mdp: TabularMDP, gamma: float) -> Summable:
    """`mdp` itself for gamma < 1. For gamma = 1, checked before anything is iterated, and without the states that no start
    can reach and no sum exists for.

    Raises EndlessError where the best undiscounted sum of rewards need not exist for a state that can be reached: where
    rewards can be collected for ever and nothing is ever paid for it, and where no policy is sure to come to an end (or to
    a place where it may idle for ever, unpaid). Circles whose rewards have both signs are let pass here.
    """
    endings = Endings(mdp)
    if gamma < 1.0:
        return Summable(mdp, np.zeros(mdp.terminal.shape, dtype=np.bool_), endings)
    reachable = endings.reachable
    gaining = endings.end_components(endings.pairs_paying(mdp.reward >= 0))
    gain: NDArray[np.bool_] = np.any(gaining & (mdp.expected_reward > 0), axis=1)
    if (gain & reachable).any():
        why = "rewards can be collected for ever, so with gamma 1 their sum grows without end"
        raise EndlessError(mdp, gain & reachable, why)
    endless = ~endings.sure[0]
    if (endless & reachable).any():
        why = "no policy is sure to come to an end, so with gamma 1 the sum of the rewards need not exist"
        raise EndlessError(mdp, endless & reachable, why)
    lost = (endless | endings.leading_to(gain)) & ~reachable
    if not lost.any():
        return Summable(mdp, lost, endings)
    itself = np.arange(len(lost), dtype=np.int32)[:, None, None]
    risky = np.any(endings.going_on & lost[mdp.next_state], axis=2)  # others need not take such an action
    closed = replace(
        mdp,
        allowed=mdp.allowed & (lost[:, None] | ~risky),
        next_state=np.where(lost[:, None, None], itself, mdp.next_state),
        reward=np.where(lost[:, None, None], 0.0, mdp.reward),
        terminated=mdp.terminated | lost[:, None, None] | lost[mdp.next_state],
        terminal=mdp.terminal | lost,
    )
    return Summable(closed, lost, Endings(closed))


def settled(mdp: TabularMDP, policy: NDArray[np.float64]) -> NDArray[np.bool_]:
    """[S], True where `policy` [S, A] goes around for ever and is never paid anything.

    Raises EndlessError where it may go around for ever and is paid, so that its undiscounted sum need not exist.
    """
    endings = Endings(mdp)
    taken = endings.possible & (policy > 0)[:, :, None]
    on = endings.going_on & taken
    label = _strong(on, mdp.next_state)
    left = (on & (label[mdp.next_state] != label[:, None, None])).any(axis=(1, 2)) | (taken & ~on).any(axis=(1, 2))
    closed = ~np.isin(label, label[left | mdp.terminal])
    paid = (taken & (mdp.reward != 0)).any(axis=(1, 2)) & closed
    if paid.any():
        why = "this policy goes on for ever and is paid, so with gamma 1 the sum of its rewards need not exist"
        raise EndlessError(mdp, np.isin(label, label[paid]), why)
    return closed


def _walk(begin: NDArray[np.int64], end: NDArray[np.int64], S: int) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """The nodes that can be reached from node S, nearest first, and the node before each of all nodes; of S + 1 nodes."""
    graph = coo_array((np.ones(len(begin)), (begin, end)), shape=(S + 1, S + 1))
    order, before = breadth_first_order(graph.tocsr(), S)
    return order, before


def _strong(edges: NDArray[np.bool_], following: NDArray[np.int32]) -> NDArray[np.int32]:
    """[S], the number of the strongly connected component of each state."""
    S = len(following)
    s, a, k = np.nonzero(edges)
    graph = coo_array((np.ones(len(s)), (s, following[s, a, k])), shape=(S, S))
    label: NDArray[np.int32] = connected_components(graph.tocsr(), directed=True, connection="strong")[1]
    return label


def _named(mdp: TabularMDP, states: NDArray[np.int64]) -> str:
    """The start, where it is among `states`, else the first of them; and how many more."""
    first = next((s for s in states if mdp.start[s] > 0), states[0])
    more = len(states) - 1
    others = "" if not more else f" and {more} other state{'s' if more > 1 else ''}"
    return f"state {mdp.states[first]!r}{others}"
