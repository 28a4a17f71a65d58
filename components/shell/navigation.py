"""Which pages there are, and how one is left for another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NoReturn
from urllib.parse import urlencode, urlsplit, urlunsplit

import streamlit as st

from components.shell.plain import plain


def navigation(pages: Sequence[st.Page]) -> st.Page:
    """The bar with all pages; returns the one that the address names."""
    st.session_state["pages"] = {page.title: page for page in pages}
    return st.navigation(pages, position="top")


def show(page: st.Page) -> None:
    """Run the page. Where the memory for a model's numbers does not suffice, a sentence says so, below what is there."""
    try:
        page.run()
    except MemoryError as error:
        st.error(plain(str(error) or "There was not enough memory for this; what was done before is kept."))


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
    return address_of({}, "").rstrip("/") if st.context.url else ""


def address_of(query: Mapping[str, str], path: str | None = None) -> str:
    """The address of the page that is shown, with these parameters, as the visitor's browser calls it: behind a proxy, and
    below a base path. With `path` it is another page's of this app; that of the first page is empty.
    """
    return placed(st.context.url or "", paths(), query, path)


def placed(url: str, paths: Sequence[str], query: Mapping[str, str], path: str | None = None) -> str:
    """The same for an app whose pages are at `paths`, where `url` is that of the shown one."""
    parts = urlsplit(url)
    root, _, last = parts.path.rstrip("/").rpartition("/")
    if last not in paths:  # the first page, which has no path of its own
        root, last = parts.path.rstrip("/"), ""
    here = f"{root}/{last if path is None else path}"
    return urlunsplit((parts.scheme, parts.netloc, here, urlencode(query), ""))
