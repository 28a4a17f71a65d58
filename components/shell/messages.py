"""What a visitor has to be told: one line each, over the page where it is about all of it."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from components.server.models import Models
from components.server.warmup import Warmup
from components.shell.plain import plain
from components.shell.ticker import part
from components.shell.visit import Visit
from components.shell.waiting import show_waiting
from components.shell.wanted_model import choose, described, leave

TICK = 0.3  # seconds between two looks at a model on its way


def messages() -> DeltaGenerator:
    """The place for what is to be said of the whole page, once a page. It lies over the page (frame.css): nothing moves when
    a message comes or goes.
    """
    return st.container(key="messages")


def tell_notes(sentences: tuple[str, ...], dismiss: Callable[[], None]) -> None:
    """What the link asked for and could not have."""
    if not sentences:
        return
    with st.container(horizontal=True, key="notes", gap="small", vertical_alignment="center"):
        st.info(plain(" ".join(sentences)))
        st.button("OK", key="dismiss", on_click=dismiss)


def tell_problem(
    sentence: str, stays: str, dismiss: Callable[[], None] | None = None, dismissal: str = "OK", key: str = ""
) -> None:
    """What is wrong, and what is seen meanwhile. What nobody can mend any more may be dismissed, what comes right by itself
    tried again; `key` tells one problem of a page from another.
    """
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.error(plain(f"{sentence} {stays}"))
        if dismiss is not None:
            st.button(dismissal, key=f"dismiss_problem{key}", on_click=dismiss)


def offer(visit: Visit, models: Models, sentence: str, model: str) -> None:
    """What is wrong, and a model that would help, with a button that says what it downloads."""

    def load() -> None:
        choose(visit, model, models)
        st.rerun()  # its bar belongs to the page

    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.warning(plain(sentence))
        st.button(plain(f"Load {described(model, models)}"), key="offer", on_click=load, type="primary")
        if visit.wanted is not None:
            st.button("Stay with Pocket", key="stay", on_click=leave, args=(visit,))


def on_its_way(visit: Visit, warmup: Warmup, *, key: str = "waiting") -> bool:
    """A bar for a language model that wakes up or is being loaded; False without one. The page runs anew when it comes.

    Where there are several of them on a page, each has its own `key`.
    """

    if warmup.done and visit.load is None:
        return False

    def bar() -> None:
        if not warmup.done:
            show_waiting(f"Waking up the language model: {warmup.progress.message}", warmup.progress.fraction, key=key)
        elif visit.load is None or visit.load.done.is_set():
            st.rerun()
        else:
            progress = visit.load.watch(id(visit))
            show_waiting(progress.message, progress.fraction, "Cancel", lambda: _cancel(visit), key=key)

    part(bar, ticks=lambda: TICK if not warmup.done or visit.load is not None else None)
    return True


def _cancel(visit: Visit) -> None:
    leave(visit)
    st.rerun()


def model_messages(visit: Visit, models: Models, warmup: Warmup, *, stays: str, meanwhile: str = "") -> None:
    """All that there is to say of language models, the most urgent first: on its way, failed, asked for by the link.

    `stays` is what is seen although one failed, `meanwhile` who writes until the one of the link is here; without it nothing
    is offered. All of it stands in one container: where a message comes or goes, nothing below it changes its place, and a
    part below, which Streamlit knows by its place, is still there when the browser asks for it a little late.
    """
    with st.container():
        tell_notes(visit.notes, visit.dismiss)
        if on_its_way(visit, warmup):
            return
        if warmup.problem or visit.model_problem:
            tell_problem(warmup.problem or visit.model_problem, stays, visit.give_up)
        if visit.wanted is not None and meanwhile:
            said = f"The link asks for another language model; {meanwhile} until it is here."
            offer(visit, models, said, visit.wanted)
