"""Framed: whether the page stands inside another site's, where a browser sends no cookies, and so takes no files along."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from components.instruments.kit import component


def framed(*, key: str, on_framed: Callable[[], None]) -> None:
    """Call `on_framed` once, in a page from which no file can be sent. Draws nothing."""

    def told() -> None:
        if st.session_state[key].get("framed"):
            on_framed()

    component("framed")(key=key, data={}, on_framed_change=told)
