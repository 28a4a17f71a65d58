"""The policy function: the distribution of one state, to take apart, and decisions drawn from it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from components.instruments.board import Iterate, board
from components.instruments.mixer import mixer
from mdp_core.stage.places import Places


def arrows(places: Places, policy: NDArray[np.float64], state: int, on_cell: Callable[[tuple[int, int]], None]) -> None:
    """pi on the map: an arrow for every action that it may take, the fuller the likelier."""
    rows, cols = places.picture["rows"], places.picture["cols"]
    nothing = [[None] * cols for _ in range(rows)]
    board(
        places.picture,
        key="mdp_policy",
        name="The policy",
        film=[Iterate("", nothing, policy=places.arrows(policy))],
        film_key="policy",
        layers=("policy",),
        selected=places.cells[state],
        height=360,
        on_select=on_cell,
    )


def distribution(
    labels: Sequence[str],
    probabilities: Sequence[float],
    *,
    of: str,
    tallies: Sequence[int],
    u: float | None,
    draws: int,
    on_change: Callable[[list[float]], None],
) -> None:
    """pi(. | s) as bars to drag."""
    mixer(
        labels,
        probabilities,
        key="mdp_mixer",
        name="pi of the chosen state: drag a bar, the others make room",
        of=of,
        tallies=tallies,
        u=u,
        draws=draws,
        on_change=on_change,
    )


def decide(
    next_u: float,
    labels: Sequence[str],
    guess: str | None,
    landed: str | None,
    on_draw: Callable[[int, str | None], None],
) -> None:
    """The next draw, said before it falls: the visitor says where it will land, and lets it fall."""
    key = "mdp_landing"
    st.markdown(f"**Predict:** the next draw is **u {next_u:.2f}**. In which action does it land?")
    with st.container(horizontal=True, gap="medium", vertical_alignment="center"):
        st.radio(
            "In which action does it land?",
            list(labels),
            index=None,
            horizontal=True,
            label_visibility="collapsed",
            key=key,
        )
        st.button("Let it fall", key="mdp_draw", on_click=lambda: on_draw(1, st.session_state.get(key)), type="primary")
        st.button("Draw 10", key="mdp_draw_10", on_click=on_draw, args=(10, None))
        st.button("Draw 1,000", key="mdp_draw_1000", on_click=on_draw, args=(1000, None))
    if guess is not None and landed is not None:
        if guess == landed:
            st.success(f"Yes: it landed in {landed}.")
        else:
            st.info(f"You said {guess}; it landed in {landed}. u counts from the left of the stacked bar.")
