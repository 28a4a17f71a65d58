"""The world that is solved, on the board: values, arrows, and how a change runs through. It is painted on in place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from components.instruments.board import Cell, board
from components.instruments.board.film import iterate
from components.learn.solving import Frame, Solving
from mdp_core.grid.editing import Brush
from mdp_core.stage.grid import map_picture

BRUSHES = {
    "wall": (Brush("wall"), "wall"),
    "free": (Brush("free"), "free"),
    "goal": (Brush("goal", 1.0), "goal +1"),
    "pit": (Brush("pit", -1.0), "pit −1"),
    "plus": (Brush("reward", 1.0), "pays +1"),
    "minus": (Brush("reward", -1.0), "pays −1"),
}
LARGE = 1_600  # states from which on the board shows no action values, which nobody could read


def solved(solving: Solving, paint: Callable[[list[Cell], Brush], None], *, height: int) -> None:
    """Draw the film of `solving`; a stroke of a brush is handed to `paint`."""
    frames = solving.film.frames
    wave = frames[-1].change is not None
    layers = ["change", "v", "q", "policy", "none"] if wave else ["v", "q", "policy", "none"]
    if len(solving.world.states) > LARGE:
        layers.remove("q")
    if solving.drawn is None or solving.drawn[0] is not solving.film:
        solving.drawn = solving.film, [_iterate(solving, frame, "q" in layers) for frame in frames]
    board(
        map_picture(solving.world),
        key="solved",
        name=f"The world and what is known of it, gamma {solving.gamma:.2f}",
        film=solving.drawn[1],
        film_key=[solving.films, len(frames), solving.gamma],
        play=solving.films > 0 and len(frames) > 2,
        layers=layers,
        layer="change" if wave else "v",
        scale=_largest([frames[-1].v]),
        change_scale=_largest([frame.change for frame in frames if frame.change is not None]),
        palette=[(sign, label) for sign, (_, label) in BRUSHES.items()],
        height=height,
        on_paint=lambda cells, sign: paint(cells, BRUSHES[sign][0]) if sign in BRUSHES else None,
    )


def _iterate(solving: Solving, frame: Frame, with_q: bool) -> Any:
    q = solving.table.q_from_v(np.nan_to_num(frame.v), solving.gamma) if with_q else None
    return iterate(solving.world, frame.label, frame.v, q, frame.policy, frame.change)


def _largest(values: list[Any]) -> float:
    return float(np.nanmax(np.abs(values), initial=0.0)) if values else 0.0
