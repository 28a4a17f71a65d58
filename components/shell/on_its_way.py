"""What every page that needs a language model says while that is on its way."""

from __future__ import annotations

import streamlit as st

from components.server.warmup import warmup
from components.shell.visit import visit
from components.shell.waiting import waiting
from components.shell.wanted_model import leave


def on_its_way() -> None:
    """A fragment: how far the warm-up or the visitor's load is; when it is over, the page runs anew."""
    here, begun = visit(), warmup()
    if not begun.done:
        waiting(f"Waking up the language model: {begun.progress.message}", begun.progress.fraction)
    elif here.load is not None and not here.load.done.is_set():
        progress = here.load.watch(id(here))
        waiting(progress.message, progress.fraction, "Cancel", lambda: leave(here))
    else:
        here.touch()  # else an address that lags behind would be taken for the browser's Back
        st.rerun()
