"""A run on many problems: how many answers are right, what of that was sharpened and what learned, and what was held out."""

from __future__ import annotations

from collections.abc import Mapping

import plotly.graph_objects as go
import streamlit as st
from plotly.subplots import make_subplots

from components.instruments.drawing.palette import Concept, tone
from components.instruments.plot import plot
from components.server.job_queue import job_queue
from components.shell.plain import plain
from components.shell.queued_run import QueuedRun
from components.tune.memory import TuneMemory
from components.tune.problems import PAID
from mdp_core.rlhf.passing import Passing
from mdp_core.rlhf.principle import Principle
from mdp_core.tokens.scores import ScoreSpec

DRAWN = 5  # updates between two pictures while a run goes on: Plotly draws all of it anew
MARKS = ("circle", "diamond", "x")  # of exams; told apart without colour
TONES: tuple[Concept, ...] = ("policy", "action", "transition")
APART = 0.18  # of the width, between two pictures: on a phone their numbers need it
PERCENT = {"range": [-0.03, 1.05], "tickformat": ".0%"}


def show_passing(run: QueuedRun) -> None:
    """The curves, and the same in words; nothing for a run with one prompt."""
    passing = run.film.passing
    if not passing:
        return
    goes_on = run.is_live and run.state != "paused"
    until = max(passing) // DRAWN * DRAWN if goes_on else max(passing)
    drawn = {n: mark for n, mark in passing.items() if n <= until}
    marks = {name: {n: m for n, m in dict(taken).items() if n <= until} for name, taken in run.marks.items()}
    left, right = st.columns(2)
    with left:
        _draw_right(drawn, marks)
    with right:
        _draw_effort(drawn)
    st.caption(plain(spoken(drawn, marks)))


def ask_for_the_other_score(memory: TuneMemory, run: QueuedRun) -> None:
    """Once a run on problems is over: the same one, paid for the other thing."""
    kind = run.principle.spec.kind
    if not run.spec.prompts or run.principle.model is not None or kind not in PAID:
        return
    other = next(name for name in PAID if name != kind)
    st.button(
        f"Run it beside, paid for {PAID[other]}",
        key="tune_beside_score",
        on_click=lambda: memory.begin_beside(run.spec.algorithm, job_queue(), Principle(ScoreSpec(other))),
    )


def spoken(passing: Mapping[int, Passing], marks: Mapping[str, Mapping[int, Passing]]) -> str:
    """The pictures in words."""
    held = [
        f"{name} {taken[min(taken)].one:.0%} → {taken[max(taken)].one:.0%}" for name, taken in marks.items() if taken
    ]
    sentences = [_said_right(passing), f"Held out: {', '.join(held)}." if held else "", _said_effort(passing)]
    return " ".join(sentence for sentence in sentences if sentence)


def _said_right(passing: Mapping[int, Passing]) -> str:
    first, last = passing[min(passing)], passing[max(passing)]
    k = last.most
    return (
        f"pass@1, one text is right: {first.one:.0%} → {last.one:.0%}. pass@{k}, one of {k} is: {first.at[k]:.0%} → "
        f"{last.at[k]:.0%}."
    )


def _said_effort(passing: Mapping[int, Passing]) -> str:
    first, last = passing[min(passing)], passing[max(passing)]
    return (
        f"An answer has {first.length:.1f} → {last.length:.1f} tokens; {first.equal:.0%} → {last.equal:.0%} of the groups "
        "have equal scores and teach nothing."
    )


def _draw_right(passing: Mapping[int, Passing], marks: Mapping[str, Mapping[int, Passing]]) -> None:
    most = max(mark.most for mark in passing.values())
    picture = make_subplots(rows=1, cols=2, subplot_titles=["right answers", "held out"], horizontal_spacing=APART)
    _line(picture, 1, {n: mark.one for n, mark in passing.items()}, "reward", "solid", "pass@1")
    _line(picture, 1, {n: mark.at[most] for n, mark in passing.items()}, "state", "dash", f"pass@{most}")
    for (name, taken), symbol, concept in zip(marks.items(), MARKS, TONES, strict=False):
        picture.add_scatter(
            x=list(taken),
            y=[mark.one for mark in taken.values()],
            name=name,
            mode="lines+markers",
            line={"color": tone(concept), "width": 2},
            marker={"symbol": symbol, "size": 10},
            cliponaxis=False,
            row=1,
            col=2,
        )
    picture.update_yaxes(**PERCENT)
    _plot(picture, "tune_passing", _said_right(passing))


def _draw_effort(passing: Mapping[int, Passing]) -> None:
    picture = make_subplots(
        rows=1, cols=2, subplot_titles=["tokens an answer", "groups, no signal"], horizontal_spacing=APART
    )
    _line(picture, 1, {n: mark.length for n, mark in passing.items()}, "policy", "solid")
    _line(picture, 2, {n: mark.equal for n, mark in passing.items()}, "quiet", "solid")
    picture.update_yaxes(rangemode="tozero", row=1, col=1)
    picture.update_yaxes(**PERCENT, row=1, col=2)
    _plot(picture, "tune_effort", _said_effort(passing))


def _plot(picture: go.Figure, key: str, says: str) -> None:
    picture.update_xaxes(title={"text": "updates", "font": {"size": 14}, "standoff": 4}, rangemode="tozero")
    picture.update_annotations(font={"size": 14})
    # At the bottom edge: where a phone breaks its line, the legend grows upwards, and the margin with it.
    legend = {"yref": "container", "y": 0, "yanchor": "bottom"}
    plot(picture, key=key, says=says, height=300, margin={"l": 8, "r": 8, "t": 32, "b": 64}, legend=legend)


def _line(
    picture: go.Figure, column: int, values: Mapping[int, float], concept: Concept, dash: str, name: str = ""
) -> None:
    picture.add_scatter(
        x=list(values),
        y=list(values.values()),
        name=name,
        mode="lines",
        line={"color": tone(concept), "width": 3, "dash": dash},
        showlegend=bool(name),
        row=1,
        col=column,
    )
