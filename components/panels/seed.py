"""The seed of all draws."""

from __future__ import annotations

import secrets

import streamlit as st

from components.session.control import control, reading
from components.session.visit import Visit
from mdp_core.scenarios import MAX_SEED

SMALL = 1_000  # new seeds are below: short enough to be called out in a class


def seed(here: Visit) -> None:
    """The seed, and a button for another one."""
    st.number_input(
        "Seed: the same seed, the same draws u",
        0,
        MAX_SEED,
        step=1,
        key=control(here, "seed", here.scenario.seed),
        on_change=_typed,
        args=(here,),
        label_visibility="collapsed",
        width=128,
    )
    st.button(
        "↻",
        key="new_seed",
        help="New seed: draw everything anew",
        on_click=lambda: here.change_seed(secrets.randbelow(SMALL)),
    )


def _typed(here: Visit) -> None:
    if reading("seed") is not None:
        here.change_seed(reading("seed"))
