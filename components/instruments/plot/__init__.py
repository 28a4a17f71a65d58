"""Pictures by Plotly that change on a commit, never in a drag: one look for all, and always in words too."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import plotly.graph_objects as go
import streamlit as st

from components.instruments.kit import component

SMALL, NORMAL, LARGE = 13, 14, 15  # px, of type
PLACE = Path(__file__).parent / "place.css"


def plot(picture: go.Figure, *, key: str, says: str, height: int, x: str = "", y: str = "", **layout: Any) -> None:
    """Draw `picture`; `says` is what it shows, in words. `x` and `y` name the axes; `layout` goes to Plotly and wins."""
    picture.update_layout(
        height=height,
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
        legend={"orientation": "h", "y": 1.0, "yanchor": "bottom", "font": {"size": LARGE}},
    )
    for axes, title in ((picture.update_xaxes, x), (picture.update_yaxes, y)):
        axes(tickfont={"size": SMALL})
        if title:
            axes(title={"text": title, "font": {"size": NORMAL}})
    picture.update_layout(**layout)
    place = f"plot_{key}"
    with st.container(height=height, border=False, key=place):
        st.html(PLACE)
        st.html(_grow(place, height))
        component("plot")(key=f"camera_{key}", data={"name": key.replace("_", "-")})
        st.plotly_chart(picture, key=key, height="stretch", config={"displayModeBar": False}, alt=says)


def _grow(place: str, height: int) -> str:
    """Streamlit takes heights in pixels only; in rem, the picture grows with the window (components/shell/frame.css)."""
    tall = f"calc({height / 16}rem + var(--camera-row, 0rem))"
    boxes = f":root :is(.st-key-{place}, :has(> .st-key-{place}))"
    return f"<style>{boxes} {{ height: {tall}; flex: none; overflow: hidden; }}</style>"
