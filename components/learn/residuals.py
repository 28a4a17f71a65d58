"""How fast an exact method settles: its residuals on a logarithmic scale."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go
import streamlit as st

STATE = {"light": "#0072b2", "dark": "#56b4e9"}
QUIET = "#8a949e"


def residuals(values: Sequence[float], gamma: float, what: str, *, height: int = 210) -> None:
    """`values` are the largest changes of a value, sweep by sweep; beside them gamma^k, which they cannot exceed."""
    drawn = [(k, value) for k, value in enumerate(values, start=1) if value > 0]
    if not drawn:
        return
    tone = STATE["dark" if st.context.theme.type == "dark" else "light"]
    x, y = zip(*drawn, strict=True)
    figure = go.Figure()
    figure.add_scatter(
        x=x, y=y, mode="lines+markers" if len(x) <= 40 else "lines", name="residual", line={"color": tone, "width": 3}
    )
    if 0 < gamma < 1 and len(x) > 1 and what != "improvement":
        bound = [values[0] * gamma ** (k - 1) for k in x]
        figure.add_scatter(
            x=x, y=bound, mode="lines", name="gamma<sup>k</sup>", line={"color": QUIET, "dash": "dash", "width": 2}
        )
    figure.update_layout(
        height=height,
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
        showlegend=len(figure.data) > 1,
        legend={"x": 1, "y": 1, "xanchor": "right", "font": {"size": 14}},
        xaxis={"title": {"text": what, "font": {"size": 14}}, "tickfont": {"size": 13}, "rangemode": "tozero"},
        yaxis={
            "title": {"text": "max |change of v|", "font": {"size": 14}},
            "type": "log",
            "tickfont": {"size": 13},
            "exponentformat": "power",
            "nticks": 6,
        },
    )
    said = f"The residual falls from {values[0]:.2g} to {values[-1]:.2g} in {len(values)} {what}s."
    st.plotly_chart(figure, key="residuals", config={"displayModeBar": False}, alt=said)
