"""What is on its way: a bar that tells what it waits for, and a way to stop it."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from components.shell.plain import plain


def show_waiting(
    sentence: str,
    fraction: float | None,
    button: str = "",
    on_click: Callable[[], None] | None = None,
    *,
    key: str = "waiting",
) -> Callable[[str, float | None], None]:
    """Show `sentence` and `fraction` in [0, 1] of a bar, None where nobody knows how much there is to come.

    Returns a function that moves them on in the same run. Without `on_click` there is no button. Where there may be two of
    them at once, each has its own `key`.
    """
    with st.container(horizontal=True, key=key, gap="small", vertical_alignment="center"):
        bar = st.progress(fraction or 0.0, text=plain(sentence))
        if on_click is not None:
            st.button(button, on_click=on_click, key=f"{key}_{button}")

    def move(sentence: str, fraction: float | None) -> None:
        bar.progress(fraction or 0.0, text=plain(sentence))

    return move
