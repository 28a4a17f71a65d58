"""What a state and an action may lead to, beside how often it did."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from components.instruments.board import Arrival, board
from components.mdp.frequencies import compare_frequencies
from components.tour.beat import Setting
from mdp_core.frequencies import counts, uniforms
from mdp_core.grid.presets import world
from mdp_core.grid.world import ACTIONS, MOVES, Cell, GridWorld
from mdp_core.stage.grid import map_picture

MOST = 10_000  # samples


@dataclass(frozen=True)
class Chances:
    """The robot stands on the start of a preset and takes `action`; `slips` are one a meeting; None: the world's own."""

    name: str
    action: str
    slips: Sequence[float | None] = (None,)

    def find(self, setting: Setting) -> float:
        """How likely the robot really goes there."""
        grid = self._world(setting)
        start = grid.initial_state()
        row, column = MOVES[ACTIONS.index(self.action)]
        there = (start[0] + row, start[1] + column)
        return float(sum(p for outcome, p in grid.transition(start, self.action) if outcome.next_state == there))

    def _world(self, setting: Setting) -> GridWorld:
        return world(self.name, slip=self.slips[setting.again % len(self.slips)])

    def draw(self, setting: Setting, found: float | None) -> None:
        """The map; once it is told the arrows to where it may lead, and samples."""
        grid = self._world(setting)
        start = grid.initial_state()
        outcomes = grid.transition(start, self.action)
        shown = list(outcomes) if setting.told else []
        board(
            map_picture(grid),
            key=f"board_{setting.key}",
            name=f"Where {self.action} may lead",
            layers=("none",),
            robot=start,
            selected=start,
            arrivals=[Arrival(o.next_state, float(p), f"{p:.2f}") for o, p in shown],
            height=None,
        )
        if not setting.told:
            return
        kept = setting.memory.kept
        n = int(kept.get(setting.key, 0))
        draws = uniforms(7 + setting.again, 0, n=n) if n else np.zeros(0)
        compare_frequencies(
            [(_place(o.next_state, start), f"{o.reward:g}", float(p)) for o, p in outcomes],
            counts(outcomes, draws),
            key=setting.key,
            most=MOST,
            on_sample=lambda more: kept.update({setting.key: min(n + more, MOST)}),
            on_reset=lambda: kept.update({setting.key: 0}),
        )


def _place(cell: Cell, start: Cell) -> str:
    return "stays where it is" if cell == start else f"row {cell[0] + 1}, column {cell[1] + 1}"
