"""Sweeps in place: one array of values, updated state by state in the order of the table (Gauss-Seidel)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mdp_core.solvers.policy import checked_policy
from mdp_core.tabular import TabularMDP

# Each update reads the one before it, so there is nothing to vectorise: plain lists are what Python walks fastest.
_Backup = tuple[float, list[tuple[float, int]]]  # r(s, a), and gamma p for each s'


class OptimalSweep:
    """v(s) <- max_a sum p (r + gamma v(s')), one state after the other, in the order of the table or in `order`."""

    def __init__(self, mdp: TabularMDP, gamma: float, order: NDArray[np.int64] | None = None) -> None:
        pairs = _backups(mdp.expected_reward, gamma * mdp.continuing, mdp.next_state)
        self._states = [
            (s, [pairs[s][a] for a in np.flatnonzero(mdp.allowed[s]).tolist()])
            for s in (range(len(pairs)) if order is None else order.tolist())
            if not mdp.terminal[s]
        ]

    def __call__(self, v: NDArray[np.float64]) -> NDArray[np.float64]:
        """[S] -> [S], the values after one sweep; `v` itself stays as it is."""
        values = v.tolist()
        for s, pairs in self._states:
            best = -np.inf
            for r, following in pairs:
                for weight, to in following:
                    r += weight * values[to]
                if r > best:
                    best = r
            values[s] = best
        return np.array(values)


class PolicySweep:
    """v(s) <- sum_a pi(a|s) sum p (r + gamma v(s')), one state after the other."""

    def __init__(self, mdp: TabularMDP, policy: NDArray[np.float64], gamma: float) -> None:
        pi = checked_policy(mdp, policy)
        S = mdp.shape[0]
        reward = (pi * mdp.expected_reward).sum(axis=1).reshape(S, 1)
        weight = (gamma * pi[:, :, None] * mdp.continuing).reshape(S, 1, -1)
        states = _backups(reward, weight, mdp.next_state.reshape(S, 1, -1))
        self._states = [(s, *states[s][0]) for s in np.flatnonzero(~mdp.terminal).tolist()]

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
) -> list[list[_Backup]]:
    """[S][A], successors of weight 0 left out."""
    rows = zip(reward.tolist(), weight.tolist(), following.tolist(), strict=True)
    return [
        [
            (r, [(w, to) for w, to in zip(weights, tos, strict=True) if w])
            for r, weights, tos in zip(rs, ws, ts, strict=True)
        ]
        for rs, ws, ts in rows
    ]
