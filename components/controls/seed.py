"""The seed of all draws."""

from __future__ import annotations

import secrets

import streamlit as st

from components.controls.control import control
from components.shell.visit import Visit
from mdp_core.scenarios import MAX_SEED

SMALL = 1_000  # new seeds are below: short enough to be called out in a class


def ask_seed(visit: Visit) -> None:
    """The seed, and a button for another one."""

    def change(number: int | None) -> None:
        if number is not None:
            visit.change_seed(number)

    st.number_input(
        "Seed: the same seed, the same draws u",
        0,
        MAX_SEED,
        **control(visit, "seed", visit.scenario.seed, change),
        step=1,
        label_visibility="collapsed",
        width=150,
    )
    st.button(
        "↻",
        key="new_seed",
        help="New seed: draw everything anew",
        on_click=lambda: visit.change_seed(_another(visit.scenario.seed)),
    )


def _another(seed: int) -> int:
    """Never the same again: who asks for another one wants to see something else."""
    return (seed + 1 + secrets.randbelow(SMALL - 1)) % SMALL
