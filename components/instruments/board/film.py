"""From a world's numbers to a frame of the board's film."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from components.instruments.board import Iterate
from mdp_core.grid.world import END, GridWorld

Array = NDArray[np.float64]


def iterate(
    world: GridWorld,
    label: str,
    v: Array,
    q: Array | None = None,
    policy: Array | None = None,
    change: Array | None = None,
) -> Iterate:
    """Values `v` [S], action values `q` [S, A], a policy [S, A] and changes of values [S], laid out on the map of `world`.

    Where the episode ends there are no arrows and no action values. Numbers keep five digits: they are drawn, not used.
    """
    over = _over(world)
    return Iterate(
        label,
        _rows(world, v),
        None if q is None else _rows(world, np.where(over[:, None], np.nan, q)),
        None if policy is None else _rows(world, np.where(over[:, None], np.nan, policy)),
        None if change is None else _rows(world, change),
    )


def _over(world: GridWorld) -> NDArray[np.bool_]:
    """[S], True for goals and pits, also where they pay on leaving, and for END."""
    return np.array([cell == END or bool((sign := world.sign(cell)) and sign.ends) for cell in world.states])


def _rows(world: GridWorld, values: Array) -> list[list[Any]]:
    laid = world.on_map(np.where(np.isneginf(values), np.nan, values))
    flat = laid.reshape(-1)
    known = np.isfinite(flat) & (flat != 0)
    size = 10.0 ** (4 - np.floor(np.log10(np.abs(np.where(known, flat, 1.0)))))
    rounded = np.where(known, np.round(flat * size) / size, flat).reshape(laid.shape)
    return _known(rounded.tolist(), depth=laid.ndim - 2)


def _known(rows: list[list[Any]], depth: int) -> list[list[Any]]:
    """None for nan; a cell without any number is None as a whole."""

    def cell(value: Any) -> Any:
        if depth == 0:
            return None if value != value else value
        parts = [None if part != part else part for part in value]
        return None if all(part is None for part in parts) else parts

    return [[cell(value) for value in row] for row in rows]
