"""Finite Markov decision processes as successor tables: what solvers and learners compute on."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from mdp_core.distribution import Categorical
from mdp_core.mdp import Outcome
from mdp_core.names import Names


@dataclass(frozen=True, eq=False)
class TabularMDP:
    """S states, A actions, at most K successors of each pair. Never a dense (S, A, S) array.

    It is an `MDP` itself: its states are the indices 0..S-1, its actions the indices 0..A-1; `states` and `actions_named`
    say what they stand for, and `names` has its numbers by them. Unused places of the K axis have probability 0. Terminal
    states are absorbing: every action leads back to them with reward 0 and `terminated` True. A successor with `terminated`
    True ends the episode: nothing is bootstrapped behind it.
    Raises ValueError if shapes differ, probabilities of an allowed pair are negative or do not sum to one, a successor
    or the start is no state, a reward is not finite, a terminal state is not absorbing, or a state that is not terminal
    allows no action.
    """

    next_state: NDArray[np.int32]  # [S, A, K], each in 0..S-1
    probability: NDArray[np.float64]  # [S, A, K], sums to 1 over K where allowed
    reward: NDArray[np.float64]  # [S, A, K], r_{t+1} of that successor
    terminated: NDArray[np.bool_]  # [S, A, K]
    allowed: NDArray[np.bool_]  # [S, A]
    terminal: NDArray[np.bool_]  # [S]
    start: NDArray[np.float64]  # [S], the distribution of s_0
    states: Sequence[Hashable]  # [S], what each index stands for
    actions_named: Sequence[Hashable]  # [A]

    def __post_init__(self) -> None:
        shape = self.next_state.shape
        if len(shape) != 3 or any(a.shape != shape for a in (self.probability, self.reward, self.terminated)):
            raise ValueError("successor tables must all have the same shape (S, A, K)")
        S, A, _ = shape
        if self.allowed.shape != (S, A) or self.terminal.shape != (S,) or self.start.shape != (S,):
            raise ValueError(f"allowed must be ({S}, {A}), terminal and start ({S},)")
        if len(self.states) != S or len(self.actions_named) != A:
            raise ValueError(f"{S} states and {A} actions need as many names")
        if S and (self.next_state.min() < 0 or self.next_state.max() >= S):
            raise ValueError(f"successors must be states 0..{S - 1}")
        if not np.all(np.isfinite(self.reward)):
            raise ValueError("rewards must be finite")
        sums = self.probability.sum(axis=2)
        if np.any(self.probability < 0) or not np.all(np.abs(sums[self.allowed] - 1.0) <= 1e-9):
            raise ValueError("probabilities must not be negative and must sum to 1 for every allowed action")
        if not abs(float(self.start.sum()) - 1.0) <= 1e-9 or np.any(self.start < 0):
            raise ValueError("the start must be a distribution over the states")
        stuck = ~self.terminal & ~self.allowed.any(axis=1)
        if np.any(stuck):
            raise ValueError(f"state {int(np.argmax(stuck))} allows no action")
        absorbing = (self.next_state == np.arange(S)[:, None, None]) & self.terminated & (self.reward == 0)
        if np.any((self.probability > 0) & self.terminal[:, None, None] & ~absorbing):
            raise ValueError("a terminal state must lead to itself, with reward 0 and terminated")

    @property
    def shape(self) -> tuple[int, int, int]:
        """(S, A, K)."""
        S, A, K = self.next_state.shape
        return S, A, K

    @cached_property
    def names(self) -> Names:
        """Its numbers by name: `mdp.names.values(solve(mdp, 0.9).v)["in"]`."""
        return Names(self.states, self.actions_named, self.allowed, self.terminal)

    @cached_property
    def expected_reward(self) -> NDArray[np.float64]:
        """[S, A], r(s, a) = sum_k p r (Sutton & Barto, eq. 3.5); 0 where not allowed."""
        result: NDArray[np.float64] = (self.probability * self.reward).sum(axis=2)
        return result

    @cached_property
    def continuing(self) -> NDArray[np.float64]:
        """[S, A, K], the probability of each successor behind which the episode goes on."""
        return np.where(self.terminated, 0.0, self.probability)

    def q_from_v(self, v: NDArray[np.float64], gamma: float) -> NDArray[np.float64]:
        """[S] -> [S, A]: q(s, a) = sum_k p (r + gamma v(s')) (Sutton & Barto, eq. 4.6); -inf where not allowed."""
        q = self.expected_reward + gamma * np.einsum("sak,sak->sa", self.continuing, v[self.next_state])
        return np.where(self.allowed, q, -np.inf)

    def initial_state(self) -> int:
        """The most likely start."""
        return self._likeliest_start

    @cached_property
    def _likeliest_start(self) -> int:
        return int(np.argmax(self.start))

    def actions(self, state: int) -> tuple[int, ...]:
        """The indices of the allowed actions, ascending."""
        return tuple(np.flatnonzero(self.allowed[state]).tolist())

    def transition(self, state: int, action: int) -> Categorical[Outcome[int]]:
        """P(. | s, a) in the order of the K axis, equal outcomes as one.

        Raises ValueError if the action is not allowed or the state is terminal.
        """
        if self.terminal[state]:
            raise ValueError(f"state {self.states[state]!r} is terminal")
        if not 0 <= action < self.allowed.shape[1] or not self.allowed[state, action]:
            raise ValueError(f"action {action!r} is not allowed in state {self.states[state]!r}")
        weights: dict[Outcome[int], float] = {}
        for k in np.flatnonzero(self.probability[state, action]):
            outcome = Outcome(
                int(self.next_state[state, action, k]),
                float(self.reward[state, action, k]),
                bool(self.terminated[state, action, k]),
            )
            weights[outcome] = weights.get(outcome, 0.0) + float(self.probability[state, action, k])
        return Categorical(tuple(weights), list(weights.values()))

    def is_terminal(self, state: int) -> bool:
        """True where no further step is taken."""
        return bool(self.terminal[state])
