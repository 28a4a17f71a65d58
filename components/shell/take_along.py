"""Take along: what a page shows, as files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePath

import streamlit as st

from components.shell.file_button import offer_file


@dataclass(frozen=True)
class Souvenir:
    """A file that is made when it is asked for: in a thread of its own, where there is no session state."""

    label: str
    says: str  # what it is good for
    name: str  # of the file
    make: Callable[[], str | bytes]


def offer_to_take_along(*souvenirs: Souvenir, key: str, also: Callable[[], None] = lambda: None) -> None:
    """A popover with a button for every file, and what else is to be had there. A download changes nothing on the page."""
    with st.popover("Take along", key=key, width=118):
        for souvenir in souvenirs:
            kind = PurePath(souvenir.name).suffix  # the name may have a seed in it, and another one is the same button
            offer_file(souvenir.label, souvenir.name, souvenir.make, key=f"{key} {kind}", width="stretch")
            st.caption(souvenir.says)
        also()
