"""A button that saves a file: a link to where the file is made."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Literal

import streamlit as st

from components.server.made_files import MadeFile, TabFiles
from components.shell.navigation import app_address

FILES = "made files"  # session state


def offer_file(
    label: str,
    name: str,
    make: Callable[[], str | bytes] | None,
    *,
    key: str,
    says: str = "",
    width: Literal["content", "stretch"] = "content",
) -> None:
    """Draw the button for a file of that name, which `make` gives when it is pressed; without `make` it cannot be pressed.
    `says` is a sentence for whoever rests on it. Nothing on the page changes by a press, and no run of it is waited for.
    """
    said = f' title="{escape(says)}"' if says else ""
    if make is None:
        link = f'<a role="link" aria-disabled="true"{said}>{escape(label)}</a>'
    else:
        address = f"{app_address()}/{_files().offer(key, MadeFile(name, make))}"
        link = f'<a href="{escape(address)}" download="{escape(name)}"{said}>{escape(label)}</a>'
    st.html(f'<div class="one-loop-file {width}">{link}</div>', width=width)


def let_go_of_files() -> None:
    """Forget the files whose buttons are gone; once a run of the whole page, at its end."""
    _files().sweep()


def _files() -> TabFiles:
    if FILES not in st.session_state:
        st.session_state[FILES] = TabFiles()
    files: TabFiles = st.session_state[FILES]
    return files
