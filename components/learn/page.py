"""Learn: find the policy that maximises the expected return, first with the world known, then from samples of it."""

from __future__ import annotations

import streamlit as st

from components.controls.control import control
from components.controls.world import ask_world
from components.learn.learn_it import draw_learning
from components.learn.link import IN_LINK
from components.learn.memory import LearnMemory, learn_memory
from components.learn.solve_it import draw_solving
from components.learn.taxi import draw_taxi
from components.server.warmup import warmup
from components.shell.address import follow_address, linked_part, visit, write_link
from components.shell.messages import messages, tell_notes, tell_problem
from components.shell.now import tell_visit
from components.shell.plain import plain
from components.shell.ticker import SLICE
from components.shell.visit import Visit
from mdp_core.grid.diagnosis import remarks


def page() -> None:
    """The page."""
    current, memory = follow_address(visit(), *IN_LINK), learn_memory(visit())
    warmup()  # a policy may be sent to the Stage soon
    unreadable = ""
    try:
        memory.see(current)
    except ValueError as error:
        unreadable = str(error)
    memory.catch_up()
    _controls(current, memory)
    with messages():
        tell_notes(current.notes, current.dismiss)
        if unreadable:
            tell_problem(unreadable, "The last good world stays.")
        if memory.problem:
            tell_problem(memory.problem, "The world stays as it is.")
    memory.solving_now().work.work(SLICE)  # a change that runs through mostly has by now

    def solve() -> None:
        draw_solving(visit(), memory)

    def learn() -> None:
        draw_learning(visit(), memory)

    tell_visit(current)  # before the parts, which tell a gamma of their own
    linked_part(solve, *IN_LINK)
    linked_part(learn, *IN_LINK)
    draw_taxi(memory)
    write_link(current, *IN_LINK)


def _controls(current: Visit, memory: LearnMemory) -> None:
    with st.container(horizontal=True, key="learn_controls", gap="medium", vertical_alignment="center"):
        ask_world(current)
        st.slider(
            "gamma: what a reward is worth one step later",
            0.0,
            1.0,
            step=0.01,
            **control(current, "learn_gamma", memory.gamma, lambda gamma: setattr(memory, "gamma", round(gamma, 2))),
            width=340,
        )
        st.button("Undo", key="undo_edit", on_click=memory.undo, args=(current,), disabled=not memory.past)
    for remark in remarks(memory.world):  # what is odd about the world
        st.warning(plain(remark))
