"""Asking a person: which of two texts is better, or how many stars one deserves."""

from __future__ import annotations

from html import escape
from pathlib import Path

import streamlit as st

from components.score.preferences import Preferences
from components.shell.carried import since_link
from components.shell.plain import plain

WAYS = {"pair": "Choose the better of two", "stars": "Give stars"}

STYLE = Path(__file__).parent / "preference.css"
YOU = '<span class="who">you</span>'
SIMULATED = '<span class="who simulated">simulated rater</span>'


def ask_preference(choices: Preferences) -> None:
    """The question to the visitor, and what was answered so far."""
    st.html(STYLE)
    key = since_link("preference_way")
    st.segmented_control(
        "How to say it",
        list(WAYS),
        format_func=WAYS.__getitem__,
        default=choices.way,
        required=True,
        key=key,
        label_visibility="collapsed",
        on_change=lambda: setattr(choices, "way", st.session_state[key] or choices.way),
    )
    if choices.way == "pair":
        _pair(choices)
    else:
        _stars(choices)
    with st.container(horizontal=True, key="preference_more", gap="small", vertical_alignment="center"):
        st.button("Skip", key="preference_skip", on_click=choices.skip, shortcut="S", disabled=choices.asked() is None)
        st.button("Undo", key="preference_undo", on_click=choices.undo, shortcut="U", disabled=not choices.past)
    if choices.problem:
        st.warning(plain(choices.problem))


def count_choices(choices: Preferences) -> None:
    """How many choices there are, and whose."""
    simulated = sum(choice.simulated for choice in choices.choices)
    own = len(choices.choices) - simulated
    stars = f" and {len(choices.stars)} rated with stars" if choices.stars else ""
    st.html(
        f'<div class="said-so-far">{YOU} <span>{own} {"choice" if own == 1 else "choices"}{stars}</span>'
        f" {SIMULATED} <span>{simulated} {'choice' if simulated == 1 else 'choices'}</span></div>"
    )


def _pair(choices: Preferences) -> None:
    pair = choices.pair()
    if pair is None:
        st.info("Nothing to choose between yet.")
        return
    for column, chosen, text in zip(st.columns(2, gap="small"), (0, 1), pair, strict=True):
        with column:
            st.button(
                plain(text),
                key=f"prefer_{chosen}",
                on_click=choices.prefer,
                args=(chosen,),
                shortcut=str(chosen + 1),
                width="stretch",
            )
    st.caption("Which would you rather read? Click it, or press 1 or 2.")


def _stars(choices: Preferences) -> None:
    text = choices.text()
    if text is None:
        st.info("Nothing to rate yet.")
        return
    key = f"stars_{choices.at}"
    st.html(f'<div class="rated-text" dir="auto">{escape(text)}</div>')
    with st.container(horizontal=True, vertical_alignment="center", key="stars_row"):
        st.feedback("stars", key=key, on_change=lambda: _rated(choices, key))
        st.caption("1 star: never again; 5: more of it. Of two rated texts, the one with more stars counts as chosen.")


def _rated(choices: Preferences, key: str) -> None:
    stars = st.session_state.get(key)
    if stars is not None:
        del st.session_state[key]  # it shall be empty when this text comes back
        choices.rate(int(stars) + 1)
