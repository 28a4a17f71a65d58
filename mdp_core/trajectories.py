"""Many trajectories at once: a table's walks, side by side as arrays, drawn by recorded uniforms."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mdp_core.distribution import fallen, upper_edges
from mdp_core.payments import Payments
from mdp_core.rollout import Draws
from mdp_core.tabular import TabularMDP

SLICE = 500  # trajectories that walk side by side: about 20 ms for 100 steps


@dataclass(frozen=True, eq=False)
class Trajectories:
    """N trajectories of at most T steps, numbers `first` to `first` + N - 1 of their seed."""

    first: int
    states: NDArray[np.int32]  # [N, T + 1], s_0 to s_T; behind the end of a trajectory -1
    payments: Payments
    lengths: NDArray[np.int64]  # [N], steps, 0..T
    terminated: NDArray[np.bool_]  # [N]; the others were cut at T steps

    def __len__(self) -> int:
        return len(self.lengths)


def uniforms(seed: int, i: int, n: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """([n], [n]), the draws of the actions and of the outcomes of trajectory `i`: with `i` = 0 those of `Draws(seed)`.

    Raises ValueError for a negative number.
    """
    if i == 0:
        return Draws(seed).actions(n), Draws(seed).outcomes(n)
    if min(seed, i, n) < 0:
        raise ValueError("a seed, a trajectory's number and a number of steps must not be negative")
    actions, outcomes = (np.random.default_rng([seed, 3, i, stream]).random(n) for stream in (0, 1))
    return actions, outcomes


def sample_trajectories(
    mdp: TabularMDP, policy: ArrayLike, *, seed: int, count: int, max_steps: int
) -> Iterator[Trajectories]:
    """Walk `count` trajectories of `policy` [S, A] from the start, yielding SLICE of them at a time.

    Trajectory `i` depends on the seed and on `i` only, and number 0 is the one that `rollout` gives with `Draws(seed)`
    where the world has one start. Raises ValueError if a number is negative or the policy does not fit the table.
    """
    pi = np.asarray(policy, dtype=np.float64)
    if pi.shape != mdp.allowed.shape:
        raise ValueError(f"a policy needs shape {mdp.allowed.shape}, not {pi.shape}")
    if min(count, max_steps) < 0:
        raise ValueError("a number of trajectories and of steps must not be negative")
    action_edges, outcome_edges, start_edges = map(_edges, (pi, _merged(mdp), mdp.start))
    starts = np.random.default_rng([seed, 4]).random(count)
    for first in range(0, count, SLICE):
        numbers = range(first, min(first + SLICE, count))
        draws = [uniforms(seed, i, max_steps) for i in numbers]
        u, v = (np.array(part).reshape(len(numbers), max_steps) for part in zip(*draws, strict=True))
        states = np.full((len(numbers), max_steps + 1), -1, dtype=np.int32)
        rewards = np.zeros((len(numbers), max_steps))
        states[:, 0] = fallen(start_edges, starts[first : numbers.stop])
        terminated = mdp.terminal[states[:, 0]].copy()
        going = np.flatnonzero(~terminated)
        for t in range(max_steps):
            if not len(going):
                break
            s = states[going, t]
            a = fallen(action_edges[s], u[going, t])
            k = fallen(outcome_edges[s, a], v[going, t])
            states[going, t + 1] = mdp.next_state[s, a, k]
            rewards[going, t] = mdp.reward[s, a, k]
            over = mdp.terminated[s, a, k] | mdp.terminal[mdp.next_state[s, a, k]]
            terminated[going[over]] = True
            going = going[~over]
        yield Trajectories(first, states, Payments.of(rewards), (states >= 0).sum(axis=1) - 1, terminated)


def _edges(probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
    """[..., K], the upper edges of the stacked bar, normalised first, as `Categorical` does it."""
    total = probabilities.sum(axis=-1, keepdims=True)
    return upper_edges(np.divide(probabilities, total, out=np.zeros_like(probabilities), where=total > 0))


def _merged(mdp: TabularMDP) -> NDArray[np.float64]:
    """[S, A, K], the probabilities with equal outcomes as one, in the place of the first: what `transition` draws from."""
    p = mdp.probability.copy()
    possible = p > 0
    for k in range(1, p.shape[2]):
        for j in range(k):
            same = possible[..., j] & possible[..., k] & (mdp.next_state[..., j] == mdp.next_state[..., k])
            same &= (mdp.reward[..., j] == mdp.reward[..., k]) & (mdp.terminated[..., j] == mdp.terminated[..., k])
            p[..., j] = np.where(same, p[..., j] + p[..., k], p[..., j])
            p[..., k] = np.where(same, 0.0, p[..., k])
            possible[..., k] &= ~same
    return p
