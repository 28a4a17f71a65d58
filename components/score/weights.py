"""Ready-made scores and how much each counts: sliders that write the formula."""

from __future__ import annotations

from functools import partial

import streamlit as st

from components.controls.control import control
from components.score.scoring import Scoring
from components.shell.visit import Visit
from mdp_core.tokens.formula.weights import READY_MADES

MOST = 3.0  # of a weight


def ask_weights(current: Visit, memory: Scoring) -> None:
    """One slider for each; they stand still, and say so, while the formula is more than they can show."""
    shown = memory.weighted and all(abs(weight) <= MOST for weight in memory.sum.weights.values())
    with st.container(key="score_wished", horizontal=True, gap="small"):
        st.text_input(
            "wished-for word",
            **control(
                current, "score_word", memory.sum.word, lambda word: memory.wish(word=word) if word.split() else None
            ),
            max_chars=60,
            disabled=not shown,
            width=170,
        )
        st.number_input(
            "wished-for length, words",
            1,
            200,
            **control(current, "score_length", memory.sum.length, lambda n: memory.wish(length=n) if n else None),
            step=1,
            disabled=not shown,
            width=170,
        )
    columns = st.columns(3, gap="small")
    for i, (name, ready) in enumerate(READY_MADES.items()):
        weight = memory.sum.weights.get(name, 0.0) if shown else 0.0
        with columns[i % 3]:
            st.slider(
                name,
                -MOST,
                MOST,
                **control(current, f"weight_{name}", float(weight), partial(memory.weigh, name)),
                step=0.1,
                help=ready.says,
                disabled=not shown,
            )
    if not shown:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.info(
                "This formula is more than a weighted sum of ready-made scores, so the sliders stand still.",
                width="stretch",
            )
            st.button("Back to the sliders", key="score_sliders", on_click=lambda: memory.set(memory.sum.formula()))
