"""What an agent lives through: samples of a TabularMDP, drawn by recorded uniforms."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator
from itertools import chain
from typing import NamedTuple

import numpy as np

from mdp_core.distribution import upper_edges
from mdp_core.tabular import TabularMDP

_BLOCK = 1_024  # uniforms taken from a generator at once; no result depends on it


class Episode(NamedTuple):
    """How one episode went."""

    total: float  # the sum of its rewards, undiscounted: the online performance
    length: int  # steps
    terminated: bool  # False: cut by max_steps


class WholeEpisode(NamedTuple):
    """A whole episode, for those that wait for its end."""

    steps: list[tuple[int, int, float]]  # (s_t, a_t, r_{t+1})
    last: int  # s_T
    terminated: bool

    def returns(self, gamma: float, rest: float) -> list[float]:
        """[T], G_0 to G_{T-1} (Sutton & Barto, eq. 3.9); `rest` is what G_T stands for."""
        g, backwards = rest, []
        for _, _, reward in reversed(self.steps):
            g = reward + gamma * g
            backwards.append(g)
        return backwards[::-1]

    @property
    def episode(self) -> Episode:
        return Episode(sum(reward for _, _, reward in self.steps), len(self.steps), self.terminated)


class _Outcomes(dict[int, list[tuple[list[float], list[tuple[int, float, bool]]]]]):
    """By state, what each action may lead to: the upper edges of the outcomes' stretches, and (s', r, over) of each. Made
    when an agent first comes there: of a large map most states are seen late, or never."""

    def __init__(self, mdp: TabularMDP) -> None:
        total = np.cumsum(mdp.probability, axis=2)[:, :, -1:]
        edges = upper_edges(mdp.probability, np.where(total > 0, total, 1.0))
        over = mdp.terminated | mdp.terminal[mdp.next_state]
        self._tables = (edges, mdp.next_state, mdp.reward, over)

    def __missing__(self, state: int) -> list[tuple[list[float], list[tuple[int, float, bool]]]]:
        rows = zip(*(table[state].tolist() for table in self._tables), strict=True)
        made = self[state] = [(edges, list(zip(*outcomes, strict=True))) for edges, *outcomes in rows]
        return made


class Samples:
    """The successor tables as lists: one agent's one step is a look-up, for which arrays are slow."""

    def __init__(self, mdp: TabularMDP) -> None:
        S, A, _ = mdp.shape
        self.shape = (S, A)
        rows = list(map(tuple, mdp.allowed.tolist()))
        indices = {row: tuple(a for a in range(A) if row[a]) for row in set(rows)}
        self.allowed = [indices[row] for row in rows]
        self.terminal: list[bool] = mdp.terminal.tolist()
        self.outcomes = _Outcomes(mdp)
        starts = np.flatnonzero(mdp.start)
        self.starts: list[int] = starts.tolist()
        self.start_edges: list[float] = upper_edges(mdp.start[starts]).tolist()


def uniforms(seed: int, stream: int) -> Iterator[float]:
    """The endless stream of uniforms in [0, 1) of one seed: 0 draws actions, 1 outcomes (as `Draws` does), 2 starts."""
    generator = np.random.default_rng([seed, stream])
    return chain.from_iterable(iter(lambda: generator.random(_BLOCK).tolist(), []))


class Experience:
    """One agent's life in the world: every step uses up one uniform for the action and one for the outcome."""

    def __init__(self, samples: Samples, seed: int) -> None:
        self.allowed = samples.allowed
        self.terminal = samples.terminal
        self._samples = samples
        self._outcomes = samples.outcomes
        self.actions = uniforms(seed, 0)
        self._outcome_draws = uniforms(seed, 1)
        self._start_draws = uniforms(seed, 2)

    def start(self) -> int:
        """s_0 of the next episode."""
        return self._samples.starts[bisect_right(self._samples.start_edges, next(self._start_draws))]

    def walk(self, state: int, choose: Callable[[int], int], max_steps: int) -> WholeEpisode:
        """From `state` to the episode's end, or for `max_steps`."""
        steps: list[tuple[int, int, float]] = []
        terminated = False
        while not terminated and len(steps) < max_steps:
            action = choose(state)
            next_state, reward, terminated = self.step(state, action)
            steps.append((state, action, reward))
            state = next_state
        return WholeEpisode(steps, state, terminated)

    def step(self, state: int, action: int) -> tuple[int, float, bool]:
        """(s_{t+1}, r_{t+1}, terminated)."""
        edges, outcomes = self._outcomes[state][action]
        return outcomes[bisect_right(edges, next(self._outcome_draws))]
