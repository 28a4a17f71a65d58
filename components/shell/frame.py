"""The page's frame: a low header with the name in it, narrow margins, compact controls and messages."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from components.instruments.drawing.palette import variables
from components.instruments.drawing.tables import STYLE as TABLES
from components.instruments.glossary import glossary
from components.shell.in_a_frame import notice_frame
from components.shell.my_room import keep_my_room
from components.shell.returning import keep_this_tab

STYLE = Path(__file__).parent / "frame.css"
# Streamlit takes widths in pixels only. These are the ones that the pages give; they grow with the window as all else does.
WIDTHS = (80, 90, 110, 116, 118, 120, 126, 150, 170, 176, 190, 196, 200, 216, 220, 260, 270, 300, 340, 420)
ROOT_FONT = 16  # px, where one rem is as many


def frame() -> None:
    """Put the frame around the page; call it once a run, right after st.set_page_config."""
    st.html(STYLE)
    st.html(TABLES)
    st.html(f"<style>{variables()}{widths()}</style>")
    st.html('<h1 class="one-loop-name">One Loop</h1>')
    glossary()
    keep_my_room()


def hear_of_the_tab() -> None:
    """Draw nothing, and let the tab say what it has kept and where it stands; once a run, after the pages are known: what is
    said before makes Streamlit run the first page instead of the one that was asked for."""
    keep_this_tab()
    notice_frame()


def widths() -> str:
    """CSS that turns WIDTHS into rem."""
    rules = []
    for px in WIDTHS:
        wide = f"{px / ROOT_FONT}rem"
        rules.append(f':root [width="{px}px"] {{ width: {wide}; min-width: min({wide}, 100%); }}')
    return "".join(rules)
