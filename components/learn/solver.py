"""The exact methods: what one of them does, a button each, and what came out."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from components.controls.control import control
from components.learn.memory import Study
from components.learn.solving import MAX_HORIZON, Solving
from components.shell.plain import plain
from components.shell.visit import Visit
from mdp_core.grid.world import END

_LOOK = r"\sum_{s',r} p(s',r\mid s,a)\,[\,r+\gamma\,v_k(s')\,]"
FORMULAS = {
    "evaluation": r"v_{k+1}(s)=\sum_a \pi(a\mid s)" + _LOOK,
    "improvement": r"\pi'(s)=\arg\max_a" + _LOOK.replace("v_k", "v"),
    "iteration": r"v_{k+1}(s)=\max_a" + _LOOK,
    "backward": r"v_{k+1}(s)=\max_a" + _LOOK.replace(r"\gamma\,", ""),
}


def formula(method: str) -> None:
    """The update that the film on the board repeats."""
    if method.startswith("policy iteration"):
        st.latex(r"\pi_0\to v_{\pi_0}\to\pi_1\to v_{\pi_1}\to\cdots\to\pi_*\to v_*")
        return
    names = {"policy evaluation": "evaluation", "policy improvement": "improvement"}
    kind = "backward" if method.startswith("backward") else names.get(method, "iteration")
    st.latex(FORMULAS[kind])


def solver(solving: Solving, press: Callable[[Callable[[], None]], None]) -> None:
    """A button for each method; `press` is handed what the pressed one begins."""
    (one, two), (three, four) = st.columns(2), st.columns(2)
    buttons = (
        (one, "Evaluate the policy", "evaluate", solving.evaluate, "How good are these arrows? v of this very policy"),
        (two, "Improve the policy", "improve", solving.improve, "In every state, the action that v says is best"),
        (three, "Value iteration", "values", solving.iterate_values, "From v = 0, sweep after sweep, to v*"),
        (
            four,
            "Policy iteration",
            "policies",
            solving.iterate_policies,
            "From a random policy: evaluate, improve, again",
        ),
    )
    for column, label, key, begin, says in buttons:
        column.button(
            label,
            key=f"solve_{key}",
            on_click=press,
            args=(begin,),
            help=says,
            disabled=solving.busy,
            type="primary" if key in ("values", "policies") else "secondary",
            width="stretch",
        )


def horizon(here: Visit, study: Study, solving: Solving, press: Callable[[Callable[[], None]], None]) -> None:
    """Without an end the sum of finitely many rewards still exists: how many steps to look ahead."""
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        st.number_input(
            "Horizon: steps to go",
            1,
            MAX_HORIZON,
            step=1,
            **control(here, "horizon", study.horizon, lambda steps: setattr(study, "horizon", steps or study.horizon)),
            width=150,
        )
        st.button(
            f"Look {study.horizon} steps ahead",
            key="look_ahead",
            on_click=press,
            args=(lambda: solving.look_ahead(study.horizon),),
            disabled=solving.busy,
        )


def prediction(study: Study, solving: Solving, press: Callable[[Callable[[], None]], None]) -> None:
    """How many improvements does policy iteration take? First the visitor's guess, then the count."""
    if study.guess is not None and solving.improvements is not None and not solving.busy:
        took, said = solving.improvements, study.guess
        sweeps = f"; value iteration took {solving.sweeps} sweeps" if solving.sweeps else ""
        verdict = "Exactly" if took == said else "Fewer than you said" if took < said else "More than you said"
        st.success(plain(f"{verdict}: {took} improvement{'' if took == 1 else 's'}, and you said {said}{sweeps}."))
        return
    states = sum(cell != END for cell in solving.world.states)
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        st.number_input(
            f"Predict: {states} states, 4 actions each. How many improvements until policy iteration is done?",
            0,
            999,
            step=1,
            value=None,
            key="guess_improvements",
            placeholder="your guess",
        )
        guess = st.session_state.get("guess_improvements")

        def check() -> None:
            study.guess = guess
            press(solving.iterate_policies)

        st.button("Check", key="check_improvements", on_click=check, disabled=guess is None or solving.busy)


def outcome(solving: Solving) -> None:
    """The sentence to take away from the film that is on the board."""
    wave = solving.wave
    if wave is not None:
        if not wave.felt:
            said = "Nothing changes: no value depends on that cell."
        else:
            anew = f" (from v = 0 it takes {wave.anew})" if wave.anew else ""
            said = (
                f"The change ran through in {wave.sweeps} sweeps{anew}; {wave.felt} of "
                f"{wave.states} states felt it, by {_signed(wave.largest)} at most. News travels one step per sweep."
            )
        st.info(plain(said))
    elif solving.method == "value iteration":
        st.info(
            plain(
                f"{solving.sweeps} cheap sweeps, and v = v*: news travels one step per sweep, and the arrows are right long "
                "before the values are."
            )
        )
    elif solving.method == "policy iteration":
        n = solving.improvements
        st.info(
            plain(f"{n} improvement{'' if n == 1 else 's'}, each on exact values, and no arrow changes: that is v*.")
        )
    elif solving.method == "policy evaluation":
        st.info("That is what these arrows are worth. Now improve them: each arrow to its best neighbour.")
    elif solving.method == "policy improvement":
        st.info("Better arrows, old values. Evaluate again: at least as good in every state.")
    elif solving.method.startswith("backward"):
        st.info("With so many steps to go: the best arrow may depend on how much time is left.")


def _signed(value: float) -> str:
    return f"{value:+.3g}".replace("-", "−")
