"""The board: a map to paint, to point at and to read, with values, policy, paths and transitions in layers on it."""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from components.instruments.kit import component

Cell = tuple[int, int]
Array = NDArray[np.float64]


@dataclass(frozen=True)
class Iterate:
    """One frame of the film: what is known of the world then, cell by cell; nan where there is no state."""

    label: str  # such as "sweep 3, residual 0.08"
    v: Array | None = None  # [rows, cols]
    q: Array | None = None  # [rows, cols, 4], of up, right, down, left; nan where not allowed
    policy: Array | None = None  # [rows, cols, 4], the probabilities of up, right, down, left
    change: Array | None = None  # [rows, cols], of the values, against an earlier picture

    def data(self) -> dict[str, str | None]:
        """What the browser gets of it: numbers of 32 bits in base64. A large map has ten thousand cells, and as text each of
        their numbers would be written, hashed and read several times."""
        numbers = {"v": self.v, "q": self.q, "policy": self.policy, "change": self.change}
        return {"label": self.label} | {
            name: None if each is None else base64.b64encode(each.astype("<f4").tobytes()).decode()
            for name, each in numbers.items()
        }


@dataclass(frozen=True)
class Walk:
    """A path that was walked, with how strongly it is drawn, in (0, 1]; `name` is written at its middle."""

    cells: Sequence[Cell]
    opacity: float = 0.8
    tone: str = "state"  # the concept whose colour it has: state, policy, action, reward or loss
    dashed: bool = False
    name: str = ""


@dataclass(frozen=True)
class Arrival:
    """Where the chosen action may lead."""

    cell: Cell
    p: float  # how thick the arrow is, in [0, 1]
    label: str  # what is written at its tip


def board(
    world: dict[str, Any],
    *,
    key: str,
    name: str,
    film: Sequence[Iterate] = (),
    film_key: object = None,
    play: bool = False,
    first: int | None = None,
    layers: Sequence[str] = ("v", "q", "policy", "none"),
    layer: str | None = None,
    scale: float = 1.0,
    change_scale: float = 1.0,
    selected: Cell | None = None,
    arrivals: Sequence[Arrival] = (),
    walks: Sequence[Walk] = (),
    robot: Cell | None = None,
    palette: Sequence[tuple[str, str]] = (),
    height: int | None = 420,
    on_select: Callable[[Cell], None] | None = None,
    on_paint: Callable[[list[Cell], str], None] | None = None,
) -> None:
    """Draw `world` with what is known of it: the `map` of a grid's frames, rows, cols, signs, legend and jumps; barriers are
    thin walls, each between two neighbouring cells; labels, rows of cells, stand for the legend's where they are not None.

    `film` is scrubbed in the browser; a new `film_key` shows its last iterate (or number `first`), or plays it from the
    first one where `play` is set. `layers` are those that the visitor may choose between, of v, q, policy, change, none;
    a new film begins with `layer` where that is given. `scale` is the magnitude of a value that is drawn full,
    `change_scale` that of a change.
    `palette` are (sign, label) pairs: with it the map is painted on, `on_paint(cells, sign)` comes once a stroke; without it
    a click or Enter chooses a cell, `on_select(cell)`. `height` in pixels is the most the map takes; None: all
    that the page gives it.
    """

    def came(what: str) -> Any:
        return st.session_state[key].get(what)

    def selected_cell() -> None:
        if on_select and (cell := came("selected")):
            on_select((int(cell[0]), int(cell[1])))

    def painted() -> None:
        if on_paint and (stroke := came("painted")):
            on_paint([(int(r), int(c)) for r, c in stroke["cells"]], str(stroke["sign"]))

    component("board")(
        key=key,
        data={
            "map": {
                part: world.get(part, []) for part in ("rows", "cols", "signs", "legend", "labels", "jumps", "barriers")
            },
            "name": name,
            "film": [each.data() for each in film],
            "film_key": film_key,
            "play": play,
            "first": first,
            "layers": list(layers),
            "layer": layer,
            "scale": max(float(scale), 1e-9),
            "change_scale": max(float(change_scale), 1e-9),
            "selected": selected,
            "outcomes": [{"cell": a.cell, "p": a.p, "label": a.label} for a in arrivals],
            "paths": [
                {"cells": list(w.cells), "opacity": w.opacity, "tone": w.tone, "dashed": w.dashed, "name": w.name}
                for w in walks
            ],
            "robot": robot,
            "palette": [list(brush) for brush in palette],
            "height": height,
        },
        on_selected_change=selected_cell,
        on_painted_change=painted,
    )
