"""What a formula may say: its functions and signs, each with an example."""

from __future__ import annotations

import streamlit as st

from components.shell.plain import plain
from mdp_core.tokens.formula import FUNCTIONS

SIGNS = "Signs: + − * / % ** ( ), < <= > >= == !=, and, or, not, and 1 if words(text) > 5 else 0."


def explain_formulas() -> None:
    """A popover."""
    with st.popover("What a formula can say", key="score_language"):
        rows = "\n".join(f"| `{function.example}` | {plain(function.means)} |" for function in FUNCTIONS.values())
        st.markdown(f"| write | it is |\n| --- | --- |\n{rows}")
        st.caption(plain(SIGNS))
