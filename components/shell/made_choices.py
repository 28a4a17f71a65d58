"""The choices of page Score, for the pages that learn from them."""

from __future__ import annotations

import streamlit as st

from mdp_core.rlhf.raters import Comparison


def show_made(choices: tuple[Comparison, ...]) -> None:
    """Let the other pages know all that this visitor has."""
    st.session_state["made choices"] = choices


def made_choices() -> tuple[Comparison, ...]:
    """What page Score had when it was last looked at."""
    choices: tuple[Comparison, ...] = st.session_state.get("made choices", ())
    return choices
