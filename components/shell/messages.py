"""What a visitor has to be told: one line each, right above the Stage."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from components.server.models import Models
from components.shell.plain import plain
from components.shell.visit import Visit
from components.shell.wanted_model import choose, described, leave


def notes(said: tuple[str, ...], dismiss: Callable[[], None]) -> None:
    """What the link asked for and could not have."""
    if not said:
        return
    with st.container(horizontal=True, key="notes", gap="small", vertical_alignment="center"):
        st.info(plain(" ".join(said)))
        st.button("OK", key="dismiss", on_click=dismiss)


def problem(sentence: str, stays: str, dismiss: Callable[[], None] | None = None) -> None:
    """What is wrong, and what is seen meanwhile. What nobody can mend any more may be dismissed."""
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.error(plain(f"{sentence} {stays}"))
        if dismiss is not None:
            st.button("OK", key="dismiss_problem", on_click=dismiss)


def offer(here: Visit, models: Models, sentence: str, model: str) -> None:
    """What is wrong, and a model that would help, with a button that says what it downloads."""
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.warning(plain(sentence))
        label = plain(f"Load {described(model, models)}")
        st.button(label, key="offer", on_click=choose, args=(here, model, models), type="primary")
        if here.wish is not None:
            st.button("Stay with Pocket", key="stay", on_click=leave, args=(here,))
