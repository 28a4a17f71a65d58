"""One sentence to take away."""

from __future__ import annotations

from html import escape

import streamlit as st

from components.instruments.drawing.tables import STYLE


def takeaway(sentence: str) -> None:
    """What a section has shown, in a sentence that can be read from the last row."""
    st.html(f'{STYLE}<div class="lesson">{escape(sentence)}</div>')
