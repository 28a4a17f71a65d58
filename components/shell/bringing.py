"""Bringing a file: the field for it, and what to do where this browser cannot send one."""

from __future__ import annotations

from typing import Any

import streamlit as st

from components.shell.address import link_of, visit
from components.shell.in_a_frame import sends_files
from components.shell.navigation import address_of
from components.shell.plain import plain

WHY = "One Loop stands inside another page here, and from there a browser sends no file. It can in a tab of its own."


def ask_file(label: str, **options: Any) -> None:
    """Streamlit's field for a file, with its options; where none can be sent, the way to a tab from which it can."""
    if sends_files():
        st.file_uploader(label, **options)
        return
    st.file_uploader(label, **options, disabled=True)
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.info(plain(WHY))
        st.link_button("Open in a tab of its own", address_of(link_of(visit())), icon=":material/open_in_new:")
