"""Who walks the grid, and on what ground: policy, slip, and the map as text."""

from __future__ import annotations

import inspect
from dataclasses import replace

import streamlit as st

from components.controls.control import control, drop_draft, keep_draft
from components.shell.plain import plain
from components.shell.visit import Visit
from mdp_core.grid import maps
from mdp_core.grid.maps import MAX_MAP, MapError
from mdp_core.grid.presets import PRESETS
from mdp_core.grid.slip import slip_meant, slip_text
from mdp_core.stage.grid import world_of
from mdp_core.stage.learned import details_of, name_of, short_name

OPEN = "robot"  # session state: is the popover open
POLICIES = {
    "greedy": "Greedy on the optimal values",
    "epsilon": "Epsilon-greedy",
    "random": "Random",
    "right": "Always right",
    "learned": "As it was learned",
}


def ask_robot(visit: Visit, problem: str) -> None:
    """The grid's policy and world; `problem` is what is wrong with the map, shown at the map while this is open."""
    grid = visit.scenario.grid
    name = grid.policy
    if name == "epsilon":
        name = f"epsilon {grid.epsilon:.2f}"
    elif name == "learned":
        name = short_name(grid.learned)
    with st.popover(
        _label("Robot: map error" if problem else f"Robot: {name}"), key=OPEN, on_change="rerun", width=176
    ):
        question = "" if grid.own_map or grid.world not in PRESETS else PRESETS[grid.world].question
        st.caption(
            plain(question or "The policy is the arrows on the map, an action is the way the robot wants to go.")
        )
        _policy(visit)
        _slip(visit)
        _map(visit)
        if problem and st.session_state.get(OPEN):
            st.error(plain(problem))
        with st.expander("How to write a map"):
            st.code(inspect.cleandoc(maps.__doc__ or ""), language=None)


def _label(now: str) -> str:
    """The label; while the popover is open the one that it was opened with, since another label would close it."""
    if not st.session_state.get(OPEN):
        st.session_state["robot_label"] = now
    return str(st.session_state.get("robot_label", now))


def _policy(visit: Visit) -> None:
    grid = visit.scenario.grid
    # A learned policy comes from the page that learns; here it can be kept or left.
    offered = [policy for policy in POLICIES if policy != "learned" or grid.policy == "learned"]
    st.radio(
        "Policy: how the robot chooses",
        offered,
        **control(visit, "policy", grid.policy, lambda policy: visit.change_grid(policy=policy), offered),
        format_func=POLICIES.__getitem__,
        horizontal=True,
    )
    if grid.policy == "learned":
        st.caption(
            plain(f"{name_of(grid.learned)}: {details_of(grid.learned)}. Another one is learned on the page Learn.")
        )
    if grid.policy == "epsilon":
        st.slider(
            "epsilon: how often it acts at random",
            0.0,
            1.0,
            **control(visit, "epsilon", grid.epsilon, lambda epsilon: visit.change_grid(epsilon=epsilon)),
            step=0.01,
        )


def _slip(visit: Visit) -> None:
    grid = visit.scenario.grid
    try:
        own = world_of(replace(grid, slip=None)).map.slip
    except ValueError:  # the map cannot be read, and says nothing
        own = 0.0
    st.checkbox(
        f"Slip as the map says: {slip_text(own)}",
        **control(visit, "slip_of_map", grid.slip is None, lambda yes: visit.change_grid(slip=None if yes else own)),
    )
    now = own if grid.slip is None else grid.slip
    st.slider(
        "slip: how often the ground sends it sideways",
        0.0,
        1.0,
        **control(visit, "slip", round(now, 2), lambda slip: visit.change_grid(slip=slip_meant(slip, own))),
        step=0.01,
    )
    if now != round(now, 2):
        st.caption(f"slip is {slip_text(now)} exactly: the slider shows it rounded.")


def _map(visit: Visit) -> None:
    grid = visit.scenario.grid
    preset = PRESETS[grid.world].text.strip() + "\n" if grid.world in PRESETS else ""
    st.text_area(
        "The map: edit it and it is yours (Ctrl+Enter)",
        **control(visit, "map", grid.own_map or preset, lambda text: _draw(visit, text, preset)),
        height=190,
    )


def _draw(visit: Visit, text: str, preset: str) -> None:
    drop_draft(visit, "map")
    if not text or text == preset:
        visit.change_grid(own_map="")
    elif len(text) <= MAX_MAP:
        visit.change_grid(own_map=text)
    else:
        keep_draft(visit, "map", text, _why_too_long(text))


def _why_too_long(text: str) -> MapError:
    try:
        maps.parse_map(text)
    except MapError as error:
        return error
    why = f"the map has {len(text):,} characters and at most {MAX_MAP:,} fit; leave out blanks and empty lines."
    return MapError(why, 1)
