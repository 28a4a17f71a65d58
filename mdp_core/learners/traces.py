"""The same three with eligibility traces: every surprise is heard by the steps that led to it (Sutton & Barto, ch. 12).

A trace z(s, a) fades by gamma lambda a step and rises where the agent is: to 1 (replacing), by 1 (accumulating), or by
1 - alpha z (dutch, which with the correction of section 12.7 is True Online Sarsa(lambda)). The whole table moves at every
step, so the tables are arrays here. With lambda = 0 each is its one-step namesake, draw for draw.
"""

from __future__ import annotations

from abc import abstractmethod

import numpy as np
from numpy.typing import NDArray

from mdp_core.learners.agents import Agent, blank_rows
from mdp_core.learners.choice import draw_epsilon_greedy, epsilon_greedy_value, greedy_floor
from mdp_core.learners.experience import Episode, Samples
from mdp_core.learners.spec import LearnerSpec


class _TraceAgent(Agent):
    def __init__(self, samples: Samples, spec: LearnerSpec, seed: int) -> None:
        super().__init__(samples, spec, seed)
        self.q = np.array(blank_rows(samples))  # [S, A]
        self.z = np.zeros(samples.shape)  # [S, A]

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

    def visit(self, state: int, action: int) -> None:
        """Let all traces fade, and raise the one of the pair that is visited now."""
        spec, z = self.spec, self.z
        z *= spec.gamma * spec.lambda_
        if spec.traces == "replacing":
            z[state, action] = 1.0
        elif spec.traces == "accumulating":
            z[state, action] += 1.0
        else:
            z[state, action] += 1.0 - spec.alpha * z[state, action]

    def average(self, state: int) -> float:
        """The value of `state` under the epsilon-greedy policy."""
        return epsilon_greedy_value(self.row(state), self.experience.allowed[state], self.spec.epsilon)


class SarsaLambda(_TraceAgent):
    """Sarsa(lambda); with dutch traces True Online Sarsa(lambda). A truncated end bootstraps as in `Sarsa`."""

    def live(self, state: int) -> Episode:
        spec, experience, q, z = self.spec, self.experience, self.q, self.z
        z[:] = 0.0
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
            self.visit(state, action)
            if spec.traces == "dutch":
                q += spec.alpha * (error + now - old) * z
                q[state, action] -= spec.alpha * (now - old)
                old = bootstrap
            else:
                q += spec.alpha * error * z
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
        spec, experience, q, z = self.spec, self.experience, self.q, self.z
        z[:] = 0.0
        total = 0.0
        for length in range(1, spec.max_steps + 1):
            row = self.row(state)
            action = self.choose(state, row)
            if self.cuts(row, action):
                z[:] = 0.0
            next_state, reward, terminated = experience.step(state, action)
            total += reward
            bootstrap = 0.0 if terminated else self.value(next_state)
            error = reward + spec.gamma * bootstrap - row[action]
            self.visit(state, action)
            q += spec.alpha * error * z
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
