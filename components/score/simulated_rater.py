"""The rater that stands in where nobody clicks: what it chooses, how strictly, and marked as simulated."""

from __future__ import annotations

import streamlit as st

from components.score.preferences import AT_ONCE, MOST_RATIONAL, Preferences

CSS = """
.st-key-simulated { border: 2px dashed color-mix(in srgb, currentColor 55%, transparent); border-radius: 10px;
  padding: 10px 12px; background: repeating-linear-gradient(45deg,
  color-mix(in srgb, currentColor 5%, transparent) 0 6px, transparent 6px 14px); }
.simulated-head { font-size: 17px; font-weight: 700; }
"""


def simulated_rater(mine: Preferences, ready: bool) -> None:
    """Its controls; `ready`: there are texts to choose between."""
    st.html(f"<style>{CSS}</style>")
    with st.container(key="simulated"):
        st.html(f'<div class="simulated-head">Simulated rater no. {mine.rater + 1}, with a hidden taste</div>')
        st.caption("No person: a formula that nobody sees, and a coin that leans towards what it likes.")
        st.button(
            f"Let the simulated rater make {AT_ONCE} choices",
            key="simulate",
            type="primary",
            on_click=mine.simulate,
            disabled=not ready,
        )
        st.latex(r"P(\text{one chosen})=\sigma\big(\kappa\,(r_{\text{one}}-r_{\text{other}})\big)")
        key = f"rationality {mine.met}" if mine.met else "rationality"  # a rater that came has a control of its own
        st.slider(
            f"rationality kappa: 0 tosses a coin, {MOST_RATIONAL:g} hardly errs",
            0.0,
            MOST_RATIONAL,
            value=mine.rationality,
            step=0.5,
            key=key,
            on_change=lambda: mine.make_rational(st.session_state[key]),
        )
        with st.container(horizontal=True, gap="small", key="simulated_more"):
            st.button("Another rater", key="other_rater", on_click=mine.other_rater)
            simulated = any(choice.simulated for choice in mine.choices)
            st.button(
                "Forget its choices",
                key="forget_simulated",
                on_click=lambda: mine.forget(simulated=True),
                disabled=not simulated,
            )
            st.button(
                "Forget yours",
                key="forget_own",
                on_click=lambda: mine.forget(simulated=False),
                disabled=not (mine.stars or any(not choice.simulated for choice in mine.choices)),
            )
