"""Which learners learn, and with which numbers; what does not apply to them is switched off, and says why."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from components.controls.control import control, key_showing
from components.learn.memory import MAX_SEEDS, LearnMemory
from components.shell.plain import plain
from components.shell.visit import Visit
from mdp_core.learners import LEARNERS
from mdp_core.scenarios import MAX_LEARNED_EPISODES

SHARES = {  # field of Learned: symbol, what it is, step
    "alpha": ("alpha", "step size: how far each update moves", 0.05),
    "alpha_v": ("alpha of v", "step size of the baseline or critic", 0.05),
    "epsilon": ("epsilon", "share of actions chosen at random, in [0, 1]", 0.05),
    "lambda_": ("lambda", "how long a visited pair goes on hearing of surprises, in [0, 1]; 0: one step", 0.1),
}
COUNTS = {  # the same of whole numbers
    "episodes": (f"1 to {MAX_LEARNED_EPISODES:,}", 100),
    "seeds": (f"independent agents, 1 to {MAX_SEEDS}: their spread is the band", 1),
    "seed": ("the first seed; all learners have the same ones", 1),
}


def ask_learners(current: Visit, memory: LearnMemory, problem: str, busy: bool, run: Callable[[], None]) -> None:
    """The controls; `problem` is what is wrong with them, said right below."""
    st.pills(
        "Learners",
        list(LEARNERS),
        selection_mode="multi",
        format_func=lambda name: LEARNERS[name].title,
        key=key_showing("learners", list(memory.learners)),
        on_change=lambda: memory.choose_learners(st.session_state["learners"]),
        label_visibility="collapsed",
        disabled=busy,
    )

    def number(label: str, name: str, step: float, says: str, disabled: bool) -> None:
        value = memory.number(name)
        st.number_input(
            label,
            step=step,
            format="%g" if isinstance(value, float) else None,
            **control(current, f"learn_{name}", value, lambda typed: memory.set_number(name, typed)),
            disabled=disabled,
            help=says,
            width=118,
        )

    with st.container(horizontal=True, gap="small", vertical_alignment="bottom", key="learning_numbers"):
        for name, (symbol, says, step) in SHARES.items():
            users = [LEARNERS[by].title for by in memory.learners if name in LEARNERS[by].parameters]
            if name == "alpha_v" and not users:
                continue
            whose = f"For {', '.join(users)}." if users else "None of the chosen learners has it."
            number(symbol, name, step, f"{says}. {whose}", busy or not users)
        for name, (says, step) in COUNTS.items():
            number(name, name, step, says, busy)
        st.button("Run", key="run", type="primary", on_click=run, disabled=busy or bool(problem), width=90)
    if problem:
        st.error(plain(problem))
