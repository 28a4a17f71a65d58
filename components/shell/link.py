"""The link to what is on the Stage: to copy, and as a picture for the phones in the room."""

from __future__ import annotations

from urllib.parse import urlsplit

import streamlit as st

from components.shell.address import link_of
from components.shell.navigation import address_of
from components.shell.plain import plain
from components.shell.qr import draw_qr
from components.shell.shelf import shelf
from components.shell.visit import Visit

OPEN = "link"  # session state: is the popover open
LOCAL = ("localhost", "127.0.0.1", "::1", "[::1]")


def offer_link(visit: Visit) -> None:
    """The link is made when this is opened: it is what is seen then."""
    with st.popover("Link", key=OPEN, on_change="rerun", width=80):
        if not st.session_state.get(OPEN):
            return
        policy = shelf().get(visit.scenario.text.model)
        if policy is None:
            st.caption("Everything on the Stage is in this address: it shows the same picture elsewhere.")
        else:
            said = f"“{policy.name}” lives in this tab, so that this address names the model under it. "
            st.caption(plain(said + "Save its adapter on page Tune to take it along."))
        address = address_of(link_of(visit))
        st.code(address, language=None, wrap_lines=True)
        if urlsplit(address).hostname in LOCAL:
            st.caption("It begins with the name of this machine for itself: it opens here only.")
        draw_qr(address)
