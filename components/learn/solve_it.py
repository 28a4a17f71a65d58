"""Solve it: the world is known, and so is what every change of it does."""

from __future__ import annotations

import streamlit as st

from components.learn.memory import LearnMemory
from components.learn.methods import (
    Method,
    ask_improvements,
    draw_formula,
    looks_ahead,
    offer_horizon,
    offer_methods,
    tell_outcome,
)
from components.learn.residuals import draw_residuals
from components.learn.sending import offer_to_send
from components.learn.world_board import draw_knowledge
from components.shell.messages import tell_problem
from components.shell.ticker import SLICE, work_on
from components.shell.visit import Visit
from mdp_core.grid.editing import Brush
from mdp_core.grid.world import Cell
from mdp_core.scenarios import EXACT, Learned


def draw_solving(current: Visit, memory: LearnMemory) -> None:
    """The world on the board beside the methods that solve it."""
    solving = memory.solving_now()
    known, work = solving.known, solving.work
    st.header("1 · Solve it: the world is known", anchor="solve")
    left, right = st.columns([3, 2], gap="medium")

    def press(method: Method) -> None:
        solving.begin(method)
        solving.work.work(SLICE)  # mostly that is all, and no bar is seen
        if solving.work.busy:
            st.rerun()

    def paint(cells: list[Cell], brush: Brush) -> None:
        memory.paint(current, cells, brush)
        st.rerun()  # the whole page is about another world now

    with left:
        st.caption("Paint a wall, a goal, a reward: one click, and the change runs through the values.")
        draw_knowledge(known, paint, height=380)
    with right:
        draw_formula(known)
        ask_improvements(memory, solving, press)
        offer_methods(press, work.busy)
        work_on(work, lambda _: "solving", key="solving", go_on="")
        if work.error is not None:
            tell_problem(str(work.error), "The last picture stays.")
        if memory.gamma == 1.0 and (work.error is not None or looks_ahead(known)):
            offer_horizon(current, memory, press, work.busy)
        tell_outcome(known)
        if not looks_ahead(known):
            what = "improvement" if known.method == "policy iteration" else "sweep"
            draw_residuals(known.reel.residuals, memory.gamma, what)
        if known.settled:
            gamma = memory.gamma
            offer_to_send(f"optimal for gamma {gamma:.2f}", Learned(by=EXACT, gamma=gamma), key="send_exact")
