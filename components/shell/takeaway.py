"""One sentence to take away."""

from __future__ import annotations

from html import escape

import streamlit as st


def conclude(sentence: str) -> None:
    """What a section has shown, in a sentence that can be read from the last row."""
    st.html(f'<div class="lesson">{escape(sentence)}</div>')
