"""In a frame: whether this page stands inside another site's, from where a browser sends no file."""

from __future__ import annotations

import streamlit as st

from components.instruments.framed import framed

FRAMED = "framed"  # session state


def notice_frame() -> None:
    """Learn whether this page can send files; once a run, after the pages are known. Draws nothing."""

    def notice() -> None:
        st.session_state[FRAMED] = True

    framed(key="in_a_frame", on_framed=notice)


def sends_files() -> bool:
    """Whether a file can be brought, as far as is known."""
    return FRAMED not in st.session_state
