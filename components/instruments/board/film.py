"""From a world's numbers to a frame of the board's film."""

from __future__ import annotations

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

    Where the episode ends there are no arrows and no action values.
    """
    over = world.standing({"goal", "pit"}) | (world.coordinates[:, 0] == END[0])
    return Iterate(
        label,
        _laid(world, v),
        None if q is None else _laid(world, np.where(over[:, None], np.nan, q)),
        None if policy is None else _laid(world, np.where(over[:, None], np.nan, policy)),
        None if change is None else _laid(world, change),
    )


def _laid(world: GridWorld, values: Array) -> Array:
    return world.on_map(np.where(np.isneginf(values), np.nan, values))
