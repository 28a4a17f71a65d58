"""Take along: what a page shows, as files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePath

import streamlit as st

from components.server.made_files import lasting

KINDS = {".html": "text/html", ".csv": "text/csv", ".ipynb": "application/x-ipynb+json", ".zip": "application/zip"}


@dataclass(frozen=True)
class Souvenir:
    """A file that is made when it is asked for: in a thread of its own, where there is no session state."""

    label: str
    says: str  # what it is good for
    name: str  # of the file; it ends with one of KINDS
    make: Callable[[], str | bytes]


def offer_to_take_along(*souvenirs: Souvenir, key: str, also: Callable[[], None] = lambda: None) -> None:
    """A popover with a button for every file, and what else is to be had there. A download changes nothing on the page."""
    with st.popover("Take along", key=key, width=118):
        for souvenir in souvenirs:
            kind = KINDS[PurePath(souvenir.name).suffix]
            st.download_button(
                souvenir.label,
                lasting(souvenir.make, souvenir.name, kind),
                souvenir.name,
                kind,
                key=f"{key} {souvenir.name.rsplit('.', 1)[-1]}",
                on_click="ignore",
                icon=":material/download:",
                width="stretch",
            )
            st.caption(souvenir.says)
        also()
