"""The clicker: the keys of a talk, wherever the focus is, and the black screen."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from components.instruments.kit import component

MOST = 1000  # presses that are believed at a time: a browser may send anything


def clicker(
    *,
    key: str,
    talking: bool,
    blank: bool = False,
    covers: bool = True,
    on_go: Callable[[int], None],
    on_blank: Callable[[bool], None],
    on_talk: Callable[[bool], None],
) -> None:
    """Listen, without a picture. While `talking`, PageDown and PageUp give `on_go(n)`, n more presses forth than back, B or
    a full stop blanks the screen, which is `blank` already or not, and gives `on_blank`; F fills it, Escape gives
    `on_talk(False)`; none of these keys reaches a field. Else T gives `on_talk(True)`, unless it is typed into a field.

    Where the clicker `covers` this window, it is this one that turns black, else another one that hears of it.
    """
    heard_key = f"{key} heard"

    def went() -> None:
        # Of presses that follow each other fast only the last message may come. So each says how many there were in all,
        # and what was heard already does not count again.
        went = st.session_state[key].get("go")
        if not isinstance(went, dict):
            return
        origin, total = went.get("origin"), went.get("total")
        if not isinstance(origin, str) or type(total) is not int or abs(total) > MOST:
            return
        before = st.session_state.get(heard_key, ("", 0))
        st.session_state[heard_key] = (origin, total)
        by = total - (before[1] if before[0] == origin else 0)
        if by:
            on_go(by)

    def blanked() -> None:
        on_blank(st.session_state[key].get("blank") is True)

    def talked() -> None:
        on_talk(bool(st.session_state[key].get("talk") == "begin"))

    component("clicker")(
        key=key,
        data={"talking": talking, "blank": blank, "covers": covers},
        on_go_change=went,
        on_blank_change=blanked,
        on_talk_change=talked,
    )
