"""Warm-up: once a server process, what takes seconds is done before anybody needs it, and beside the first picture."""

from __future__ import annotations

import gc
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import streamlit as st

from components.server.garbage import settle_memory
from components.server.models import Models, models

if TYPE_CHECKING:
    from mdp_core.tokens.sources import Progress

FREEZE = 0.1  # seconds between two looks at what has been imported

# Many sessions of a cold server that import the same packages at once can find each other's modules half-made.
_importing = threading.Lock()


@contextmanager
def first_imports() -> Iterator[None]:
    """One session at a time: for the imports at the top of the app."""
    with _importing:
        import pandas  # noqa: F401 - Streamlit imports it late, in the middle of a run

        yield


class Warmup:
    """Loads Pocket and all that it needs, rolls the default scenario out once, and calls in the host's own model."""

    def __init__(self, models: Models) -> None:
        self._models = models
        self._load = models.ask("pocket")
        self._done = threading.Event()
        self.problem = ""
        threading.Thread(target=self._run, name="warm-up", daemon=True).start()

    @property
    def done(self) -> bool:
        """True once it is over, well or badly (`problem`)."""
        return self._done.is_set()

    @property
    def progress(self) -> Progress:
        """What it is at."""
        return self._load.progress

    def wait(self, seconds: float) -> bool:
        """Wait until it is over; False where that takes longer."""
        return self._done.wait(seconds)

    def _run(self) -> None:
        started = time.perf_counter()
        try:
            # Streamlit collects garbage after every run, of a waiting page too: without this each such run would look
            # through all that torch has brought so far, and the waiting would be most of the work.
            while not self._load.done.wait(FREEZE):
                gc.freeze()
            self.problem = self._load.problem
            if not self.problem:
                self._rehearse()
        finally:
            self.seconds = time.perf_counter() - started
            self._done.set()
        first = self._models.host.first
        if first != "pocket":
            self._models.ask(first)

    def _rehearse(self) -> None:
        """The first of everything is slow: here it costs nobody's time."""
        from components.server.pictures import grid_picture, stage, write_now
        from mdp_core.scenarios import Scenario

        pocket = self._models.get("pocket")
        if pocket is None:
            return
        default = Scenario()
        stage(grid_picture(default.grid, default.seed, None), write_now(pocket, default.text, default.seed, None))
        settle_memory()


@st.cache_resource(show_spinner=False)
def warmup() -> Warmup:
    """The warm-up of this server process; the first call begins it, none waits for it."""
    return Warmup(models())
