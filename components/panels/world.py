"""Which grid world is on the Stage."""

from __future__ import annotations

import streamlit as st

from components.session.control import control, reading
from components.session.visit import Visit
from mdp_core.grid.presets import PRESETS

OWN = "own"


def world(here: Visit) -> None:
    """Choose a preset, or begin an own map from the one that is on the Stage."""
    grid = here.scenario.grid
    shown = OWN if grid.own_map else grid.world if grid.world in PRESETS else None
    st.selectbox(
        "Grid world",
        [*PRESETS, OWN],
        index=None,
        format_func=_title,
        key=control(here, "world", shown),
        on_change=_chosen,
        args=(here,),
        placeholder="Grid world",
        filter_mode=None,
        width=196,
        label_visibility="collapsed",
    )


def _title(name: str) -> str:
    return "Your own map" if name == OWN else PRESETS[name].title


def _chosen(here: Visit) -> None:
    grid, name = here.scenario.grid, reading("world")
    if name is None:
        return
    here.drafts.pop("map", None)
    if name == OWN:
        here.change_grid(own_map=here.kept_map or PRESETS.get(grid.world, PRESETS["lake"]).text.strip() + "\n")
        return
    here.kept_map = grid.own_map or here.kept_map
    here.change_grid(world=name, own_map="")
