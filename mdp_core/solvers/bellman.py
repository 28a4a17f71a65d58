"""Bellman's equations of one MDP and one gamma, laid out as sparse matrices so that a sweep is one product."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, eye_array
from scipy.sparse.csgraph import reverse_cuthill_mckee
from scipy.sparse.linalg import bicgstab, splu

from mdp_core.tabular import TabularMDP

_DENSE_BELOW = 64  # states: a sparse factorisation costs more than it saves
_DENSE_FROM = 0.1  # of all pairs of states connected
_WORK = 3e9  # multiplications that a factorisation may take: a second or two


@dataclass(frozen=True, eq=False)
class PolicyEquation:
    """v = r + P v, Bellman's equation of one policy (Sutton & Barto, eq. 4.4), gamma inside P."""

    r: NDArray[np.float64]  # [S]
    P: Any  # csr [S, S], gamma times the probability that the episode goes on in s'

    def after(self, v: NDArray[np.float64], sweeps: int) -> NDArray[np.float64]:
        """[S], the values after that many synchronous sweeps from `v`."""
        for _ in range(sweeps):
            v = self.P @ v
            v += self.r
        return v

    @cached_property
    def factorable(self) -> bool:
        """True where a factorisation stays small: a map's does, that of a world where all is near to all does not."""
        S = len(self.r)
        if S * S * S <= _WORK:
            return True
        place = np.empty(S, dtype=np.int64)
        place[reverse_cuthill_mckee(self.P, symmetric_mode=False)] = np.arange(S)
        band = np.abs(np.repeat(place, np.diff(self.P.indptr)) - place[self.P.indices]).max(initial=0)
        return bool(S * float(band) ** 2 <= _WORK)

    def solution(self) -> NDArray[np.float64]:
        """[S], the v that solves it, to rounding. The spectral radius of P must be below 1."""
        S = len(self.r)
        if S <= _DENSE_BELOW or (S * S * S <= _WORK and self.P.nnz >= _DENSE_FROM * S * S):
            dense: NDArray[np.float64] = np.linalg.solve(np.eye(S) - self.P.toarray(), self.r)
            return dense
        if not self.factorable:
            precise = 1e-13 * float(np.abs(self.r).max(initial=0.0))
            close = self.nearly(np.zeros(S), precise, 2_000)
            if close is not None:
                return close
        # 1 - P is an M-matrix: it needs no pivoting, so that the ordering that fills in least can be kept.
        system = (eye_array(S, format="csr") - self.P).tocsc()
        factors = splu(system, permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0.0, options={"SymmetricMode": True})
        solved: NDArray[np.float64] = factors.solve(self.r)
        return solved

    def nearly(self, v: NDArray[np.float64], residual: float, turns: int) -> NDArray[np.float64] | None:
        """[S], what solves it up to that residual, from `v` by BiCGSTAB; None if `turns` were too few."""
        system = eye_array(len(self.r), format="csr") - self.P
        close, failed = bicgstab(system, self.r, x0=v, rtol=0.0, atol=residual, maxiter=turns)
        if failed or not np.all(np.isfinite(close)):
            return None
        result: NDArray[np.float64] = close
        return result


class Bellman:
    """Bellman's optimality equation of `mdp` (Sutton & Barto, eq. 4.10): a sparse row a pair (a, s), action by action."""

    def __init__(self, mdp: TabularMDP, gamma: float) -> None:
        S, A, K = mdp.shape
        self._states = np.arange(S)
        self._next = np.ascontiguousarray(mdp.next_state.transpose(1, 0, 2))  # [A, S, K]
        self._weight = gamma * np.ascontiguousarray(mdp.continuing.transpose(1, 0, 2))
        self._r = np.where(mdp.allowed, mdp.expected_reward, -np.inf).T.copy()  # [A, S]
        self._r[:, mdp.terminal] = 0.0
        self._weight[:, mdp.terminal] = 0.0
        edges = np.arange(0, A * S * K + 1, K, dtype=np.int32)
        # Of every deterministic policy's matrix only the entries differ: a copy of this one takes no checking.
        some = np.zeros(S * K), np.zeros(S * K, dtype=np.int32), np.arange(0, S * K + 1, K, dtype=np.int32)
        self._blank = csr_array(some, shape=(S, S))
        self._pairs = csr_array((self._weight.ravel(), self._next.ravel(), edges), shape=(A * S, S))

    def q(self, v: NDArray[np.float64]) -> NDArray[np.float64]:
        """[S] -> [A, S]: r(s, a) + gamma sum p v(s'); -inf where not allowed, 0 in terminal states."""
        q: NDArray[np.float64] = (self._pairs @ v).reshape(self._r.shape)
        q += self._r
        return q

    def of_actions(self, actions: NDArray[np.int64]) -> PolicyEquation:
        """The equation of the policy that takes `actions` [S]."""
        P = copy(self._blank)
        P.data = self._weight[actions, self._states].ravel()
        P.indices = self._next[actions, self._states].ravel()
        return PolicyEquation(self._r[actions, self._states], P)

    def of_policy(self, policy: NDArray[np.float64]) -> PolicyEquation:
        """The equation of `policy` [S, A]; what is not allowed must have probability 0.

        That of policies [N, S, A] is one for N S values, all of the first policy, then all of the second.
        """
        A, S, K = self._next.shape
        pi = policy.reshape(-1, S, A).transpose(0, 2, 1)  # [N, A, S]
        n = len(pi) * S
        weight = (self._weight * pi[..., None]).transpose(0, 2, 1, 3).ravel()
        first = np.arange(0, n, S, dtype=np.int32)[:, None, None, None]
        following = (first + self._next.transpose(1, 0, 2)).ravel()
        P = csr_array((weight, following, np.arange(0, n * A * K + 1, A * K, dtype=np.int32)), shape=(n, n))
        P.sum_duplicates()
        P.eliminate_zeros()
        r = (np.where(pi > 0, self._r, 0.0) * pi).sum(axis=1).ravel()
        return PolicyEquation(r, P)
