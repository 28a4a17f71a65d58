"""A number to predict: the visitor commits to a guess, and only then is the answer told."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from components.returns.memory import ReturnsMemory
from components.shell.carried import since_link


def ask_for_number(
    memory: ReturnsMemory,
    key: str,
    question: str,
    low: float,
    high: float,
    step: float,
    then: Callable[[], None] = lambda: None,
) -> None:
    """A number to commit to, and what is done `then`."""
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        field = since_link(f"guess_{key}")
        said = memory.guesses.get(key)
        if said is not None and field not in st.session_state:
            st.session_state[field] = type(low)(min(max(said, low), high))  # in a number's own kind
        guess = st.number_input(
            question, low, high, value=None, step=step, key=field, placeholder="your guess", width=420
        )

        def check() -> None:
            if guess is not None:
                memory.guesses[key] = float(guess)
                memory.revealed.add(key)
                then()

        st.button("Check", key=f"check_{key}", on_click=check, disabled=guess is None)
