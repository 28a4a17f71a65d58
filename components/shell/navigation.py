"""Which pages there are, and how one is left for another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NoReturn

import streamlit as st


def navigation(pages: Sequence[st.Page]) -> st.Page:
    """The bar with all pages; returns the one that the address names."""
    st.session_state["pages"] = {page.title: page for page in pages}
    return st.navigation(pages, position="top")


def go_to(title: str) -> NoReturn:
    """Leave this page for the one of that title."""
    st.switch_page(st.session_state["pages"][title])
