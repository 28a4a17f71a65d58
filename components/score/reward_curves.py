"""How a reward model was trained, and how far its word can be taken: loss, agreement, calibration."""

from __future__ import annotations

from collections.abc import Sequence
from math import log
from typing import TYPE_CHECKING, Any

import plotly.graph_objects as go
import streamlit as st

from components.instruments.drawing.palette import Concept, tone
from components.instruments.plot import plot
from components.shell.plain import plain

if TYPE_CHECKING:
    from mdp_core.rlhf.reward_model import Bin, HeldOut
    from mdp_core.rlhf.reward_training import TrainingStep


def draw_loss(steps: Sequence[TrainingStep], *, height: int) -> None:
    """The loss of each iterate, on the choices that were learned from and on those held out."""
    x = [step.step for step in steps]
    figure = go.Figure()
    _line(figure, x, [step.loss for step in steps], "learned from", "loss", "solid", "circle")
    held = [step.held_loss for step in steps]
    if held[0] is not None:
        _line(figure, x, held, "held out", "state", "dash", "diamond")
    figure.add_hline(y=log(2), line={"dash": "dot", "width": 2, "color": tone("quiet")})
    figure.add_annotation(
        x=x[-1], y=log(2), text="a coin: log 2", showarrow=False, yshift=11, xanchor="right", font_size=14
    )
    figure.update_xaxes(dtick=max(1, len(x) // 8))
    last = steps[-1]
    said = f"The loss falls from {steps[0].loss:.2f} to {last.loss:.2f} in {last.step} steps"
    if held[-1] is not None:
        said += f"; on a fifth of the texts, held out, it goes from {held[0]:.2f} to {held[-1]:.2f}"
    _draw(figure, "reward_loss", f"{said}.", "step of the training", "loss −log P(chosen)", height)


def draw_agreement(
    growth: Sequence[tuple[int, HeldOut]], held: HeldOut, choices: int, ceiling: float | None, *, height: int
) -> None:
    """How many choices of unseen texts are foretold, by how many were learned from; the band is one standard error."""
    points = [(n, found.agreement, found.error) for n, found in growth] + [(choices, held.agreement, held.error)]
    known = [(n, a, e) for n, a, e in points if a is not None and e is not None]
    if not known:
        st.info("No choice could be held out yet: a few more, and it can be told how well they are foretold.")
        return
    figure = go.Figure()
    figure.add_scatter(
        x=[n for n, _, _ in known],
        y=[100 * a for _, a, _ in known],
        error_y={"type": "data", "array": [100 * e for _, _, e in known], "thickness": 2},
        mode="lines+markers",
        marker={"size": 9, "symbol": "diamond"},
        line={"color": tone("reward"), "width": 3},
        name="foretold",
    )
    lines = [(50.0, "a coin", "dot", -11)]
    lines += [(100 * ceiling, "the rater's own ceiling", "dash", 22)] if ceiling else []  # above the errors' ends
    for y, name, dash, shift in lines:
        figure.add_hline(y=y, line={"dash": dash, "width": 2, "color": tone("quiet")})
        figure.add_annotation(
            x=0.93, xref="x domain", y=y, text=name, showarrow=False, yshift=shift, xanchor="right", font={"size": 14}
        )
    figure.update_yaxes(range=[30, 108])
    n, a, e = known[-1]
    top = f" The rater's own ceiling: {100 * ceiling:.0f} %." if ceiling else ""
    _draw(
        figure,
        "reward_agreement",
        f"With {n} choices {100 * a:.0f} ± {100 * e:.0f} % of unseen ones are foretold, each fifth by the other four.{top}",
        "choices learned from",
        "% foretold",
        height,
        showlegend=False,
    )


def draw_calibration(bins: Sequence[Bin], *, height: int) -> None:
    """What was foretold against what came, in bins; on the diagonal a probability can be taken at its word."""
    if not bins:
        return
    figure = go.Figure()
    figure.add_scatter(
        x=[0, 100],
        y=[0, 100],
        mode="lines",
        line={"dash": "dot", "width": 2, "color": tone("quiet")},
        hoverinfo="skip",
        showlegend=False,
    )
    figure.add_scatter(
        x=[100 * b.foretold for b in bins],
        y=[100 * b.chosen for b in bins],
        error_y={"type": "data", "array": [100 * b.error for b in bins], "thickness": 2},
        mode="markers+text",
        marker={"size": 12, "color": tone("state"), "symbol": "square"},
        text=[f"n {b.count}" for b in bins],
        textposition="top left",
        textfont={"size": 14},
        showlegend=False,
    )
    figure.update_xaxes(range=[-3, 103])
    figure.update_yaxes(range=[-12, 116])
    said = "; ".join(f"{100 * b.foretold:.0f} % foretold, {100 * b.chosen:.0f} % came" for b in bins)
    says = f"Calibration on unseen choices: {said}."
    _draw(figure, "reward_calibration", says, "foretold P(first chosen), %", "first was chosen, %", height)


def _line(
    figure: go.Figure, x: Sequence[int], y: Sequence[float | None], name: str, concept: Concept, dash: str, symbol: str
) -> None:
    figure.add_scatter(
        x=x,
        y=y,
        name=name,
        mode="lines+markers",
        marker={"size": 8, "symbol": symbol},
        line={"color": tone(concept), "width": 3, "dash": dash},
    )


def _draw(figure: go.Figure, key: str, says: str, x: str, y: str, height: int, **layout: Any) -> None:
    plot(figure, key=key, says=says, height=height, x=x, y=y, **layout)
    st.caption(plain(says))
