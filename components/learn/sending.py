"""Sending what was found to the Stage, where it walks."""

from __future__ import annotations

import streamlit as st

from components.shell.address import visit
from components.shell.navigation import go_to
from components.shell.visit import Visit
from mdp_core.scenarios import Learned


def offer_to_send(what: str, learned: Learned, *, key: str, why_not: str | None = None) -> None:
    """A button that goes to the Stage with a policy; `why_not` is why it cannot be pressed."""
    label, icon = f"Send to the Stage: {what}", ":material/play_arrow:"
    if st.button(label, key=key, icon=icon, disabled=why_not is not None, help=why_not):
        send(visit(), learned)
        go_to("Stage")


def send(current: Visit, learned: Learned) -> None:
    """Put what was found onto the Stage, at its beginning."""
    current.change_grid(policy="learned", learned=learned, forced=())
    current.past["grid"].clear()
    current.show(0)
