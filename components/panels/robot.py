"""Who walks the grid, and on what ground: policy, slip, and the map as text."""

from __future__ import annotations

import inspect

import streamlit as st

from components.session.control import control, drop_draft, keep_draft, reading
from components.session.plain import plain
from components.session.visit import Visit
from mdp_core.grid import maps
from mdp_core.grid.maps import MapError
from mdp_core.grid.presets import PRESETS
from mdp_core.scenarios import GRID_POLICIES, MAX_MAP
from mdp_core.stage.grid import world_of

OPEN = "robot"  # session state: is the popover open
POLICIES = {
    "greedy": "Greedy on the optimal values",
    "epsilon": "Epsilon-greedy",
    "random": "Random",
    "right": "Always right",
}


def robot(here: Visit, problem: str) -> None:
    """The grid's policy and world; `problem` is what is wrong with the map, shown at the map while this is open."""
    grid = here.scenario.grid
    name = "epsilon " + f"{grid.epsilon:.2f}" if grid.policy == "epsilon" else grid.policy
    label = "Robot: map unreadable" if problem else f"Robot: {name}"
    with st.popover(label, key=OPEN, on_change="rerun", width=176):
        question = "" if grid.own_map or grid.world not in PRESETS else PRESETS[grid.world].question
        st.caption(plain(question or "Policy: state to action. Here, the arrows on the map."))
        st.radio(
            "Policy: how the robot chooses",
            GRID_POLICIES,
            format_func=POLICIES.__getitem__,
            key=control(here, "policy", grid.policy),
            on_change=lambda: here.change_grid(policy=reading("policy")),
            horizontal=True,
        )
        if grid.policy == "epsilon":
            st.slider(
                "epsilon: how often it acts at random",
                0.0,
                1.0,
                step=0.01,
                key=control(here, "epsilon", grid.epsilon),
                on_change=lambda: here.change_grid(epsilon=reading("epsilon")),
            )
        _slip(here)
        _map(here)
        if problem:
            st.error(plain(problem))
        with st.expander("How to write a map"):
            st.code(inspect.cleandoc(maps.__doc__ or ""), language=None)


def _slip(here: Visit) -> None:
    grid = here.scenario.grid
    try:
        own = world_of(_without_slip(here)).map.slip
    except ValueError:
        own = 0.0
    st.checkbox(
        f"Slip as the map says: {own:.2f}",
        key=control(here, "slip_of_map", grid.slip is None),
        on_change=lambda: here.change_grid(slip=None if reading("slip_of_map") else round(own, 2)),
    )
    st.slider(
        "slip: how often the ground sends it sideways",
        0.0,
        1.0,
        step=0.01,
        key=control(here, "slip", round(own, 2) if grid.slip is None else grid.slip),
        on_change=lambda: here.change_grid(slip=reading("slip")),
    )


def _without_slip(here: Visit):  # type: ignore[no-untyped-def]
    from dataclasses import replace

    return replace(here.scenario.grid, slip=None)


def _map(here: Visit) -> None:
    grid = here.scenario.grid
    preset = PRESETS[grid.world].text.strip() + "\n" if grid.world in PRESETS else ""
    st.text_area(
        "The map: edit it and it is yours (Ctrl+Enter)",
        key=control(here, "map", grid.own_map or preset),
        on_change=_drawn,
        args=(here, preset),
        height=190,
    )


def _drawn(here: Visit, preset: str) -> None:
    text = reading("map")
    drop_draft(here, "map")
    if not text or text == preset:
        here.change_grid(own_map="")
    elif len(text) <= MAX_MAP:
        here.change_grid(own_map=text)
    else:
        keep_draft(here, "map", text, _why_too_long(text))


def _why_too_long(text: str) -> str:
    try:
        maps.parse_map(text)
    except MapError as error:
        return str(error)
    return f"The map has {len(text):,} characters and at most {MAX_MAP:,} fit; leave out blanks and empty lines."
