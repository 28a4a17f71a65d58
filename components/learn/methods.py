"""The exact methods: what one of them does, a button each, and what came out."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import streamlit as st

from components.controls.control import control
from components.instruments.drawing.figures import signed_digits
from components.learn.memory import LearnMemory
from components.shell.carried import since_link
from components.shell.plain import plain
from components.shell.visit import Visit
from mdp_core.grid.world import END
from mdp_core.solvers.solving import (
    MAX_HORIZON,
    Knowledge,
    Reports,
    Solving,
    evaluation,
    improvement,
    iteration_of_policies,
    iteration_of_values,
    looking_ahead,
)

Method = Callable[[Knowledge], Reports]
Press = Callable[[Method], None]  # begins a method

_LOOK = r"\sum_{s',r} p(s',r\mid s,a)\,[\,r+\gamma\,v_k(s')\,]"
_ITERATION = r"v_{k+1}(s)=\max_a" + _LOOK
FORMULAS = {
    "policy evaluation": r"v_{k+1}(s)=\sum_a \pi(a\mid s)" + _LOOK,
    "policy improvement": r"\pi'(s)=\arg\max_a" + _LOOK.replace("v_k", "v"),
    "policy iteration": r"\pi_0\to v_{\pi_0}\to\pi_1\to v_{\pi_1}\to\cdots\to\pi_*\to v_*",
    "backward induction": r"v_{k+1}(s)=\max_a" + _LOOK.replace(r"\gamma\,", ""),
}
METHODS: tuple[tuple[str, str, Method, str], ...] = (  # label, key, what it begins, what it does
    ("Evaluate the policy", "evaluate", evaluation, "How good are these arrows? v of this very policy"),
    ("Improve the policy", "improve", improvement, "In every state, the action that v says is best"),
    ("Value iteration", "values", iteration_of_values, "From v = 0, sweep after sweep, to v*"),
    ("Policy iteration", "policies", iteration_of_policies, "From a random policy: evaluate, improve, again"),
)


def looks_ahead(known: Knowledge) -> bool:
    """Whether the values are those of a number of steps to go."""
    return known.method.startswith("backward induction")


def draw_formula(known: Knowledge) -> None:
    """The update that the film on the board repeats."""
    st.latex(FORMULAS.get("backward induction" if looks_ahead(known) else known.method, _ITERATION))


def offer_methods(press: Press, busy: bool) -> None:
    """A button for each method."""
    columns = [*st.columns(2), *st.columns(2)]
    for column, (label, key, method, says) in zip(columns, METHODS, strict=True):
        column.button(
            label,
            key=f"solve_{key}",
            on_click=press,
            args=(method,),
            help=says,
            disabled=busy,
            type="primary" if key in ("values", "policies") else "secondary",
            width="stretch",
        )


def offer_horizon(current: Visit, memory: LearnMemory, press: Press, busy: bool) -> None:
    """Without an end the sum of finitely many rewards still exists: how many steps to look ahead."""
    horizon = memory.horizon
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        st.number_input(
            "Horizon: steps to go",
            1,
            MAX_HORIZON,
            step=1,
            **control(current, "horizon", horizon, lambda steps: setattr(memory, "horizon", steps or horizon)),
            width=150,
        )
        st.button(
            f"Look {horizon} steps ahead",
            key="look_ahead",
            on_click=press,
            args=(partial(looking_ahead, horizon=horizon),),
            disabled=busy,
        )


def ask_improvements(memory: LearnMemory, solving: Solving, press: Press) -> None:
    """How many improvements does policy iteration take? First the visitor's guess, then the count."""
    known, busy, guessed = solving.known, solving.work.busy, memory.guess
    if guessed is not None and known.improvements is not None and not busy:
        took = known.improvements
        sweeps = f"; value iteration took {known.sweeps} sweeps" if known.sweeps else ""
        verdict = "Exactly" if took == guessed else "Fewer than you said" if took < guessed else "More than you said"
        st.success(plain(f"{verdict}: {_improvements(took)}, and you said {guessed}{sweeps}."))
        return
    states = sum(cell != END for cell in known.world.states)
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        guess = st.number_input(
            f"Predict: {states} states, 4 actions each. How many improvements until policy iteration is done?",
            0,
            999,
            step=1,
            value=None,
            key=since_link("guess_improvements"),
            placeholder="your guess",
        )

        def check() -> None:
            memory.guess = guess
            press(iteration_of_policies)

        st.button("Check", key="check_improvements", on_click=check, disabled=guess is None or busy)


def tell_outcome(known: Knowledge) -> None:
    """The sentence to take away from the film that is on the board."""
    sentence = _outcome(known)
    if sentence:
        st.info(plain(sentence))


def _outcome(known: Knowledge) -> str:
    wave = known.wave
    if wave is not None and not wave.felt:
        return "Nothing changes: no value depends on that cell."
    if wave is not None:
        anew = f" (from v = 0 it takes {wave.anew})" if wave.anew else ""
        return (
            f"The change ran through in {wave.sweeps} sweeps{anew}; {wave.felt} of {wave.states} states felt it, by "
            f"{signed_digits(wave.largest)} at most. News travels one step per sweep."
        )
    if known.method == "value iteration":
        return (
            f"{known.sweeps} cheap sweeps, and v = v*: news travels one step per sweep, and the arrows are right long "
            "before the values are."
        )
    if known.method == "policy iteration" and known.improvements is not None:
        return f"{_improvements(known.improvements)}, each on exact values, and no arrow changes: that is v*."
    if known.method == "policy evaluation":
        return "That is what these arrows are worth. Now improve them: each arrow to its best neighbour."
    if known.method == "policy improvement":
        return "Better arrows, old values. Evaluate again: at least as good in every state."
    if looks_ahead(known):
        return "With so many steps to go: the best arrow may depend on how much time is left."
    return ""


def _improvements(n: int) -> str:
    return f"{n} improvement{'' if n == 1 else 's'}"
