"""How many trajectories, of which world, cut off where: the controls of a sample, and what it says."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from components.controls.control import control
from components.returns.memory import Returns
from components.returns.samples import MAX_COUNT, Sample
from components.shell.plain import plain
from components.shell.visit import Visit

SIDES = {"grid": "Grid world", "text": "Text"}


def sampling(here: Visit, mine: Returns, limit: int, press: Callable[[Callable[[], None]], None]) -> None:
    """Which world, how many trajectories, and in the grid the limit of steps; `press` is handed what a control asks for."""
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom", key="return_sampling"):
        st.segmented_control(
            "World",
            list(SIDES),
            format_func=SIDES.__getitem__,
            default=mine.side,
            required=True,
            key="return_side",
            label_visibility="collapsed",
            on_change=lambda: press(lambda: _turn(mine)),
        )
        st.number_input(
            f"n, up to {MAX_COUNT:,}",
            value=mine.typed,
            step=1,
            key="return_count",
            width=116,
        )
        st.button(
            "Sample",
            key="return_draw",
            type="primary",
            on_click=lambda: press(lambda: mine.ask(st.session_state["return_count"])),
        )
        if mine.side == "grid":
            st.number_input(
                "limit of steps",
                **control(here, "return_limit", limit, lambda steps: press(lambda: mine.cut_at(steps))),
                step=1,
                width=116,
            )
    if mine.refused:
        st.error(plain(mine.refused))


def _turn(mine: Returns) -> None:
    mine.side = st.session_state["return_side"] or mine.side
    mine.refused = ""


def said(sample: Sample, what: str, steps: str) -> str:
    """What there is to know of a sample beside its returns."""
    lengths = sample.lengths
    if len(sample) == 1:
        return f"It has {lengths[0]} {steps}."
    return f"{len(sample):,} {what}, {lengths.mean():.1f} {steps} on average, at most {lengths.max():,}."
