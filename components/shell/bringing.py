"""Bringing a file: the field for it, and what to do where this browser cannot send one."""

from __future__ import annotations

from typing import Any

import streamlit as st

from components.instruments.framed import framed
from components.shell.navigation import address_of
from components.shell.plain import plain

FRAMED = "framed"  # session state
WHY = "One Loop stands inside another site's page here, and from there a browser sends no file."


def notice_frame() -> None:
    """Learn whether this page can send files; once a run, by the page's frame. Draws nothing."""

    def notice() -> None:
        st.session_state[FRAMED] = True

    framed(key="in_a_frame", on_framed=notice)


def ask_file(label: str, **options: Any) -> None:
    """Streamlit's field for a file, with its options; where none can be sent, the way to a tab from which it can."""
    if not st.session_state.get(FRAMED):
        st.file_uploader(label, **options)
        return
    st.file_uploader(label, **options, disabled=True)
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.info(plain(f"{WHY} It can in a tab of its own."))
        st.link_button("Open in a tab of its own", address_of(st.query_params.to_dict()), icon=":material/open_in_new:")
