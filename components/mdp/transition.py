"""The transition function of a world on a map: choose (s, a), see where it may lead."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from components.instruments.board import Arrival, board
from mdp_core.distribution import Categorical
from mdp_core.mdp import Outcome
from mdp_core.stage.places import Places


def pair(
    places: Places,
    state: int,
    action: int | None,
    *,
    on_cell: Callable[[tuple[int, int]], None],
    on_action: Callable[[int], None],
) -> None:
    """The map with the arrows of (s, a), and the actions that s allows."""
    here = places.cells[state]
    board(
        places.picture,
        key="mdp_transition",
        name="Where (s, a) may lead",
        layers=("none",),
        selected=here,
        arrivals=[] if action is None else _arrivals(places, state, places.mdp.transition(state, action)),
        height=330,
        on_select=on_cell,
    )
    if action is None:
        return
    allowed, labels = list(places.mdp.actions(state)), places.labels()
    key = f"mdp_action_{'_'.join(map(str, allowed))}_{action}"

    def chosen() -> None:
        picked = st.session_state[key]
        if picked is not None:
            on_action(picked)

    st.pills(
        "action a",
        allowed,
        default=action,
        format_func=labels.__getitem__,
        key=key,
        on_change=chosen,
    )


def _arrivals(places: Places, state: int, outcomes: Categorical[Outcome[int]]) -> list[Arrival]:
    """One arrow a cell, however many outcomes lie on it."""
    chances: dict[tuple[int, int], float] = {}
    for outcome, p in outcomes:
        cell = places.cells[outcome.next_state] or places.cells[state]
        if cell is not None:
            chances[cell] = chances.get(cell, 0.0) + p
    return [Arrival(cell, min(p, 1.0), f"{p:.2f}") for cell, p in chances.items()]
