"""What happened, frozen: steps and trajectories. Neither ever holds gamma: discounting is a way to look at them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from mdp_core.distribution import Categorical
from mdp_core.mdp import Outcome

S = TypeVar("S")
A = TypeVar("A")


@dataclass(frozen=True, eq=False)
class Step(Generic[S, A]):
    """One turn of the loop: observe s_t, pi(. | s_t), draw u, act a_t, P(. | s_t, a_t), draw v, r_{t+1}, s_{t+1}."""

    t: int
    state: S
    policy: Categorical[A]
    u: float  # the uniform that chose the action, in [0, 1)
    action: A
    forced: bool  # the action was chosen by hand; u was recorded and not used
    outcomes: Categorical[Outcome[S]]
    v: float  # the uniform that chose the outcome, in [0, 1)
    reward: float  # r_{t+1}
    next_state: S
    terminated: bool  # the episode ended in next_state
    truncated: bool  # the loop stopped here though the episode had not ended


@dataclass(frozen=True, eq=False)
class Trajectory(Generic[S, A]):
    """A finite run of the loop from `start`; empty where the start is already terminal."""

    start: S
    steps: tuple[Step[S, A], ...]

    def __len__(self) -> int:
        return len(self.steps)

    @property
    def rewards(self) -> NDArray[np.float64]:
        """[T], rewards[t] is r_{t+1}."""
        return np.array([step.reward for step in self.steps], dtype=np.float64)

    @property
    def states(self) -> tuple[S, ...]:
        """[T + 1], s_0 to s_T."""
        return (self.start, *(step.next_state for step in self.steps))

    @property
    def actions(self) -> tuple[A, ...]:
        """[T], a_0 to a_{T-1}."""
        return tuple(step.action for step in self.steps)

    @property
    def terminated(self) -> bool:
        """True where the last step ended the episode; an empty trajectory starts at its end."""
        return not self.steps or self.steps[-1].terminated

    @property
    def truncated(self) -> bool:
        """True where the step limit cut the episode: a learner bootstraps there."""
        return bool(self.steps) and self.steps[-1].truncated
