"""The page's frame: a low header with the name in it, narrow margins, compact controls and messages."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from components.instruments.drawing.palette import variables
from components.instruments.drawing.tables import STYLE as TABLES
from components.instruments.glossary import glossary

STYLE = Path(__file__).parent / "frame.css"


def frame() -> None:
    """Put the frame around the page; call it once a run, right after st.set_page_config."""
    st.html(STYLE)
    st.html(TABLES)
    st.html(f"<style>{variables()}</style>")
    st.html('<h1 class="one-loop-name">One Loop</h1>')
    glossary()
