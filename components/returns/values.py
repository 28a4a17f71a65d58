"""Page Return, the last section: V and Q on the map, and on text."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from components.controls.control import control
from components.returns.memory import SLICE, TICK, Returns, returns
from components.returns.value_pictures import how_exact, on_text, on_the_map
from components.returns.worth import ROLLOUTS
from components.server.models import models
from components.shell.address import visit
from components.shell.messages import problem
from components.shell.shelf import language_model
from components.shell.takeaway import takeaway
from components.shell.visit import Visit
from components.shell.waiting import waiting


def bring_up(here: Visit, mine: Returns) -> None:
    model = language_model(here.scenario.text.model, models())
    mine.worth_problem = ""
    if model is None:
        return
    try:
        mine.see_worth(here, model)
        if mine.worth is not None and mine.worth.error is not None:
            raise mine.worth.error
    except ValueError as error:
        mine.worth_problem = str(error)


def values() -> None:
    here, mine = visit(), returns()
    if mine.stale_values:
        mine.stale_values = False
        st.rerun()
    st.subheader("4 · V and Q: what a state is worth, on the map and on text", anchor="values")
    left, right = st.columns([6, 7], gap="medium")
    with left:
        with st.container(horizontal=True, horizontal_alignment="center", gap="medium"):
            st.latex(r"v_\pi(s)=\mathbb{E}_\pi[G_t\mid S_t=s]", width="content")
            st.latex(r"q_\pi(s,a)=\mathbb{E}_\pi[G_t\mid S_t=s,A_t=a]", width="content")
        try:
            on_the_map(mine.good_grid(here), here.view.gamma, height=330)
        except ValueError as error:
            problem(str(error), "Choose another policy or world.")
    with right:
        _text_values(here, mine)
    takeaway(
        "The text so far is a state: it has a value, and every next token moves it up or down before the end pays."
    )


def _text_values(here: Visit, mine: Returns) -> None:
    worth = mine.worth
    if mine.worth_problem:
        problem(mine.worth_problem, "The last text stays." if worth is not None else "")
    if worth is None:
        st.info("The language model is waking up.")
        return

    def restart(change: Callable[[], None]) -> None:
        change()
        mine.stale_values = True

    def looked(gamma: float) -> None:
        here.look(here.view.step, gamma)
        mine.stale_values = True

    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        st.slider(
            "gamma",
            0.0,
            1.0,
            **control(here, "values_gamma", here.view.gamma, looked),
            step=0.01,
            width=260,
        )
        if worth.slow:
            st.number_input(
                "k rollouts for each prefix",
                *ROLLOUTS,
                **control(here, "rollouts", mine.rollouts, lambda k: restart(lambda: mine.roll(k))),
                step=4,
                width=190,
            )
            if not mine.valued:
                st.button(
                    "Work it out", key="work_out", on_click=lambda: restart(lambda: setattr(mine, "valued", True))
                )
    if worth.stopped or (not worth.done and (mine.valued or not worth.slow)):
        mine.values_due = False
        st.fragment(_valuing, run_every=None if worth.stopped else TICK)()
    on_text(worth, here.view.gamma)
    how_exact(worth, here.view.gamma)


def _valuing() -> None:
    """A slice a tick, in a fragment of its own: the text stays bright."""
    mine = returns()
    if mine.stale:
        mine.stale = False
        st.rerun()
    worth = mine.worth
    if worth is None:
        return
    if worth.stopped:
        waiting("stopped", worth.progress, "Go on", lambda: mine.again(worth.go_on), key="worth_stopped")
        return
    waiting("working out the values", worth.progress, "Stop", lambda: mine.again(worth.stop), key="worth_progress")
    if not mine.values_due:
        mine.values_due = True
        return
    worth.work(SLICE)
    if worth.done or mine.refresh(f"values {id(worth)}", worth.far):
        st.rerun()
