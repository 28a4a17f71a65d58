"""Learning curves of several learners, against the optimum."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go
import streamlit as st
from numpy.typing import NDArray

# Of Okabe and Ito's palette, on a light and on a dark ground.
TONES = {
    "state": ("#0072b2", "#56b4e9"),
    "loss": ("#d55e00", "#f08a45"),
    "reward": ("#009e73", "#2cc295"),
    "action": ("#e69f00", "#e69f00"),
    "policy": ("#a8518b", "#d68fbb"),
    "quiet": ("#5b6670", "#9aa5b0"),
}


@dataclass(frozen=True, eq=False)
class Curve:
    """One learner's curve: the mean or median over its agents, and the band in which most of them lie."""

    name: str
    tone: str  # a key of TONES
    dash: str  # of the line, as Plotly names it
    x: NDArray[np.int64]  # [E], episodes
    y: NDArray[np.float64]  # [E]
    low: NDArray[np.float64] | None = None  # [E]
    high: NDArray[np.float64] | None = None  # [E]


def learning_curve(
    curves: Sequence[Curve], optimum: float | None, what: str, said: str, *, bottom: float | None = None, height: int
) -> None:
    """Draw `curves`; `what` is on the y axis, `said` the picture in words. Below `bottom` nothing is drawn."""
    dark = st.context.theme.type == "dark"
    figure = go.Figure()
    for curve in curves:
        tone = TONES[curve.tone][dark]
        if curve.low is not None and curve.high is not None:
            figure.add_scatter(
                x=np.concatenate([curve.x, curve.x[::-1]]),
                y=np.concatenate([curve.high, curve.low[::-1]]),
                fill="toself",
                fillcolor=_faint(tone),
                line={"width": 0},
                hoverinfo="skip",
                showlegend=False,
            )
    for curve in curves:
        figure.add_scatter(
            x=curve.x,
            y=np.where(np.isfinite(curve.y), curve.y, np.nan),
            name=curve.name,
            mode="lines",
            line={"color": TONES[curve.tone][dark], "width": 3, "dash": curve.dash},
        )
    if optimum is not None and np.isfinite(optimum):
        figure.add_hline(
            y=optimum,
            line={"dash": "dash", "width": 2, "color": TONES["quiet"][dark]},
            annotation={"text": f"optimal {optimum:.3g}".replace("-", "−"), "font": {"size": 14}},
            annotation_position="bottom right",
        )
    figure.update_layout(
        height=height,
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
        legend={"orientation": "h", "y": 1.0, "yanchor": "bottom", "font": {"size": 15}},
        xaxis={"title": {"text": "episode", "font": {"size": 14}}, "tickfont": {"size": 13}, "rangemode": "tozero"},
        yaxis={"title": {"text": what, "font": {"size": 14}}, "tickfont": {"size": 13}},
    )
    if bottom is not None:
        top = max([optimum or bottom, *(float(np.nanmax(curve.y, initial=bottom)) for curve in curves)])
        figure.update_yaxes(range=[bottom, top + 0.05 * (top - bottom) + 1e-9])
    st.plotly_chart(figure, key="learning_curve", config={"displayModeBar": False}, alt=said)


def _faint(tone: str) -> str:
    r, g, b = (int(tone[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({r},{g},{b},0.2)"
