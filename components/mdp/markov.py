"""What is Markov about it: the same state after two histories; and a state that is its own history."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from components.instruments.board import Walk, board
from components.instruments.drawing.figures import signed
from components.instruments.drawing.tables import BarRow, bar_table
from mdp_core.stage.places import Places


def histories(places: Places, walks: tuple[list[int], list[int]] | None, target: int) -> None:
    """Two walks that end in the same state, drawn on the map."""
    drawn = []
    for walk, name, tone, dashed in zip(walks or (), ("A", "B"), ("state", "loss"), (False, True), strict=False):
        cells = [cell for s in walk if (cell := places.cells[s]) is not None]
        drawn.append(Walk(cells, 0.95, tone=tone, dashed=dashed, name=name))
    board(
        places.picture,
        key="mdp_markov",
        name="Two histories that end in the same cell",
        layers=("none",),
        selected=places.cells[target],
        walks=drawn,
        height=270,
    )


def the_same(
    walks: tuple[list[int], list[int]],
    labels: Sequence[str],
    after: tuple[Sequence[float], Sequence[float]],
    p_after: tuple[str, str],
) -> None:
    """pi and P after both histories: `after` are pi(. | s) as asked for at the end of each, `p_after` P in words."""
    a, b = (len(walk) - 1 for walk in walks)
    rows = [
        BarRow(label, [f"{x:.2f}", f"{y:.2f}", signed(y - x, 2)], x, y)
        for label, x, y in zip(labels, *after, strict=True)
    ]
    st.html(bar_table(["pi(a | s)", f"after A, {a} steps", f"after B, {b} steps", "B − A"], rows, "policy"))
    same = "the same" if p_after[0] == p_after[1] else "different"
    st.markdown(f"P from here after A: {p_after[0]}. After B: {same}.")


def forgotten(whole: str, last: str, rows: Sequence[tuple[str, float, float]], distance: float) -> None:
    """pi for the whole text and for its last token alone: `rows` are (token, pi(whole), pi(last))."""
    st.markdown(f"s is “{whole}”. Forget all but “{last}”, and pi is another one:")
    table = [BarRow(label, [f"{p:.2f}", f"{q:.2f}", signed(q - p, 2)], p, q) for label, p, q in rows]
    st.html(bar_table(["next token", "pi of the whole", "of the last token", "difference"], table, "policy"))
    st.caption(f"Total variation distance between the two: {distance:.2f} (0: the same, 1: nothing in common).")
