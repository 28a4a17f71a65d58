"""The contract of a Markov decision process: everything that the loop needs to know of a world."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from mdp_core.distribution import Categorical

S = TypeVar("S")
StateT = TypeVar("StateT")
ActionT = TypeVar("ActionT")


@dataclass(frozen=True)
class Outcome(Generic[S]):
    """What may follow an action: the next state, the reward r_{t+1}, and whether the episode is over there."""

    next_state: S
    reward: float
    terminated: bool


class MDP(Protocol[StateT, ActionT]):
    """A Markov decision process. States and actions are hashable values; a world never changes."""

    def initial_state(self) -> StateT:
        """s_0."""
        ...

    def actions(self, state: StateT) -> Sequence[ActionT]:
        """The actions allowed in `state`, in a fixed order. Raises ValueError in a terminal state that offers none."""
        ...

    def transition(self, state: StateT, action: ActionT) -> Categorical[Outcome[StateT]]:
        """P(. | s, a). Raises ValueError if the action is not allowed or the state is terminal."""
        ...

    def is_terminal(self, state: StateT) -> bool:
        """True where no further step is taken."""
        ...
