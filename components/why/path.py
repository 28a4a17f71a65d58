"""The path from weights to a score, token by token, and what `backward` answers on it."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from components.instruments.gradient_path import Bar, Leg, Station, gradient_path
from components.shell.plain import plain
from mdp_core.rlhf.gradient_walk import CALLS

if TYPE_CHECKING:
    from mdp_core.rlhf.backprop import Backward
    from mdp_core.rlhf.gradient_walk import GradientWalk, Passed
    from mdp_core.tokens.language_model import LanguageModel

STYLE = Path(__file__).parent / "path.css"
TOP = 3  # tokens of which the numbers are shown
NAMES = {
    "log_probability": "log π(a|s) of the drawn token",
    "token": "(a − a*)² of the token's id",
    "score": "r: the score of the text",
}
GUESSES = ("only log π(a|s)", "log π(a|s) and the score", "all three", "none of them")
_WORKING = (("log_probability",), ("log_probability", "score"), CALLS, ())


def draw_path(
    model: LanguageModel, walked: GradientWalk, t: int, passed: Passed, called: set[str], scored: str
) -> None:
    """Draw it for token `t`; of the way back only what was `called`."""
    forth = passed.forth
    logp = passed.back["log_probability"]
    has_gradient = logp.works and "log_probability" in called
    top = np.argsort(-forth.probabilities, kind="stable")[:TOP].tolist()
    shown = top if forth.token in top else [*top[: TOP - 1], forth.token]
    z0 = float(forth.logits.min())

    def word(token: int) -> str:
        return model.named(token)

    def back(symbol: str, length: float) -> str:
        return f"|∂ log π / ∂{symbol}| = {_figure(length)}" if has_gradient else ""

    def ended(call: str) -> dict[str, Any]:
        stops = call in called and not passed.back[call].works
        return {"back": "no gradient" if stops else "", "stops": stops}

    stations = [
        Station(
            "θ weights",
            "weights",
            f"{forth.parameters:,} numbers, |θ| = {_figure(forth.weights)}",
            back=back("θ", logp.weights),
        ),
        Station(
            "z logits",
            "policy",
            f"{len(forth.logits)} numbers, one a token",
            [Bar(word(i), float(forth.logits[i]) - z0, _figure(forth.logits[i]), i == forth.token) for i in shown],
            back=back("z", logp.logits),
        ),
        Station(
            "π(·|s) distribution",
            "policy",
            "softmax: they sum to 1",
            [
                Bar(word(i), float(forth.probabilities[i]), f"{forth.probabilities[i]:.3f}", i == forth.token)
                for i in shown
            ],
            back=back("π", logp.distribution),
        ),
        Station(
            "a token",
            "action",
            f"u = {forth.u:.3f} falls on “{word(forth.token)}”: id {forth.token}, a whole number",
            **ended("token"),
        ),
        Station("text", "state", f"“{walked.text}”"),
        Station(
            "r score",
            "reward",
            f"{_figure(walked.score)} by {scored}: a number from outside, as a person’s stars are",
            **ended("score"),
        ),
    ]
    flows = "flows" if has_gradient else "unknown"
    legs = [
        Leg("network", flows, "gradient" if has_gradient else "?"),
        Leg("softmax", flows, "gradient" if has_gradient else "?"),
        _wall("draw", "token", called, passed, "the draw"),
        _wall("append", "score", called, passed, "only words"),
        _wall("read", "score", called, passed, "black box"),
    ]
    gradient_path(
        stations, legs, key="gradient_path", name="From the weights to the score, and the gradient's way back"
    )


def _wall(name: str, call: str, called: set[str], passed: Passed, why: str) -> Leg:
    if call not in called:
        return Leg(name, "unknown", "?")
    return Leg(name, "flows", "gradient") if passed.back[call].works else Leg(name, "stops", why)


def answer(passed: Passed) -> tuple[int, str]:
    """The right one of GUESSES, and why: found by calling `backward` on all three."""
    working = tuple(name for name in CALLS if passed.back[name].works)
    right = _WORKING.index(working) if working in _WORKING else len(GUESSES) - 1
    return right, "The draw makes a whole number of a distribution, and the score is a number that comes from outside."


def offer_calls(passed: Passed, called: set[str], enabled: bool, call: Callable[[str], None]) -> None:
    """A button for each of the three, and what torch answered, in its own words."""
    st.html(STYLE)
    for name in CALLS:
        with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"row_{name}"):
            st.button(
                plain(f"backward() on {NAMES[name]}"),
                key=f"call_{name}",
                on_click=call,
                args=(name,),
                disabled=not enabled,
                help=None if enabled else "First say what you expect.",
            )
            if name in called:
                tone = "flows" if passed.back[name].works else "stops"
                st.html(f'<code class="torch {tone}">{escape(answered(passed.back[name]))}</code>')


def answered(back: Backward) -> str:
    """What came of a call: the gradient's length, or the exception as a console shows it."""
    return f"|∂/∂θ| = {_figure(back.weights)}" if back.works else f"RuntimeError: {back.error}"


def _figure(value: float) -> str:
    """Three digits, a real minus sign."""
    size = abs(float(value))
    text = f"{size:.0f}" if size >= 100 else f"{size:.3g}" if size >= 0.001 or size == 0 else f"{size:.1e}"
    return ("−" if value < 0 else "") + text
