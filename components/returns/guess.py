"""A number to predict: the visitor commits to a guess, and only then is the answer told."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from components.returns.memory import Returns


def prediction(
    mine: Returns, key: str, text: str, low: float, high: float, step: float, press: Callable[[], None]
) -> None:
    """A number to commit to."""
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        st.number_input(text, low, high, value=None, step=step, key=f"guess_{key}", placeholder="your guess", width=420)
        guess = st.session_state.get(f"guess_{key}")

        def check() -> None:
            mine.guesses[key] = float(guess)
            mine.revealed.add(key)
            press()

        st.button("Check", key=f"check_{key}", on_click=check, disabled=guess is None)
