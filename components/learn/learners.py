"""Which learners learn, and with which numbers; what does not apply to them is switched off, and says why."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import streamlit as st

from components.controls.control import control
from components.learn.memory import MAX_SEEDS, Study
from components.shell.plain import plain
from components.shell.visit import Visit
from mdp_core.learners import LEARNERS
from mdp_core.scenarios import MAX_LEARNED_EPISODES, MAX_SEED

NUMBERS = {  # field of Learned: symbol, what it is, step
    "alpha": ("alpha", "step size: how far each update moves", 0.05),
    "alpha_v": ("alpha of v", "step size of the baseline or critic", 0.05),
    "epsilon": ("epsilon", "share of actions chosen at random, in [0, 1]", 0.05),
    "lambda_": ("lambda", "how long a visited pair goes on hearing of surprises, in [0, 1]; 0: one step", 0.1),
}


def learners(here: Visit, study: Study, problem: str, busy: bool, run: Callable[[], None]) -> None:
    """The controls; `problem` is what is wrong with them, said right below."""
    st.pills(
        "Learners",
        list(LEARNERS),
        selection_mode="multi",
        format_func=lambda name: LEARNERS[name].title,
        key=_show("learners", list(study.learners)),
        on_change=lambda: _chosen(study),
        label_visibility="collapsed",
        disabled=busy,
    )
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom", key="learning_numbers"):
        for name, (symbol, says, step) in NUMBERS.items():
            users = [LEARNERS[by].title for by in study.learners if name in LEARNERS[by].parameters]
            if name == "alpha_v" and not users:
                continue
            st.number_input(
                symbol,
                step=step,
                format="%g",
                **control(here, f"learn_{name}", float(getattr(study.asked, name)), partial(_typed, study, name)),
                disabled=busy or not users,
                help=f"{says}. " + (f"For {', '.join(users)}." if users else "None of the chosen learners has it."),
                width=118,
            )
        _whole(here, study, "episodes", study.asked.episodes, f"1 to {MAX_LEARNED_EPISODES:,}", 100, busy)
        _whole(
            here,
            study,
            "seeds",
            study.seeds,
            f"independent agents, 1 to {MAX_SEEDS}: their spread is the band",
            1,
            busy,
        )
        _whole(here, study, "seed", study.asked.seed, "the first seed; all learners have the same ones", 1, busy)
        st.button("Run", key="run", type="primary", on_click=run, disabled=busy or bool(problem), width=90)
    if problem:
        st.error(plain(problem))


def _whole(here: Visit, study: Study, name: str, value: int, says: str, step: int, busy: bool) -> None:
    st.number_input(
        name,
        step=step,
        **control(here, f"learn_{name}", value, partial(_typed, study, name)),
        help=says,
        disabled=busy,
        width=118,
    )


def _chosen(study: Study) -> None:
    chosen = st.session_state["learners"]
    study.refused = ""
    study.learners = tuple(name for name in LEARNERS if name in chosen)


def _typed(study: Study, name: str, value: Any) -> None:
    if value is None:
        return
    study.refused = ""
    if name == "seeds":
        study.seeds = value
    else:
        study.asked = replace(study.asked, **{name: value})


def wrong_numbers(study: Study) -> str:
    """What is wrong with the whole numbers, in a sentence; the others are checked where a learner is specified."""
    if not 1 <= study.seeds <= MAX_SEEDS:
        return f"seeds {study.seeds} is not between 1 and {MAX_SEEDS}: so many agents learn one beside the other."
    if not 1 <= study.asked.episodes <= MAX_LEARNED_EPISODES:
        return f"episodes {study.asked.episodes} is not between 1 and {MAX_LEARNED_EPISODES:,}: more keep you waiting."
    if not 0 <= study.asked.seed <= MAX_SEED - MAX_SEEDS:
        return f"seed {study.asked.seed} is not between 0 and {MAX_SEED - MAX_SEEDS:,}; any of those will do."
    return ""


def _show(key: str, value: object) -> str:
    """The key of a widget that shows `value`."""
    if st.session_state.get(key) != value:
        st.session_state[key] = value
    return key
