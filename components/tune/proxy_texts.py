"""The texts of one step of two runs, side by side, each with what it is paid and what it is worth."""

from __future__ import annotations

from html import escape
from pathlib import Path

import streamlit as st

from components.instruments.drawing.figures import figure
from mdp_core.rlhf.overoptimisation import ProxyPoint
from mdp_core.rlhf.proxy_runs import HOLDS, Hold, ProxyRuns

STYLE = Path(__file__).parent / "proxy_texts.css"
NAMES: dict[Hold, str] = {"loose": "nothing holds it", "held": "it pays for every nat"}


def list_proxy_texts(runs: ProxyRuns, step: int) -> None:
    """What both policies wrote at `step`, or at the last one that is there."""
    sides = []
    for hold in HOLDS:
        points = runs.points[hold]
        if points:
            point = points[min(step, len(points)) - 1]
            title = f"beta {runs.betas[hold]:g}: {NAMES[hold]}"
            sides.append(f'<div class="{hold}"><h3>{escape(title)}</h3>{_texts(point)}</div>')
    st.html(STYLE)
    st.html(f'<div class="proxy-texts">{"".join(sides)}</div>')


def _texts(point: ProxyPoint) -> str:
    return "".join(
        f"<p>{escape(text)}<br><small>proxy {figure(proxy)}, true {figure(true)}</small></p>"
        for text, (proxy, true) in zip(point.texts, point.scores, strict=True)
    )
