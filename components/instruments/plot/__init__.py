"""Pictures by Plotly that change on a commit, never in a drag: one look for all, and always in words too."""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go
import streamlit as st

from components.instruments.kit import component

SMALL, NORMAL, LARGE = 13, 14, 15  # px, of type
ROW = 2.5  # rem, of the button that saves a picture, where it has a row


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
        st.html(_grow(place, height))
        component("plot")(key=f"camera_{key}", data={"name": key.replace("_", "-")})
        st.plotly_chart(picture, key=key, height="stretch", config={"displayModeBar": False}, alt=says)


def _grow(place: str, height: int) -> str:
    """Streamlit takes heights in pixels only; in rem, the picture grows with the window (components/shell/frame.css)."""
    box = f".st-key-{place}"
    boxes = f":root :is({box}, :has(> {box}))"
    grown = f"{boxes} {{ height: {height / 16}rem; flex: none; overflow: hidden; }}"
    # The button that saves the picture lies over its corner; for a finger it has a row of its own above it.
    corner = f"{box} > :has(.stBidiComponent) {{ position: absolute; inset: 0 0 auto; height: 0; z-index: 5; }}"
    over = f"@media (hover: hover) {{ {box} {{ position: relative; }} {corner} }}"
    above = f"@media (hover: none) {{ {boxes} {{ height: {height / 16 + ROW}rem; }} }}"
    return f"<style>{grown} {over} {above}</style>"
