"""Parts of a page with a clock of their own: what is on its way is worked on while its bar is seen, and can be stopped.

Streamlit runs a fragment again every so many seconds, and only a run of the whole page can start or stop that clock. So a
part's clock is looked after here, and a page says no more than when it ticks.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, TypeVar

import streamlit as st

from components.shell.waiting import show_waiting
from mdp_core.work import Work

R = TypeVar("R")

TICK = 0.15  # seconds between two slices
SLICE = 0.25  # seconds of work in one


def part(draw: Callable[[], Any], *, ticks: Callable[[], float | None] = lambda: None) -> None:
    """Draw a part of the page that runs again by itself: where something in it is used, and while `ticks()` says after how
    many seconds, None for a clock that stands still.

    A part that has changed what the whole page shows calls st.rerun(), in a callback too.
    """
    seconds = ticks()

    def run() -> None:
        if (ticks() is None) != (seconds is None):
            st.rerun()
        draw()

    # Streamlit tells the parts of one container apart by their functions' names, and lambdas share one: so the line, too.
    run.__module__, run.__qualname__ = draw.__module__, f"{draw.__qualname__} {draw.__code__.co_firstlineno}"
    st.fragment(run, run_every=seconds)()


def work_on(
    work: Work[R],
    says: Callable[[Work[R]], str],
    *,
    key: str,
    stop: str = "Stop",
    go_on: str = "Go on",
    refresh: float = 0.0,
) -> None:
    """A bar for work on its way, which is done a slice a tick, and a button that stops it or lets it go on; `says` puts in
    words how far it is, stopped work too.

    Everything has a part of its own, so that what is beside it stays bright. The page runs anew when there is news, at most
    every `refresh` seconds, and when the work is over. Work that is over shows nothing. Where `go_on` is empty, a stop is
    the end of the work.
    """
    if work.done:
        return
    ticked, shown, news = False, time.monotonic(), work.news

    def draw() -> None:
        nonlocal ticked
        if work.stopped:
            show_waiting(says(work), work.share, go_on, lambda: _then_run(work.go_on), key=f"{key}_stopped")
            return
        move = show_waiting(
            says(work), work.share, stop, lambda: _then_run(work.stop if go_on else work.close), key=key
        )
        if not ticked:  # the page's own run only shows it: it shall end quickly
            ticked = True
            return
        work.work(SLICE)
        move(says(work), work.share)
        if work.done or (work.news > news and time.monotonic() - shown >= refresh):
            st.rerun()

    draw.__qualname__ += f" {key}"
    part(draw, ticks=lambda: TICK if work.busy else None)


def _then_run(change: Callable[[], None]) -> None:
    """The whole page has to hear of it: whether the clock ticks is decided by it."""
    change()
    st.rerun()
