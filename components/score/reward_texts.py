"""What a reward model has learned, in texts: the best and the worst of a pool, and how clear each choice was to it."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import streamlit as st

from components.instruments.drawing.figures import signed
from mdp_core.rlhf.raters import Comparison

CSS = """
.reward-texts table { width: 100%; border-collapse: collapse; font-size: 16px; line-height: 1.3; }
.reward-texts { overflow: auto; }
.reward-texts.long { max-height: 330px; }
.reward-texts caption { text-align: left; font-weight: 700; padding: 4px 0; }
.reward-texts th { text-align: left; font-size: 14px; font-weight: 500; opacity: 0.85; padding: 2px 8px; }
.reward-texts td { padding: 4px 8px; border-bottom: 1px solid color-mix(in srgb, currentColor 16%, transparent);
  overflow-wrap: anywhere; vertical-align: top; }
.reward-texts .figure { font-weight: 700; white-space: nowrap; font-variant-numeric: tabular-nums; }
.reward-texts .gain .figure { border-left: 6px solid #009e73; }
.reward-texts .loss .figure { border-left: 6px dashed #d55e00; }
.reward-texts .P { display: block; width: 72px; height: 8px; border-radius: 3px;
  background: color-mix(in srgb, currentColor 12%, transparent); }
.reward-texts .P b { display: block; height: 100%; border-radius: 3px; background: #0072b2; }
.reward-texts .against { opacity: 0.8; }
.reward-texts .by { white-space: nowrap; font-size: 14px; }
.reward-texts .by.simulated { background: repeating-linear-gradient(45deg,
  color-mix(in srgb, currentColor 12%, transparent) 0 4px, transparent 4px 9px); }
"""

LISTED = 60  # choices at most


def best_and_worst(best: Sequence[tuple[str, float]], worst: Sequence[tuple[str, float]], pool: int) -> None:
    """The texts with the highest and the lowest scores of a pool of so many."""
    columns = st.columns(2, gap="medium")
    for column, name, kind, texts in zip(columns, ("Best", "Worst"), ("gain", "loss"), (best, worst), strict=True):
        rows = "".join(
            f'<tr class="{kind}"><td class="figure">{signed(score, 2)}</td><td dir="auto">{escape(text)}</td></tr>'
            for text, score in texts
        )
        with column:
            st.html(
                f'<style>{CSS}</style><div class="reward-texts"><table><caption>{name} of {pool} texts</caption>'
                f"{rows}</table></div>"
            )


def strengths(comparisons: Sequence[Comparison], probabilities: Sequence[float]) -> None:
    """How probable each choice is to the model, the most surprising first."""
    order = sorted(zip(probabilities, comparisons, strict=True), key=lambda pair: pair[0])[:LISTED]
    rows = "".join(_choice(p, choice) for p, choice in order)
    st.html(
        f'<style>{CSS}</style><div class="reward-texts long" tabindex="0" role="region" aria-label="Strengths">'
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
