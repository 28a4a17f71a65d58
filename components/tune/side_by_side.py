"""Two runs in one picture: the one that is shown, and another algorithm's with the same draws."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import streamlit as st
from plotly.subplots import make_subplots

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

    runs = {_name(run): run.film.figures for run in (one, other)}
    if not all(runs.values()):
        return
    right = {_name(run): {n: mark.one for n, mark in run.film.passing.items()} for run in (one, other)}
    titles = [*SHOWN.values(), *([RIGHT] if all(right.values()) else [])]
    curves = make_subplots(rows=1, cols=len(titles), subplot_titles=titles, horizontal_spacing=0.1)
    for (name, figures), (concept, dash) in zip(runs.items(), LOOKS, strict=True):
        lines = [{n: getattr(found, quantity) for n, found in figures.items()} for quantity in SHOWN]
        for i, line in enumerate([*lines, right[name]][: len(titles)]):
            curves.add_scatter(
                x=list(line),
                y=list(line.values()),
                name=name,
                mode="lines",
                line={"color": tone(concept), "width": 3, "dash": dash},
                showlegend=i == 0,
                legendgroup=name,
                row=1,
                col=1 + i,
            )
    curves.update_xaxes(title={"text": "updates", "font": {"size": 14}, "standoff": 4})
    curves.update_annotations(font={"size": 14})
    draws = "the same draws" if same_draws(one.spec, other.spec) else "other draws"
    sentence = f"{spoken(runs)} {_spoken_right(right)}Both had {draws}."
    margin, legend = {"l": 8, "r": 8, "t": 44, "b": 8}, {"y": 1.14}
    plot(curves, key="tune_both", says=sentence, height=280, margin=margin, legend=legend)
    st.caption(plain(sentence))


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


def _name(run: QueuedRun) -> str:
    title = ALGORITHMS[run.spec.algorithm].title
    return f"{title}, paid for {PAID[run.principle.spec.kind]}" if _checked(run) else title


def _checked(run: QueuedRun) -> bool:
    return bool(run.spec.prompts) and run.principle.model is None and run.principle.spec.kind in PAID
