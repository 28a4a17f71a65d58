"""A proxy and what it was meant to stand for, over two runs: one that nothing holds, one that pays for its distance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st
from plotly.subplots import make_subplots

from components.tune.proxies import HOLDS, Hold, TwoRuns
from mdp_core.rlhf.overoptimisation import ProxyPoint

# Of Okabe and Ito's palette, on a light and on a dark ground; the dash tells them apart without colour.
LOOKS: Mapping[Hold, tuple[tuple[str, str], str]] = {
    "loose": (("#d55e00", "#f08a45"), "dash"),
    "held": (("#0072b2", "#56b4e9"), "solid"),
}
SHOWN = {
    "proxy": "proxy, what is paid",
    "true": "true, what is meant",
    "likelihood": "log π_ref a token",
    "kl": "KL, nats a text",
}


def proxy_curves(runs: TwoRuns, *, height: int = 400) -> None:
    """Four pictures over the steps, both runs in each."""
    dark = st.context.theme.type == "dark"
    figure = make_subplots(
        rows=2, cols=2, subplot_titles=list(SHOWN.values()), horizontal_spacing=0.1, vertical_spacing=0.17
    )
    for i, name in enumerate(SHOWN):
        for hold in HOLDS:
            tones, dash = LOOKS[hold]
            points = runs.points[hold]
            figure.add_scatter(
                x=[point.step for point in points],
                y=[getattr(point, name) for point in points],
                name=f"beta {runs.betas[hold]:g}",
                mode="lines",
                line={"color": tones[dark], "width": 3, "dash": dash},
                showlegend=i == 0,
                legendgroup=hold,
                row=1 + i // 2,
                col=1 + i % 2,
            )
    figure.update_xaxes(range=[1, runs.steps], tickfont={"size": 13})
    figure.update_xaxes(title={"text": "step", "font": {"size": 14}, "standoff": 4}, row=2)
    figure.update_yaxes(tickfont={"size": 13})
    figure.update_annotations(font={"size": 14})
    figure.update_layout(
        height=height,
        margin={"l": 8, "r": 8, "t": 44, "b": 8},
        legend={"orientation": "h", "y": 1.08, "yanchor": "bottom", "font": {"size": 15}},
    )
    said = spoken(runs)
    st.plotly_chart(figure, key="proxy_curves", config={"displayModeBar": False}, alt=said)
    st.caption(said)


def spoken(runs: TwoRuns) -> str:
    """The pictures in words."""
    return " ".join(_spoken(runs.betas[hold], runs.points[hold]) for hold in HOLDS if runs.points[hold])


def _spoken(beta: float, points: Sequence[ProxyPoint]) -> str:
    first, last = points[0], points[-1]
    return (
        f"beta {beta:g}: proxy {figure_of(first.proxy)} to {figure_of(last.proxy)}, true {figure_of(first.true)} to "
        f"{figure_of(last.true)}, KL {last.kl:.0f} nats."
    )


def figure_of(value: float) -> str:
    """A score for the eye."""
    return f"{value:.2f}".replace("-", "−")
