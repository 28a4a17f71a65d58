"""The diary: a page of text that this tab keeps through a reload. No link carries it, and no other tab has it."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from components.instruments.kit import component


def diary(name: str, text: str, *, key: str, heard: bool, on_kept: Callable[[str], None]) -> None:
    """Let the tab keep `text` under that name. `on_kept(text)` comes with what it has kept before this visit: whatever
    somebody wrote there, so check it. Until that was `heard` nothing is written over it; an empty text is never written.
    Draws nothing.
    """

    def kept() -> None:
        said = st.session_state[key].get("kept")
        if isinstance(said, str):
            on_kept(said)

    component("diary")(key=key, data={"name": name, "text": text, "heard": heard}, on_kept_change=kept)
