"""Which pages there are, and how one is left for another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NoReturn
from urllib.parse import urlsplit

import streamlit as st


def navigation(pages: Sequence[st.Page]) -> st.Page:
    """The bar with all pages; returns the one that the address names."""
    st.session_state["pages"] = {page.title: page for page in pages}
    return st.navigation(pages, position="top")


def go_to(title: str, query: Mapping[str, str] | None = None) -> NoReturn:
    """Leave this page for the one of that title, with these parameters in its address."""
    st.switch_page(st.session_state["pages"][title], query_params=None if query is None else dict(query))


def titles() -> tuple[str, ...]:
    """The titles of all pages."""
    return tuple(st.session_state["pages"])


def paths() -> tuple[str, ...]:
    """Where all pages but the first are, below the app's address."""
    return tuple(page.url_path for page in st.session_state.get("pages", {}).values() if page.url_path)


def app_address() -> str:
    """The app's own address as this browser has it, with the base path where there is one and without a slash at its end."""
    parts = urlsplit(st.context.url or "")
    path = parts.path.rstrip("/")
    before, _, last = path.rpartition("/")
    return f"{parts.scheme}://{parts.netloc}{before if last in paths() else path}" if parts.netloc else ""
