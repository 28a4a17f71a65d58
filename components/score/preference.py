"""Asking a person: which of two texts is better, or how many stars one deserves."""

from __future__ import annotations

from html import escape

import streamlit as st

from components.score.preferences import Preferences
from components.shell.plain import plain

WAYS = {"pair": "Choose the better of two", "stars": "Give stars"}

CSS = """
[class*="st-key-prefer_"] button { min-height: 104px; height: 100%; align-items: center; border-width: 2px; }
[class*="st-key-prefer_"] button p { font-size: 19px; line-height: 1.35; white-space: normal; overflow-wrap: anywhere; }
.rated-text { font-size: 20px; line-height: 1.4; padding: 18px 16px; border-radius: 8px; overflow-wrap: anywhere;
  background: color-mix(in srgb, currentColor 7%, transparent); }
.said-so-far { display: flex; flex-wrap: wrap; gap: 6px 10px; font-size: 16px; align-items: center; margin: 4px 0; }
.who { display: inline-block; padding: 1px 9px; border-radius: 12px; font-size: 14px; font-weight: 700; white-space: nowrap;
  border: 2px solid currentColor; }
.who.simulated { border-style: dashed; background: repeating-linear-gradient(45deg,
  color-mix(in srgb, currentColor 16%, transparent) 0 4px, transparent 4px 9px); }
"""
YOU = '<span class="who">you</span>'
SIMULATED = '<span class="who simulated">simulated rater</span>'


def preference(mine: Preferences) -> None:
    """The question to the visitor, and what was answered so far."""
    st.html(f"<style>{CSS}</style>")
    st.segmented_control(
        "How to say it",
        list(WAYS),
        format_func=WAYS.__getitem__,
        default=mine.way,
        required=True,
        key="preference_way",
        label_visibility="collapsed",
        on_change=lambda: setattr(mine, "way", st.session_state["preference_way"] or mine.way),
    )
    if mine.way == "pair":
        _pair(mine)
    else:
        _stars(mine)
    with st.container(horizontal=True, key="preference_more", gap="small", vertical_alignment="center"):
        st.button("Skip", key="preference_skip", on_click=mine.skip, shortcut="S", disabled=mine.asked() is None)
        st.button("Undo", key="preference_undo", on_click=mine.undo, shortcut="U", disabled=not mine.past)
    if mine.problem:
        st.warning(plain(mine.problem))


def said_so_far(mine: Preferences) -> None:
    """How many choices there are, and whose."""
    simulated = sum(choice.simulated for choice in mine.choices)
    own = len(mine.choices) - simulated
    stars = f" and {len(mine.stars)} rated with stars" if mine.stars else ""
    st.html(
        f'<style>{CSS}</style><div class="said-so-far">{YOU} <span>{own} {"choice" if own == 1 else "choices"}{stars}</span>'
        f" {SIMULATED} <span>{simulated} {'choice' if simulated == 1 else 'choices'}</span></div>"
    )


def _pair(mine: Preferences) -> None:
    pair = mine.pair()
    if pair is None:
        st.info("Nothing to choose between yet.")
        return
    for column, chosen, text in zip(st.columns(2, gap="small"), (0, 1), pair, strict=True):
        with column:
            st.button(
                plain(text),
                key=f"prefer_{chosen}",
                on_click=mine.prefer,
                args=(chosen,),
                shortcut=str(chosen + 1),
                width="stretch",
            )
    st.caption("Which would you rather read? Click it, or press 1 or 2.")


def _stars(mine: Preferences) -> None:
    text = mine.text()
    if text is None:
        st.info("Nothing to rate yet.")
        return
    key = f"stars_{mine.at}"
    st.html(f'<div class="rated-text" dir="auto">{escape(text)}</div>')
    with st.container(horizontal=True, vertical_alignment="center", key="stars_row"):
        st.feedback("stars", key=key, on_change=lambda: _rated(mine, key))
        st.caption("1 star: never again; 5: more of it. Of two rated texts, the one with more stars counts as chosen.")


def _rated(mine: Preferences, key: str) -> None:
    stars = st.session_state.get(key)
    if stars is not None:
        del st.session_state[key]  # it shall be empty when this text comes back
        mine.rate(int(stars) + 1)
