"""Which grid world is on the Stage."""

from __future__ import annotations

import streamlit as st

from components.controls.control import control, drop_draft
from components.shell.visit import Visit
from mdp_core.grid.presets import PRESETS

OWN = "own"
OPTIONS = (*PRESETS, OWN)


def ask_world(visit: Visit) -> None:
    """Choose a preset, or begin an own map from the one that is on the Stage."""
    grid = visit.scenario.grid
    shown = OWN if grid.own_map else grid.world if grid.world in PRESETS else None
    st.selectbox(
        "Grid world",
        OPTIONS,
        **control(visit, "world", shown, lambda name: _choose(visit, name), OPTIONS),
        format_func=_title,
        placeholder="Grid world",
        filter_mode=None,
        width=196,
        label_visibility="collapsed",
    )


def _title(name: str) -> str:
    return "Your own map" if name == OWN else PRESETS[name].title


def _choose(visit: Visit, name: str | None) -> None:
    grid = visit.scenario.grid
    if name is None:
        return
    drop_draft(visit, "map")
    if name == OWN:
        visit.change_grid(own_map=visit.kept_map or PRESETS.get(grid.world, PRESETS["lake"]).text.strip() + "\n")
        return
    visit.kept_map = grid.own_map or visit.kept_map
    visit.change_grid(world=name, own_map="")
