"""Sweeps in place: one array of values, updated state by state in an order (Gauss-Seidel), by default the table's."""

from __future__ import annotations

from math import inf

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mdp_core.solvers.policy import checked_policy
from mdp_core.tabular import TabularMDP

# Each update reads the one before it, so there is nothing to vectorise: plain lists are what Python walks fastest.
Backup = tuple[float, list[tuple[float, int]]]  # r(s, a), and gamma p for each s'


def checked_order(mdp: TabularMDP, order: ArrayLike | None) -> list[int]:
    """The states to be updated in one sweep, that of the table for None; terminal ones are left out.

    Raises ValueError unless `order` is a list of states, as integers in 0..S-1, and no other is missing; one may come twice.
    """
    S = mdp.shape[0]
    states = np.arange(S) if order is None else np.asarray(order)
    if states.ndim != 1 or states.dtype.kind not in "iu" or np.any((states < 0) | (states >= S)):
        raise ValueError(f"an order is a list of states, as integers from 0 to {S - 1}")
    missing = np.setdiff1d(np.flatnonzero(~mdp.terminal), states)
    if len(missing):
        raise ValueError(f"state {mdp.states[missing[0]]!r} is missing in the order: it would never be updated")
    result: list[int] = states[~mdp.terminal[states]].tolist()
    return result


def state_backups(mdp: TabularMDP, gamma: float) -> dict[int, list[Backup]]:
    """What the allowed actions of every state that is not terminal pay and lead to."""
    pairs = _backups(mdp.expected_reward, gamma * mdp.continuing, mdp.next_state)
    return {
        s: [pairs[s][a] for a in np.flatnonzero(mdp.allowed[s]).tolist()]
        for s in np.flatnonzero(~mdp.terminal).tolist()
    }


def best_backup(pairs: list[Backup], values: list[float]) -> float:
    """max_a sum p (r + gamma v(s'))."""
    best = -inf
    for r, following in pairs:
        for weight, to in following:
            r += weight * values[to]
        if r > best:
            best = r
    return best


class OptimalSweep:
    """v(s) <- max_a sum p (r + gamma v(s')), one state after the other. Raises what `checked_order` raises."""

    def __init__(self, mdp: TabularMDP, gamma: float, order: ArrayLike | None = None) -> None:
        pairs = state_backups(mdp, gamma)
        self._states = [(s, pairs[s]) for s in checked_order(mdp, order)]

    def __call__(self, v: NDArray[np.float64]) -> NDArray[np.float64]:
        """[S] -> [S], the values after one sweep; `v` itself stays as it is."""
        values = v.tolist()
        for s, pairs in self._states:
            values[s] = best_backup(pairs, values)
        return np.array(values)


class PolicySweep:
    """v(s) <- sum_a pi(a|s) sum p (r + gamma v(s')), one state after the other. Raises what `checked_order` raises."""

    def __init__(
        self, mdp: TabularMDP, policy: NDArray[np.float64], gamma: float, order: ArrayLike | None = None
    ) -> None:
        pi = checked_policy(mdp, policy)
        S = mdp.shape[0]
        reward = (pi * mdp.expected_reward).sum(axis=1).reshape(S, 1)
        weight = (gamma * pi[:, :, None] * mdp.continuing).reshape(S, 1, -1)
        states = _backups(reward, weight, mdp.next_state.reshape(S, 1, -1))
        self._states = [(s, *states[s][0]) for s in checked_order(mdp, order)]

    def __call__(self, v: NDArray[np.float64]) -> NDArray[np.float64]:
        """[S] -> [S], the values after one sweep; `v` itself stays as it is."""
        values = v.tolist()
        for s, r, following in self._states:
            for weight, to in following:
                r += weight * values[to]
            values[s] = r
        return np.array(values)


def _backups(
    reward: NDArray[np.float64], weight: NDArray[np.float64], following: NDArray[np.int32]
) -> list[list[Backup]]:
    """[S][A], successors of weight 0 left out."""
    rows = zip(reward.tolist(), weight.tolist(), following.tolist(), strict=True)
    return [
        [
            (r, [(w, to) for w, to in zip(weights, tos, strict=True) if w])
            for r, weights, tos in zip(rs, ws, ts, strict=True)
        ]
        for rs, ws, ts in rows
    ]
