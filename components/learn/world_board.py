"""The world that is solved, on the board: values, arrows, and how a change runs through. It is painted on in place."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from components.instruments.board import Cell, Iterate, board
from components.instruments.board.film import iterate
from mdp_core.grid.editing import HOLE, Brush
from mdp_core.kept import Kept
from mdp_core.solvers.reel import Array, Reel, Still
from mdp_core.solvers.solving import Knowledge
from mdp_core.stage.grid import map_picture

BRUSHES = {
    "wall": (Brush("wall"), "wall"),
    "free": (Brush("free"), "free"),
    "goal": (Brush("goal", 1.0), "goal +1"),
    "pit": (Brush("pit", -1.0), "pit −1"),
    "hole": (HOLE, "hole H 0"),
    "plus": (Brush("reward", 1.0), "pays +1"),
    "minus": (Brush("reward", -1.0), "pays −1"),
}
LARGE = 1_600  # states from which on the board shows no action values, which nobody could read

_films: Kept[Reel, list[Iterate]] = Kept(16)  # laid out once, not at every run; about 1 MB each


def draw_knowledge(known: Knowledge, paint: Callable[[list[Cell], Brush], None], *, height: int) -> None:
    """Draw the reel of what is known; a stroke of a brush is handed to `paint`."""
    stills = known.reel.stills
    wave = stills[-1].change is not None
    layers = ["change", "v", "q", "policy", "none"] if wave else ["v", "q", "policy", "none"]
    if len(known.world.states) > LARGE:
        layers.remove("q")
    board(
        map_picture(known.world),
        key="solved",
        name=f"The world and what is known of it, gamma {known.gamma:.2f}",
        film=_films.get_or_make(known.reel, lambda: [_iterate(known, still, "q" in layers) for still in stills]),
        film_key=[known.reels, len(stills), known.gamma],
        play=known.reels > 0 and len(stills) > 2,
        layers=layers,
        layer="change" if wave else "v",
        scale=_largest([known.v]),
        change_scale=_largest([still.change for still in stills if still.change is not None]),
        palette=[(sign, label) for sign, (_, label) in BRUSHES.items()],
        height=height,
        on_paint=lambda cells, sign: paint(cells, BRUSHES[sign][0]) if sign in BRUSHES else None,
    )


def _iterate(known: Knowledge, still: Still, with_q: bool) -> Iterate:
    q = known.table.q_from_v(np.nan_to_num(still.v), known.gamma) if with_q else None
    return iterate(known.world, still.label, still.v, q, still.policy, still.change)


def _largest(values: Sequence[Array]) -> float:
    return float(np.nanmax(np.abs(values), initial=0.0)) if values else 0.0
