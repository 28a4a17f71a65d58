"""What a tuning is asked for: a few controls first, all the others folded away, so that there is room for the run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import streamlit as st

from components.controls.control import control
from components.shell.plain import plain
from components.shell.shelf import TunedPolicy
from components.shell.visit import Visit
from components.tune.recipe import Recipe, Size, idle
from mdp_core.rlhf.algorithms import ALGORITHMS

FOLDED = {  # field: what it is called, what it means, the step of its arrows
    "texts": ("B texts", "texts written at every step", 8),
    "group": ("G group", "texts that are compared with each other; 0: all of the step", 4),
    "tokens": ("T tokens", "a text has at most so many", 1),
    "learning_rate": ("learning rate", "of Adam, on the adapter's numbers", 0.001),
    "temperature": ("temperature", "of the policy that writes, and of its reference", 0.1),
    "epochs": ("epochs", "how often a step goes over its texts", 1),
    "clip": ("epsilon clip", "how far the probability ratio may go from 1", 0.05),
    "clip_high": ("epsilon high", "how far above 1 the probability ratio may go", 0.05),
    "redraws": ("redraws", "how often at most a group with equal scores is drawn again", 1),
    "overlong": ("overlong", "in the last so many of T tokens a text's length costs up to 1; 0: nothing", 1),
    "lambda_": ("lambda", "of PPO's GAE, in [0, 1]", 0.05),
    "rank": ("rank r", "of the adapter: how wide it is in each layer", 1),
    "seed": ("seed", "of the draws and of the adapter's first numbers", 1),
}
REFERENCE = ("", "")  # no policy of the shelf
PENALTIES = {"reward": "in the reward", "loss": "in the loss"}


def ask_main(current: Visit, recipe: Recipe, size: Size) -> None:
    """The algorithm, beta, and the number of steps."""
    st.selectbox(
        "Algorithm",
        list(ALGORITHMS),
        **control(current, "tune_algorithm", recipe.algorithm, partial(setattr, recipe, "algorithm"), list(ALGORITHMS)),
        format_func=lambda name: ALGORITHMS[name].title,
        width=220,
    )
    _number(
        current, recipe, size, "beta", "beta", "what a nat of divergence from the reference costs, in score", 0.01, ""
    )
    _number(current, recipe, size, "steps", "steps", "each writes B texts, scores them, and moves the policy", 10, "")


def ask_start(
    current: Visit,
    kept: Sequence[TunedPolicy],
    chosen: TunedPolicy | None,
    choose: Callable[[TunedPolicy | None], None],
) -> None:
    """What a run begins with: the reference, or a policy of the shelf. Nothing is drawn where there is none."""
    if not kept:
        return
    policies = {(policy.id, policy.name): policy for policy in kept}  # a new name is a new option
    st.selectbox(
        "Start from",
        [REFERENCE, *policies],
        **control(
            current,
            "tune_from",
            REFERENCE if chosen is None else (chosen.id, chosen.name),
            lambda option: choose(policies.get(option)),
            [REFERENCE, *policies],
        ),
        format_func=lambda option: "start from the reference" if option == REFERENCE else f"start from “{option[1]}”",
        help="Where a run begins. KL is measured from the reference, the untuned model, in any case.",
        label_visibility="collapsed",
        width=270,
    )


def ask_all(current: Visit, recipe: Recipe, size: Size, start: TunedPolicy | None = None) -> None:
    """All other settings; those that change nothing are switched off and say why. `start` has a shape of its own."""
    with st.popover("All settings", key="tune_all", width=150):
        off = idle(recipe.algorithm, float(recipe.value(size, "beta")))
        targets = recipe.value(size, "targets")
        if start is not None:
            shape = start.adapter.spec
            own = "The run goes on with the adapter of the kept policy, and its shape stays what it is."
            off |= {"rank": own, "targets": own}
            targets = ", ".join(shape.targets)
        with st.container(horizontal=True, gap="small", vertical_alignment="bottom", key="tune_folded"):
            for name, (label, says, step) in FOLDED.items():
                value = start.adapter.spec.rank if start is not None and name == "rank" else None
                _number(current, recipe, size, name, label, says, step, off.get(name, ""), value)
            _choice(current, recipe, size, "penalty", "penalty", "where beta times KL is paid", PENALTIES, off)
            kinds = {"k1": "k1", "k2": "k2", "k3": "k3"}
            _choice(current, recipe, size, "estimator", "KL estimator", "of Schulman's three", kinds, off)
            st.text_input(
                "layers adapted",
                **control(current, "tune_targets", targets, partial(recipe.type, size, "targets")),
                placeholder="queries and values",
                disabled="targets" in off,
                help=off.get("targets", "the ends of their names, such as q_proj, v_proj"),
                max_chars=200,
                width=200,
            )
            if recipe.typed[size]:
                st.button(
                    "Preset", key="tune_preset", on_click=recipe.suit, args=(size,), help="the settings that work"
                )
        if recipe.value(size, "penalty") == "loss" and recipe.value(size, "estimator") == "k1":
            st.caption("k1 in the loss pulls nowhere: the expectation of its gradient is 0. k2 and k3 pull back.")


def show_loss(algorithm: str) -> None:
    """What is minimised, whom a text is compared to, and where that is written."""
    entry = ALGORITHMS[algorithm]
    st.latex(entry.formula)
    st.caption(plain(f"{entry.title}: {entry.says} {entry.source}."))


def _number(
    current: Visit, recipe: Recipe, size: Size, name: str, label: str, says: str, step: Any, off: str, given: Any = None
) -> None:
    """`given` is what holds in place of the recipe's."""
    value = recipe.value(size, name) if given is None else given
    shape: dict[str, Any] = {} if isinstance(value, int) else {"format": "%g"}
    st.number_input(
        label,
        step=step,
        **shape,
        **control(current, f"tune_{name}", value, partial(recipe.type, size, name)),
        disabled=bool(off),
        help=off or says,
        width=126,
    )


def _choice(
    current: Visit,
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
        **control(current, f"tune_{name}", recipe.value(size, name), partial(recipe.type, size, name), list(names)),
        format_func=names.__getitem__,
        disabled=name in off,
        help=off.get(name, says),
        width=150,
    )
