"""Gymnasium out: a grid world as an environment that any learner of Gymnasium can be let loose in."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import gymnasium
import numpy as np
from gymnasium.spaces import Discrete
from numpy.typing import NDArray

from mdp_core.distribution import fallen, upper_edges
from mdp_core.grid.picture import picture
from mdp_core.grid.world import ACTIONS, Cell, GridWorld

RENDER_MODES = ("rgb_array", "ansi")


class GridWorldEnv(gymnasium.Env):  # type: ignore[misc]
    """`world` step by step: observations are the numbers of `world.states`, actions the places in ACTIONS (up is 0).

    `terminated` is True where the world ends the episode, `truncated` where `max_steps` do (never for None). `info` holds
    the agent's `cell` (row, column) and the `action_mask` [4] of what is allowed there. With `edges: forbidden` an action
    that is not allowed leaves the agent where it is, at the price of an ordinary move, as `edges: stay` would.
    Raises ValueError for a `render_mode` that is none of RENDER_MODES, and `max_steps` below 1.
    """

    metadata = {"render_modes": list(RENDER_MODES), "render_fps": 4}  # noqa: RUF012 (Gymnasium's own name and type)

    def __init__(self, world: GridWorld, render_mode: str | None = None, max_steps: int | None = None) -> None:
        if render_mode is not None and render_mode not in RENDER_MODES:
            raise ValueError(f"render_mode is one of {', '.join(RENDER_MODES)}, not {render_mode!r}")
        if max_steps is not None and max_steps < 1:
            raise ValueError(f"max_steps must be at least 1, not {max_steps}")
        self.world = world
        self.render_mode = render_mode
        self.max_steps = max_steps
        self.observation_space = Discrete(len(world.states))
        self.action_space = Discrete(len(ACTIONS))
        self._mask = world.tabular().allowed
        if world.map.edges == "forbidden":
            world = GridWorld(replace(world.map, edges="stay"))
        self._table = world.tabular()
        self._edges = upper_edges(self._table.probability)
        self._state = self.world.index(world.initial_state())
        self._steps = 0
        self._action: int | None = None

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[np.int64, dict[str, Any]]:
        """Back to the start of the map, or to `options["cell"]` (row, column).

        `seed` begins a new stream of `np_random`, from which every slip is drawn. Raises ValueError for a cell on which no
        agent can stand, or on which the episode is over.
        """
        super().reset(seed=seed)
        cell = (options or {}).get("cell", self.world.initial_state())
        if self.world.is_terminal(cell):
            raise ValueError(f"the episode is over in {cell}; begin elsewhere")
        self._state, self._steps, self._action = self.world.index(cell), 0, None
        return np.int64(self._state), self._info()

    def step(self, action: np.int64) -> tuple[np.int64, float, bool, bool, dict[str, Any]]:
        """One step. Raises ValueError for an action that is none of 0..3, and after the episode has ended."""
        a = int(action)
        if not 0 <= a < len(ACTIONS):
            raise ValueError(f"an action is a number from 0 to {len(ACTIONS) - 1}, not {action}")
        if self._table.terminal[self._state]:
            raise ValueError("the episode is over; call reset first")
        k = int(fallen(self._edges[self._state, a], self.np_random.random()))
        reward = float(self._table.reward[self._state, a, k])
        terminated = bool(self._table.terminated[self._state, a, k])
        self._state, self._action = int(self._table.next_state[self._state, a, k]), a
        self._steps += 1
        truncated = not terminated and self.max_steps is not None and self._steps >= self.max_steps
        return np.int64(self._state), reward, terminated, truncated, self._info()

    @property
    def P(self) -> dict[int, dict[int, list[tuple[float, int, float, bool]]]]:  # noqa: N802 (Gymnasium's own name)
        """`P[state][action]` = [(probability, next state, reward, terminated), ...] of the allowed actions."""
        table = self.world.tabular()
        return {
            s: {
                a: [
                    (
                        float(table.probability[s, a, k]),
                        int(table.next_state[s, a, k]),
                        float(table.reward[s, a, k]),
                        bool(table.terminated[s, a, k]),
                    )
                    for k in np.flatnonzero(table.probability[s, a]).tolist()
                ]
                for a in table.actions(s)
            }
            for s in range(table.shape[0])
        }

    @property
    def initial_state_distrib(self) -> NDArray[np.float64]:
        """[S], all of it on the start of the map."""
        return self.world.tabular().start

    def render(self) -> NDArray[np.uint8] | str | None:
        """[rows * 32, columns * 32, 3] for "rgb_array", the map with the agent as @ for "ansi", None without a mode."""
        cell: Cell = self.world.states[self._state]
        if self.render_mode == "rgb_array":
            return picture(self.world, cell)
        if self.render_mode == "ansi":
            rows = [list(row) for row in self.world.map.rows]
            if cell[0] >= 0:
                rows[cell[0]][cell[1]] = "@"
            action = "start" if self._action is None else ACTIONS[self._action]
            return "\n".join([f"({action})", *("".join(row) for row in rows)]) + "\n"
        return None

    def _info(self) -> dict[str, Any]:
        return {"cell": self.world.states[self._state], "action_mask": self._mask[self._state].astype(np.int8)}
