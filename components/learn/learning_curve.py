"""Learning curves of several learners, against the optimum."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go
import streamlit as st
from numpy.typing import NDArray

from components.learn.lessons import Lesson
from mdp_core.learners import LEARNERS
from mdp_core.learners.curve import band, smoothed

# Of Okabe and Ito's palette, on a light and on a dark ground.
TONES = {
    "state": ("#0072b2", "#56b4e9"),
    "loss": ("#d55e00", "#f08a45"),
    "reward": ("#009e73", "#2cc295"),
    "action": ("#e69f00", "#e69f00"),
    "policy": ("#a8518b", "#d68fbb"),
    "quiet": ("#5b6670", "#9aa5b0"),
}

POINTS = 400  # of a learning curve
LOOKS = dict(zip(LEARNERS, ("quiet", "state", "reward", "loss", "policy", "action"), strict=True))
DASH = dict(zip(LEARNERS, ("dot", "solid", "longdash", "dash", "dashdot", "longdashdot"), strict=True))


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


def window(episodes: int) -> int:
    """Over how many episodes the curve of that many is smoothed."""
    return max(1, episodes // 50)


def online(lesson: Lesson) -> Curve:
    """What the agents earned in each episode while they learned: mean, and the middle half."""
    smooth = smoothed(lesson.curve(), window(lesson.spec.episodes))
    E = smooth.shape[1]
    at = np.unique(np.linspace(0, E - 1, min(E, POINTS)).astype(np.int64)) if E else np.zeros(0, dtype=np.int64)
    smooth = smooth[:, at]
    low, high = band(smooth) if E and lesson.spec.agents > 1 else (None, None)
    return _curve(lesson, at + 1, smooth.mean(axis=0), low, high)


def worth(lesson: Lesson) -> Curve:
    """What their policies were worth, exactly and without exploring: median, and the middle half."""
    if not lesson.worth:
        return _curve(lesson, np.zeros(0, dtype=np.int64), np.zeros(0))
    episodes, values = zip(*lesson.worth, strict=True)
    known = np.nan_to_num(np.array(values).T, nan=-1e12, neginf=-1e12, posinf=1e12)  # [n, E]
    low, high = band(known) if len(known) > 1 else (None, None)
    middle = np.median(known, axis=0)
    return _curve(lesson, np.array(episodes), np.where(np.abs(middle) < 1e11, middle, np.nan), low, high)


def _curve(lesson: Lesson, x, y, low=None, high=None) -> Curve:  # type: ignore[no-untyped-def]
    by = lesson.spec.algorithm
    return Curve(LEARNERS[by].title, LOOKS[by], DASH[by], x, y, low, high)


def bottom_of(curves: Sequence[Curve], optimum: float | None) -> float | None:
    """Where the picture ends: the first episodes may be so bad that nothing else would be seen."""
    ys = np.concatenate([curve.y[np.isfinite(curve.y)] for curve in curves])
    if not len(ys):
        return None
    lowest, usual = float(ys.min()), float(np.quantile(ys, 0.08))
    top = max(float(ys.max()), optimum if optimum is not None and np.isfinite(optimum) else -np.inf)
    return min(usual, top - 1.6 * (top - usual)) if top - lowest > 2.5 * (top - usual) > 0 else None


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
