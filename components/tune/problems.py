"""What Sums learns from, and what it is paid for: in place of the prompt, and of the score, of models that know words."""

from __future__ import annotations

from functools import partial

import streamlit as st

from components.controls.control import control
from components.shell.principle import choose_principle, principle
from components.shell.visit import Visit
from components.tune.recipe import Recipe
from mdp_core.rlhf.principle import Principle
from mdp_core.tokens.scores import ScoreSpec

DIGITS = {1: "1 digit", 2: "2 digits", 3: "3 digits", 0: "one prompt"}
PAID = {"sum": "the right answer", "form": "any answer"}


def ask_problems(current: Visit, recipe: Recipe) -> None:
    """How many digits the numbers have; 0 is one prompt, as for any model."""
    st.selectbox(
        "Problems",
        list(DIGITS),
        **control(
            current, "tune_digits", recipe.value("sums", "digits"), partial(recipe.type, "sums", "digits"), list(DIGITS)
        ),
        format_func=lambda digits: f"a + b, {DIGITS[digits]}",
        help="Every group of texts that Sums writes answers a problem of its own, drawn from up to a thousand.",
        label_visibility="collapsed",
        width=170,
    )


def ask_what_is_paid() -> None:
    """The two scores that a program can check. Any other one is on page Score."""
    kind = principle().spec.kind if principle().model is None else ""
    key = f"tune_paid {kind}"
    st.segmented_control(
        "Paid for",
        list(PAID),
        default=kind if kind in PAID else None,
        format_func=PAID.__getitem__,
        key=key,
        on_change=lambda: _pay(st.session_state.get(key)),
        label_visibility="collapsed",
        required=kind in PAID,
        width="content",
    )


def _pay(kind: str | None) -> None:
    if kind is not None:
        choose_principle(Principle(ScoreSpec(kind)))
