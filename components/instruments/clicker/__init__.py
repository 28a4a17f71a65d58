"""The clicker: the keys of a talk, wherever the focus is, and the black screen."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from components.instruments.kit import component


def clicker(*, key: str, talking: bool, on_go: Callable[[int], None], on_talk: Callable[[bool], None]) -> None:
    """Listen, without a picture. While `talking`, PageDown and PageUp give `on_go(1)` and `on_go(-1)`, B or a full stop
    blanks the screen, F fills it, Escape gives `on_talk(False)`; none of these keys reaches a field. Else T gives
    `on_talk(True)`, unless it is typed into a field.
    """

    def went() -> None:
        by = st.session_state[key].get("go")
        if by in (1, -1):
            on_go(int(by))

    def talked() -> None:
        on_talk(bool(st.session_state[key].get("talk") == "begin"))

    component("clicker")(key=key, data={"talking": talking}, on_go_change=went, on_talk_change=talked)
