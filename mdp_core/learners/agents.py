"""What every agent has in common: one life, one set of tables, one verb."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from mdp_core.learners.choice import draw_epsilon_greedy
from mdp_core.learners.experience import Episode, Experience, Samples
from mdp_core.learners.spec import LearnerSpec

Rows = list[list[float]]  # [S][A]


def blank_rows(samples: Samples) -> Rows:
    """[S][A], 0 where the action is allowed, -inf where it is not."""
    _, A = samples.shape
    blank = {allowed: [0.0 if a in allowed else float("-inf") for a in range(A)] for allowed in set(samples.allowed)}
    return [blank[allowed].copy() for allowed in samples.allowed]


class Agent(ABC):
    """One learner living through one stream of experience."""

    choose: Callable[..., int]  # the action in a state, drawn from the policy as it is then, or one that was recorded

    def __init__(self, samples: Samples, spec: LearnerSpec, seed: int) -> None:
        self.spec = spec
        self.experience = Experience(samples, seed)

    def episode(self) -> Episode:
        """Live through one episode from its start to its end, learning."""
        state = self.experience.start()
        return Episode(0.0, 0, True) if self.experience.terminal[state] else self.live(state)

    @abstractmethod
    def live(self, state: int) -> Episode:
        """The episode from its start, which is not its end."""

    @property
    @abstractmethod
    def table(self) -> Rows | NDArray[np.float64]:
        """[S][A], the action values or preferences as they are now; -inf where not allowed."""


class ActionValueAgent(Agent):
    """An agent that acts epsilon-greedily on its action values."""

    def __init__(self, samples: Samples, spec: LearnerSpec, seed: int) -> None:
        super().__init__(samples, spec, seed)
        self.q = blank_rows(samples)
        self._allowed, self._draws, self._epsilon = samples.allowed, self.experience.actions, spec.epsilon

    @property
    def table(self) -> Rows:
        return self.q

    def choose(self, state: int) -> int:
        """An action of the epsilon-greedy policy, drawn with the next uniform."""
        return draw_epsilon_greedy(self.q[state], self._allowed[state], self._epsilon, next(self._draws))
