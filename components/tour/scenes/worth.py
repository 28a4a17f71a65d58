"""What every place of a world is worth, and a walk that is cut off in the middle of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from components.instruments.board import Walk, board
from components.instruments.board.film import iterate
from components.tour.beat import Setting
from mdp_core.grid.world import Cell
from mdp_core.learners.policy_value import policy_values
from mdp_core.scenarios import GridScenario
from mdp_core.stage.grid import map_picture, policy_of, run_grid, world_of


@dataclass(frozen=True)
class Value:
    """What the policy can expect from a cell on."""

    cell: Cell
    value: float
    largest: float  # the largest reward that this world pays at once


@dataclass(frozen=True)
class Worth:
    """A world and a policy in it; the question is about one cell, another one each meeting."""

    grid: GridScenario
    cells: Sequence[Cell]
    gamma: float = 0.9

    def cell(self, setting: Setting) -> Cell:
        """The one that is asked about."""
        return self.cells[setting.again % len(self.cells)]

    def find(self, setting: Setting) -> Value:
        """Its value, by the policy's linear system."""
        world = world_of(self.grid)
        values = policy_values(world.tabular(), policy_of(self.grid).arrows, self.gamma)
        cell = self.cell(setting)
        return Value(cell, float(values[list(world.states).index(cell)]), float(world.tabular().reward.max()))

    def walks(self, setting: Setting) -> Sequence[Walk]:
        """That are drawn on the map."""
        return ()

    def draw(self, setting: Setting, found: Value | None) -> None:
        """The map, and once it is told its values."""
        world, arrows = world_of(self.grid), policy_of(self.grid).arrows
        values = policy_values(world.tabular(), arrows, self.gamma) if setting.told else np.zeros(len(world.states))
        board(
            map_picture(world),
            key=setting.key,
            name="What each place is worth" if setting.told else "The world",
            film=[iterate(world, f"gamma {self.gamma:.2f}", values, policy=arrows)],
            film_key=setting.key + str(setting.told),
            layers=("v", "policy", "none") if setting.told else ("policy", "none"),
            layer="v" if setting.told else "policy",
            scale=float(np.abs(values).max(initial=0.0)),
            walks=self.walks(setting),
            robot=None if setting.told else self.cell(setting),  # told, what it is worth is written there
            selected=self.cell(setting) if setting.told else None,
            height=None,
        )


@dataclass(frozen=True)
class CutOff(Worth):
    """A walk of the robot that nobody watches any longer than `limit` steps; `seeds` are one a meeting. The question is
    about the cell where it was left."""

    seeds: Sequence[int] = (7,)
    limit: int = 6

    def _way(self, setting: Setting) -> list[Cell]:
        run = run_grid(self.grid, self.seeds[setting.again % len(self.seeds)])
        return list(run.states[: self.limit + 1])

    def cell(self, setting: Setting) -> Cell:
        """Where it was left."""
        return self._way(setting)[-1]

    def walks(self, setting: Setting) -> Sequence[Walk]:
        """The one that was cut off."""
        return [Walk(self._way(setting))]
