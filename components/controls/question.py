"""A question to predict: the visitor commits to a guess, and only then is the answer worked out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from components.shell.carried import since_link
from components.shell.plain import plain


def ask_question(
    guesses: dict[str, Any],
    key: str,
    text: str,
    options: Sequence[str],
    answer: Callable[[], tuple[int, str]],
) -> None:
    """Ask `text`; the committed guess is kept in `guesses[key]` as the index of an option.

    `answer` returns the index of the right option and a sentence that says why.
    """
    widget = since_link(f"question_{key}")

    def commit() -> None:
        chosen = st.session_state.get(widget)
        if chosen is not None:
            guesses[key] = list(options).index(chosen)

    guess = guesses.get(key)
    if guess is not None and guess >= len(options):  # a link may say anything
        guess = None
    with st.container(border=True, key=f"box_question_{key}"):
        with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
            st.markdown(f"**Predict:** {plain(text)}", width="content")
            st.radio(
                text,
                list(options),
                index=guess,
                format_func=plain,
                horizontal=True,
                label_visibility="collapsed",
                key=widget,
            )
            st.button("Check", key=f"check_{key}", on_click=commit)
        if guess is not None:
            right, why = answer()
            if guess == right:
                st.success(plain(f"Yes: {options[right]}. {why}"))
            else:
                st.info(plain(f"You said {options[guess]}; it is {options[right]}. {why}"))
