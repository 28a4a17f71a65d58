"""A map as pixels, for whoever has no browser: cells as squares, the agent as a disc."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mdp_core.grid.maps import START, WALL
from mdp_core.grid.world import Cell, GridWorld

CELL = 32  # pixels a side
# The palette of Okabe and Ito, which colour-blind readers tell apart; and a shape a kind, so that nothing rests on colour.
_COLOURS = {
    "wall": (64, 64, 64),
    "free": (245, 245, 245),
    "start": (220, 232, 240),
    "goal": (0, 158, 115),
    "pit": (213, 94, 0),
    "cliff": (230, 159, 0),
    "jump": (86, 180, 233),
}
_LINE = (190, 190, 190)
_AGENT = (0, 114, 178)
_INK = (255, 255, 255)


def picture(world: GridWorld, agent: Cell | None = None) -> NDArray[np.uint8]:
    """[rows * 32, columns * 32, 3], the map and the agent on it, if it is on the map."""
    rows, columns = world.map.shape
    image = np.empty((rows * CELL, columns * CELL, 3), dtype=np.uint8)
    for r in range(rows):
        for c in range(columns):
            image[r * CELL : (r + 1) * CELL, c * CELL : (c + 1) * CELL] = _tile(_kind(world, (r, c)))
    if agent is not None and agent[0] >= 0:
        tile = image[agent[0] * CELL : (agent[0] + 1) * CELL, agent[1] * CELL : (agent[1] + 1) * CELL]
        tile[_distance() <= 0.36 * CELL] = _AGENT
    return image


def _kind(world: GridWorld, cell: Cell) -> str:
    mark = world.map.rows[cell[0]][cell[1]]
    if mark in (WALL, START):
        return "wall" if mark == WALL else "start"
    sign = world.sign(cell)
    return "wall" if sign is None else sign.kind


def _tile(kind: str) -> NDArray[np.uint8]:
    tile = np.empty((CELL, CELL, 3), dtype=np.uint8)
    tile[:] = _COLOURS[kind]
    y, x = np.indices((CELL, CELL)) - (CELL - 1) / 2
    size = np.maximum(np.abs(x), np.abs(y))
    if kind == "goal":
        tile[(np.abs(x) + np.abs(y) <= 0.4 * CELL) & (np.abs(x) + np.abs(y) >= 0.28 * CELL)] = _INK  # a diamond
    elif kind == "pit":
        tile[(size <= 0.3 * CELL) & (np.abs(np.abs(x) - np.abs(y)) <= 2)] = _INK  # a cross
    elif kind == "cliff":
        tile[(x + y) % 12 < 3] = _INK  # hatched
    elif kind == "jump":
        tile[(_distance() <= 0.34 * CELL) & (_distance() >= 0.24 * CELL)] = _INK  # a ring
    if kind != "wall":
        tile[0], tile[:, 0] = _LINE, _LINE
    return tile


def _distance() -> NDArray[np.float64]:
    """[32, 32], how far each pixel is from the middle of its cell."""
    y, x = np.indices((CELL, CELL)) - (CELL - 1) / 2
    result: NDArray[np.float64] = np.hypot(x, y)
    return result
