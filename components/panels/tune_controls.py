"""What a tuning is asked for: a few controls first, all the others folded away, so that there is room for the run."""

from __future__ import annotations

from functools import partial
from typing import Any

import streamlit as st

from components.session.control import control
from components.session.plain import plain
from components.session.recipe import Recipe, Size, idle
from components.session.visit import Visit
from mdp_core.rlhf.algorithms import ALGORITHMS

FOLDED = {  # field: what it is called, what it means, the step of its arrows
    "texts": ("B texts", "texts written at every step", 8),
    "group": ("G group", "texts that are compared with each other; 0: all of the step", 4),
    "tokens": ("T tokens", "a text has at most so many", 1),
    "learning_rate": ("learning rate", "of Adam, on the adapter's numbers", 0.001),
    "temperature": ("temperature", "of the policy that writes, and of its reference", 0.1),
    "epochs": ("epochs", "how often a step goes over its texts", 1),
    "clip": ("epsilon clip", "how far the probability ratio may go from 1", 0.05),
    "lambda_": ("lambda", "of PPO's GAE, in [0, 1]", 0.05),
    "rank": ("rank r", "of the adapter: B A has so many dimensions a layer", 1),
    "seed": ("seed", "of the draws and of the adapter's first numbers", 1),
}
PENALTIES = {"reward": "in the reward", "loss": "in the loss"}


def main_controls(here: Visit, recipe: Recipe, size: Size) -> None:
    """The algorithm, beta, and the number of steps."""
    st.selectbox(
        "Algorithm",
        list(ALGORITHMS),
        **control(here, "tune_algorithm", recipe.algorithm, partial(setattr, recipe, "algorithm"), list(ALGORITHMS)),
        format_func=lambda name: ALGORITHMS[name].title,
        width=220,
    )
    _number(here, recipe, size, "beta", "beta", "what a nat of divergence from the reference costs, in score", 0.01, "")
    _number(here, recipe, size, "steps", "steps", "each writes B texts, scores them, and moves the policy", 10, "")


def folded_controls(here: Visit, recipe: Recipe, size: Size) -> None:
    """All other settings; those that change nothing are switched off and say why."""
    with st.popover("All settings", key="tune_all", width=150):
        off = idle(recipe.algorithm, float(recipe.value(size, "beta")))
        with st.container(horizontal=True, gap="small", vertical_alignment="bottom", key="tune_folded"):
            for name, (label, says, step) in FOLDED.items():
                _number(here, recipe, size, name, label, says, step, off.get(name, ""))
            _choice(here, recipe, size, "penalty", "penalty", "where beta times KL is paid", PENALTIES, off)
            kinds = {"k1": "k1", "k2": "k2", "k3": "k3"}
            _choice(here, recipe, size, "estimator", "KL estimator", "of Schulman's three", kinds, off)
            st.text_input(
                "layers adapted",
                **control(here, "tune_targets", recipe.value(size, "targets"), partial(recipe.type, size, "targets")),
                placeholder="queries and values",
                help="the ends of their names, such as q_proj, v_proj",
                max_chars=200,
                width=200,
            )
            if recipe.typed[size]:
                st.button(
                    "Preset", key="tune_preset", on_click=recipe.suit, args=(size,), help="the settings that work"
                )
        if recipe.value(size, "penalty") == "loss" and recipe.value(size, "estimator") == "k1":
            st.caption("k1 in the loss pulls nowhere: the expectation of its gradient is 0. k2 and k3 pull back.")


def loss_of(algorithm: str) -> None:
    """What is minimised, whom a text is compared to, and where that is written."""
    known = ALGORITHMS[algorithm]
    st.latex(known.formula)
    st.caption(plain(f"{known.title}: {known.says} {known.source}."))


def _number(here: Visit, recipe: Recipe, size: Size, name: str, label: str, says: str, step: Any, off: str) -> None:
    value = recipe.value(size, name)
    shape: dict[str, Any] = {} if isinstance(value, int) else {"format": "%g"}
    st.number_input(
        label,
        step=step,
        **shape,
        **control(here, f"tune_{name}", value, partial(recipe.type, size, name)),
        disabled=bool(off),
        help=off or says,
        width=126,
    )


def _choice(
    here: Visit,
    recipe: Recipe,
    size: Size,
    name: str,
    label: str,
    says: str,
    names: dict[str, str],
    off: dict[str, str],
) -> None:
    st.selectbox(
        label,
        list(names),
        **control(here, f"tune_{name}", recipe.value(size, name), partial(recipe.type, size, name), list(names)),
        format_func=names.__getitem__,
        disabled=name in off,
        help=off.get(name, says),
        width=150,
    )
