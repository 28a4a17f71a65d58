"""The texts of one step of two runs, side by side, each with what it is paid and what it is worth."""

from __future__ import annotations

from html import escape

import streamlit as st

from components.tune.proxies import HOLDS, Hold, TwoRuns
from mdp_core.rlhf.overoptimisation import ProxyPoint

STYLE = """<style>
.proxy-texts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(300px, 100%), 1fr)); gap: 12px; }
.proxy-texts h4 { margin: 0 0 2px; font-size: 16px; padding: 0; }
.proxy-texts .loose { border-left: 5px dashed #d55e00; padding-left: 10px; }
.proxy-texts .held { border-left: 5px solid #0072b2; padding-left: 10px; }
.proxy-texts p { margin: 0 0 8px; font-size: 16px; line-height: 1.3; overflow-wrap: anywhere; unicode-bidi: plaintext; }
.proxy-texts small { font-size: 14px; opacity: 0.8; font-variant-numeric: tabular-nums; white-space: nowrap; }
</style>"""
NAMES: dict[Hold, str] = {"loose": "nothing holds it", "held": "it pays for every nat"}


def proxy_texts(runs: TwoRuns, step: int) -> None:
    """What both policies wrote at `step`, or at the last one that is there."""
    sides = []
    for hold in HOLDS:
        points = runs.points[hold]
        if points:
            point = points[min(step, len(points)) - 1]
            title = f"beta {runs.betas[hold]:g}: {NAMES[hold]}"
            sides.append(f'<div class="{hold}"><h4>{escape(title)}</h4>{_texts(point)}</div>')
    st.html(f'{STYLE}<div class="proxy-texts">{"".join(sides)}</div>')


def _texts(point: ProxyPoint) -> str:
    return "".join(
        f"<p>{escape(text)}<br><small>proxy {_figure(proxy)}, true {_figure(true)}</small></p>"
        for text, (proxy, true) in zip(point.texts, point.scores, strict=True)
    )


def _figure(value: float) -> str:
    return f"{value:.2f}".replace("-", "−")
