"""Policies as arrows on a map: one row of action probabilities a state."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from mdp_core.distribution import Categorical
from mdp_core.grid.world import ACTIONS, Cell, GridWorld


@dataclass(frozen=True, eq=False)
class ArrowPolicy:
    """The policy that `arrows` [S, 4] write down; the columns are in the order of ACTIONS.

    Raises ValueError if the shape is another, or a row is no distribution over the actions that its state allows.
    """

    world: GridWorld
    arrows: NDArray[np.float64]  # [S, 4]

    def __post_init__(self) -> None:
        table = self.world.tabular()
        if self.arrows.shape != table.allowed.shape:
            raise ValueError(f"arrows must be {table.allowed.shape}, not {self.arrows.shape}")
        sums = self.arrows.sum(axis=1)
        if not np.all(self.arrows >= 0) or not np.all(np.abs(sums - 1.0) <= 1e-6):
            raise ValueError("arrows must not be negative and must sum to 1 in every state")
        if np.any((self.arrows > 0) & ~table.allowed):
            raise ValueError("an arrow points where no action is allowed")

    def __call__(self, state: Cell) -> Categorical[str]:
        if state not in self._made:
            allowed = self.world.actions(state)
            row = self.arrows[self.world.index(state)]
            self._made[state] = Categorical(allowed, [row[ACTIONS.index(action)] for action in allowed])
        return self._made[state]

    @cached_property
    def _made(self) -> dict[Cell, Categorical[str]]:
        return {}  # of the states that were asked for


def random_arrows(world: GridWorld) -> NDArray[np.float64]:
    """[S, 4], every allowed action with the same probability."""
    allowed = world.tabular().allowed
    result: NDArray[np.float64] = allowed / allowed.sum(axis=1, keepdims=True)
    return result


def always_arrows(world: GridWorld, action: str) -> NDArray[np.float64]:
    """[S, 4], `action` wherever it is allowed, elsewhere the first allowed one. Raises ValueError for an unknown action."""
    if action not in ACTIONS:
        raise ValueError(f"{action!r} is none of {', '.join(ACTIONS)}")
    allowed = world.tabular().allowed
    chosen = np.where(allowed[:, ACTIONS.index(action)], ACTIONS.index(action), allowed.argmax(axis=1))
    return np.eye(4)[chosen]
