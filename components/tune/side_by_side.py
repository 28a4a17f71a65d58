"""Two runs in one picture: the one that is shown, and another algorithm's with the same draws."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import plotly.graph_objects as go
import streamlit as st

from components.instruments.drawing.figures import figure
from components.instruments.drawing.palette import Concept, tone
from components.instruments.plot import plot
from components.server.job_queue import job_queue
from components.shell.messages import tell_problem
from components.shell.plain import plain
from components.shell.queued_run import QueuedRun
from components.tune.memory import TuneMemory
from components.tune.problems import PAID
from mdp_core.rlhf.algorithms import ALGORITHMS

if TYPE_CHECKING:
    from mdp_core.rlhf.measured import Figures

SHOWN = {"score": "mean score", "kl": "KL, nats a text"}
RIGHT = "right answers"  # the same as the score, but where a score is paid that can be had without them
# The dash tells them apart without colour.
LOOKS: tuple[tuple[Concept, str], ...] = (("state", "solid"), ("loss", "dash"))


def ask_for_another(memory: TuneMemory, run: QueuedRun) -> None:
    """Once a run is over: which algorithm is to run beside it."""
    others = [name for name, entry in ALGORITHMS.items() if name != run.spec.algorithm]
    key = "tune_other"
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        st.selectbox(
            "Beside it",
            others,
            format_func=lambda name: ALGORITHMS[name].title,
            key=key,
            help="Another algorithm, with the same settings and the same draws, in one picture with this run.",
            width=220,
        )
        st.button(
            "Run it beside",
            key="tune_beside",
            on_click=lambda: memory.begin_beside(str(st.session_state[key]), job_queue()),
        )
    if memory.refused_beside:
        tell_problem(memory.refused_beside, "The run that is here stays.")


def show_side_by_side(one: QueuedRun, other: QueuedRun) -> None:
    """The mean score and the divergence of both over the updates, and in words."""
    from mdp_core.rlhf.side_by_side import same_draws

    names = _names(one, other)
    runs = {name: run.film.figures for name, run in zip(names, (one, other), strict=True)}
    if not all(runs.values()):
        return
    right = {
        name: {n: mark.one for n, mark in run.film.passing.items()}
        for name, run in zip(names, (one, other), strict=True)
    }
    pictures = {
        title: {name: {n: getattr(found, quantity) for n, found in figures.items()} for name, figures in runs.items()}
        for quantity, title in SHOWN.items()
    }
    if all(right.values()):
        pictures[RIGHT] = right
    draws = "the same draws" if same_draws(one.spec, other.spec) else "other draws"
    sentence = f"{spoken(runs)} {_spoken_right(right)}Both had {draws}."
    for column, (title, curves) in zip(st.columns(len(pictures)), pictures.items(), strict=True):
        with column:
            _draw(title, curves, f"{title}: {sentence}")
    st.caption(plain(sentence))


def _draw(title: str, curves: Mapping[str, Mapping[int, float]], says: str) -> None:
    picture = go.Figure()
    for (name, line), (concept, dash) in zip(curves.items(), LOOKS, strict=True):
        picture.add_scatter(
            x=list(line),
            y=list(line.values()),
            name=name.replace(", ", ",<br>"),  # a phone's legend breaks no line by itself
            mode="lines",
            line={"color": tone(concept), "width": 3, "dash": dash},
            cliponaxis=False,
        )
    picture.update_layout(title={"text": title, "font": {"size": 14}, "x": 0.5, "xanchor": "center", "y": 0.97})
    picture.update_xaxes(title={"text": "updates", "font": {"size": 14}, "standoff": 4}, rangemode="tozero")
    margin, legend = {"l": 8, "r": 8, "t": 36, "b": 88}, {"yref": "container", "y": 0, "yanchor": "bottom"}
    plot(picture, key=f"tune_both_{title.split()[0].strip(',')}", says=says, height=300, margin=margin, legend=legend)


def spoken(runs: Mapping[str, Mapping[int, Figures]]) -> str:
    """The picture in words."""
    return " ".join(_spoken(name, figures) for name, figures in runs.items())


def _spoken(name: str, figures: Mapping[int, Figures]) -> str:
    first, last = figures[min(figures)], figures[max(figures)]
    return (
        f"{name}: the mean score went from {figure(first.score)} to {figure(last.score)} ± {last.error:.2f}, "
        f"KL {figure(last.kl)} nats a text."
    )


def _spoken_right(right: Mapping[str, Mapping[int, float]]) -> str:
    if not all(right.values()):
        return ""
    told = [f"{name} {of[min(of)]:.0%} to {of[max(of)]:.0%}" for name, of in right.items()]
    return f"Right answers: {'; '.join(told)}. "


def _names(one: QueuedRun, other: QueuedRun) -> tuple[str, str]:
    """What tells the two apart: the algorithm, what is paid for, or both."""
    titles = [ALGORITHMS[run.spec.algorithm].title for run in (one, other)]
    paid = [f"paid for {PAID[run.principle.spec.kind]}" if _checked(run) else "" for run in (one, other)]
    if titles[0] != titles[1] and paid[0] == paid[1]:
        return titles[0], titles[1]
    both = [f"{title}, {said}" if said else title for title, said in zip(titles, paid, strict=True)]
    return both[0], both[1]


def _checked(run: QueuedRun) -> bool:
    return bool(run.spec.prompts) and run.principle.model is None and run.principle.spec.kind in PAID
