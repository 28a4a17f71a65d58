"""The same three with eligibility traces: every surprise is heard by the steps that led to it (Sutton & Barto, ch. 12).

A trace z(s, a) fades by gamma lambda a step and rises where the agent is: to 1 (replacing), by 1 (accumulating), or by
1 - alpha z (dutch, which with the correction of section 12.7 is True Online Sarsa(lambda)). Every pair with a trace moves at
every step, so the tables are arrays here. With lambda = 0 each is its one-step namesake, draw for draw.
"""

from __future__ import annotations

from abc import abstractmethod

import numpy as np
from numpy.typing import NDArray

from mdp_core.learners.agents import Agent, blank_rows
from mdp_core.learners.choice import draw_epsilon_greedy, epsilon_greedy_value, greedy_floor
from mdp_core.learners.experience import Episode, Samples
from mdp_core.learners.spec import LearnerSpec

FADED = 1e-30  # a trace below it moves no value by as much as a rounding, and is dropped
MANY = 64  # traces, below which dropping the faded ones saves nothing


class _Traces:
    """The traces of the pairs that this episode has visited: of a large table only these are touched."""

    def __init__(self, q: NDArray[np.float64], spec: LearnerSpec) -> None:
        self.spec = spec
        self.width = q.shape[1]
        self._q = q.reshape(-1)  # the same numbers
        self._pairs = np.zeros(q.size, dtype=np.intp)  # s A + a, of which the first `_n` count
        self._z = np.zeros(q.size)
        self.cut()

    def cut(self) -> None:
        """No step before this one hears of what follows."""
        self._n, self._full = 0, MANY
        self._places: dict[int, int] = {}  # of a pair among the first `_n`

    def visit(self, state: int, action: int) -> None:
        """Let all traces fade, and raise the one of the pair that is visited now."""
        spec, z, pair = self.spec, self._z, state * self.width + action
        z[: self._n] *= spec.gamma * spec.lambda_
        place = self._places.get(pair)
        if place is None:
            if self._n >= self._full:
                self._drop_faded()
            place = self._places[pair] = self._n
            self._pairs[place], z[place] = pair, 0.0
            self._n += 1
        if spec.traces == "replacing":
            z[place] = 1.0
        elif spec.traces == "accumulating":
            z[place] += 1.0
        else:
            z[place] += 1.0 - spec.alpha * z[place]

    def move(self, change: float) -> None:
        """Add change z(s, a) to every q(s, a)."""
        self._q[self._pairs[: self._n]] += change * self._z[: self._n]

    def _drop_faded(self) -> None:
        kept = np.flatnonzero(np.abs(self._z[: self._n]) >= FADED)
        self._n, self._full = len(kept), max(MANY, 2 * len(kept))
        self._pairs[: self._n], self._z[: self._n] = self._pairs[kept], self._z[kept]
        self._places = {pair: place for place, pair in enumerate(self._pairs[: self._n].tolist())}


class _TraceAgent(Agent):
    def __init__(self, samples: Samples, spec: LearnerSpec, seed: int) -> None:
        super().__init__(samples, spec, seed)
        self.q = np.array(blank_rows(samples))  # [S, A]
        self.traces = _Traces(self.q, spec)

    @property
    def table(self) -> NDArray[np.float64]:
        return self.q

    def row(self, state: int) -> list[float]:
        row: list[float] = self.q[state].tolist()
        return row

    def choose(self, state: int, row: list[float]) -> int:
        """An action of the policy that is epsilon-greedy on the state's row, drawn with the next uniform."""
        experience = self.experience
        return draw_epsilon_greedy(row, experience.allowed[state], self.spec.epsilon, next(experience.actions))

    def average(self, state: int) -> float:
        """The value of `state` under the epsilon-greedy policy."""
        return epsilon_greedy_value(self.row(state), self.experience.allowed[state], self.spec.epsilon)


class SarsaLambda(_TraceAgent):
    """Sarsa(lambda); with dutch traces True Online Sarsa(lambda). A truncated end bootstraps as in `Sarsa`."""

    def live(self, state: int) -> Episode:
        spec, experience, q, traces = self.spec, self.experience, self.q, self.traces
        traces.cut()
        action = self.choose(state, self.row(state))
        total, old = 0.0, 0.0
        for length in range(1, spec.max_steps + 1):
            next_state, reward, terminated = experience.step(state, action)
            total += reward
            next_action = -1
            if terminated:
                bootstrap = 0.0
            elif length == spec.max_steps:
                bootstrap = self.average(next_state)
            else:
                row = self.row(next_state)
                next_action = self.choose(next_state, row)
                bootstrap = row[next_action]
            now = float(q[state, action])
            error = reward + spec.gamma * bootstrap - now
            traces.visit(state, action)
            if spec.traces == "dutch":
                traces.move(spec.alpha * (error + now - old))
                q[state, action] -= spec.alpha * (now - old)
                old = bootstrap
            else:
                traces.move(spec.alpha * error)
            if terminated:
                return Episode(total, length, True)
            state, action = next_state, next_action
        return Episode(total, spec.max_steps, False)


class _BootstrappingTraces(_TraceAgent):
    @abstractmethod
    def value(self, state: int) -> float:
        """What stands for the rest of the episode from `state` on."""

    def cuts(self, row: list[float], action: int) -> bool:
        """True if the steps before this action must not hear of what follows it."""
        return False

    def live(self, state: int) -> Episode:
        spec, experience, traces = self.spec, self.experience, self.traces
        traces.cut()
        total = 0.0
        for length in range(1, spec.max_steps + 1):
            row = self.row(state)
            action = self.choose(state, row)
            if self.cuts(row, action):
                traces.cut()
            next_state, reward, terminated = experience.step(state, action)
            total += reward
            bootstrap = 0.0 if terminated else self.value(next_state)
            error = reward + spec.gamma * bootstrap - row[action]
            traces.visit(state, action)
            traces.move(spec.alpha * error)
            if terminated:
                return Episode(total, length, True)
            state = next_state
        return Episode(total, spec.max_steps, False)


class ExpectedSarsaLambda(_BootstrappingTraces):
    """Expected Sarsa's error with traces, on-policy (section 12.9)."""

    def value(self, state: int) -> float:
        return self.average(state)


class WatkinsQ(_BootstrappingTraces):
    """Watkins's Q(lambda): the traces are cut at every action that is not greedy (section 12.10)."""

    def value(self, state: int) -> float:
        return max(self.row(state))

    def cuts(self, row: list[float], action: int) -> bool:
        return row[action] < greedy_floor(row)
