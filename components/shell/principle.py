"""The principle that this visitor's texts are scored by: chosen on page Score, and what page Tune learns from."""

from __future__ import annotations

import streamlit as st

from mdp_core.rlhf.principle import Principle


def principle() -> Principle:
    """The one that was chosen last; sentiment until then."""
    chosen: Principle = st.session_state.setdefault("principle", Principle())
    return chosen


def choose_principle(chosen: Principle) -> None:
    """Score by `chosen` from now on, on every page that tunes."""
    st.session_state["principle"] = chosen
