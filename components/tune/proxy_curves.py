"""A proxy and what it was meant to stand for, over two runs: one that nothing holds, one that pays for its distance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st
from plotly.subplots import make_subplots

from components.instruments.drawing.figures import figure
from components.instruments.drawing.palette import Concept, tone
from components.instruments.plot import plot
from mdp_core.rlhf.overoptimisation import ProxyPoint
from mdp_core.rlhf.proxy_runs import HOLDS, Hold, ProxyRuns

# The dash tells them apart without colour.
LOOKS: Mapping[Hold, tuple[Concept, str]] = {"loose": ("loss", "dash"), "held": ("state", "solid")}
SHOWN = {
    "proxy": "proxy, what is paid",
    "true": "true, what is meant",
    "likelihood": "log π_ref a token",
    "kl": "KL, nats a text",
}


def draw_proxy_curves(runs: ProxyRuns, shown: Sequence[str] = tuple(SHOWN), *, height: int = 400) -> None:
    """A picture over the steps for each that is `shown`, two in a row, both runs in each."""
    curves = make_subplots(
        rows=(len(shown) + 1) // 2,
        cols=2,
        subplot_titles=[SHOWN[name] for name in shown],
        horizontal_spacing=0.1,
        vertical_spacing=0.17,
    )
    for i, name in enumerate(shown):
        for hold in HOLDS:
            concept, dash = LOOKS[hold]
            points = runs.points[hold]
            curves.add_scatter(
                x=[point.step for point in points],
                y=[getattr(point, name) for point in points],
                name=f"beta {runs.betas[hold]:g}",
                mode="lines",
                line={"color": tone(concept), "width": 3, "dash": dash},
                showlegend=i == 0,
                legendgroup=hold,
                row=1 + i // 2,
                col=1 + i % 2,
            )
    curves.update_xaxes(range=[1, runs.steps])
    curves.update_xaxes(title={"text": "step", "font": {"size": 14}, "standoff": 4}, row=(len(shown) + 1) // 2)
    curves.update_annotations(font={"size": 14})
    sentence = spoken(runs)
    margin, legend = {"l": 8, "r": 8, "t": 44, "b": 8}, {"y": 1.08}
    plot(curves, key="proxy_curves", says=sentence, height=height, margin=margin, legend=legend)
    st.caption(sentence)


def spoken(runs: ProxyRuns) -> str:
    """The pictures in words."""
    return " ".join(_spoken(runs.betas[hold], runs.points[hold]) for hold in HOLDS if runs.points[hold])


def _spoken(beta: float, points: Sequence[ProxyPoint]) -> str:
    first, last = points[0], points[-1]
    return (
        f"beta {beta:g}: proxy {figure(first.proxy)} to {figure(last.proxy)}, true {figure(first.true)} to "
        f"{figure(last.true)}, KL {last.kl:.0f} nats."
    )
