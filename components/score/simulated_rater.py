"""The rater that stands in where nobody clicks: what it chooses, how strictly, and marked as simulated."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from components.score.preferences import AT_ONCE, MOST_RATIONAL, Preferences

STYLE = Path(__file__).parent / "simulated_rater.css"


def ask_simulated_rater(choices: Preferences, ready: bool) -> None:
    """Its controls; `ready`: there are texts to choose between."""
    st.html(STYLE)
    with st.container(key="simulated"):
        st.html(f'<div class="simulated-head">Simulated rater no. {choices.rater + 1}, with a hidden taste</div>')
        st.caption("No person: a formula that nobody sees, and a coin that leans towards what it likes.")
        st.button(
            f"Let the simulated rater make {AT_ONCE} choices",
            key="simulate",
            type="primary",
            on_click=choices.simulate,
            disabled=not ready,
        )
        st.latex(r"\Pr(\text{one chosen})=\sigma\big(\kappa\,(r_{\text{one}}-r_{\text{other}})\big)")
        key = (
            f"rationality {choices.met}" if choices.met else "rationality"
        )  # a rater that came has a control of its own
        st.slider(
            f"rationality kappa: 0 tosses a coin, {MOST_RATIONAL:g} hardly errs",
            0.0,
            MOST_RATIONAL,
            value=choices.rationality,
            step=0.5,
            key=key,
            on_change=lambda: choices.make_rational(st.session_state[key]),
        )
        with st.container(horizontal=True, gap="small", key="simulated_more"):
            st.button("Another rater", key="other_rater", on_click=choices.other_rater)
            simulated = any(choice.simulated for choice in choices.choices)
            st.button(
                "Forget its choices",
                key="forget_simulated",
                on_click=lambda: choices.forget(simulated=True),
                disabled=not simulated,
            )
            st.button(
                "Forget yours",
                key="forget_own",
                on_click=lambda: choices.forget(simulated=False),
                disabled=not (choices.stars or any(not choice.simulated for choice in choices.choices)),
            )
