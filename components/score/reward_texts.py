"""What a reward model has learned, in texts: the best and the worst of a pool, and how clear each choice was to it."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path

import streamlit as st

from components.instruments.drawing.figures import signed
from mdp_core.rlhf.raters import Comparison

STYLE = Path(__file__).parent / "reward_texts.css"

LISTED = 60  # choices at most


def list_best_and_worst(best: Sequence[tuple[str, float]], worst: Sequence[tuple[str, float]], pool: int) -> None:
    """The texts with the highest and the lowest scores of a pool of so many."""
    st.html(STYLE)
    columns = st.columns(2, gap="medium")
    for column, name, kind, texts in zip(columns, ("Best", "Worst"), ("gain", "loss"), (best, worst), strict=True):
        rows = "".join(
            f'<tr class="{kind}"><td class="figure">{signed(score, 2)}</td><td dir="auto">{escape(text)}</td></tr>'
            for text, score in texts
        )
        with column:
            st.html(f'<div class="reward-texts"><table><caption>{name} of {pool} texts</caption>{rows}</table></div>')


def list_strengths(comparisons: Sequence[Comparison], probabilities: Sequence[float]) -> None:
    """How probable each choice is to the model, the most surprising first."""
    order = sorted(zip(probabilities, comparisons, strict=True), key=lambda pair: pair[0])[:LISTED]
    rows = "".join(_choice(p, choice) for p, choice in order)
    st.html(
        f'<div class="reward-texts long" tabindex="0" role="region" aria-label="Strengths">'
        "<table><caption>Each choice and its strength, the most surprising first</caption>"
        f"<thead><tr><th>P(chosen)</th><th>chosen, and what it was chosen over</th><th>by</th></tr></thead>"
        f"{rows}</table></div>"
    )


def _choice(p: float, choice: Comparison) -> str:
    who = "simulated" if choice.simulated else "you"
    return (
        f'<tr class="{"gain" if p >= 0.5 else "loss"}"><td class="figure">{p:.2f}'
        f'<span class="P"><b style="width:{100 * p:.0f}%"></b></span></td>'
        f'<td dir="auto">{escape(choice.better)}<br><span class="against">over: {escape(choice.worse)}</span></td>'
        f'<td class="by {who}">{who}</td></tr>'
    )
