"""The talk on every page: the clicker, the look of talk mode, and a menu in the header."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from components.instruments.clicker import clicker
from components.shell.address import visit
from components.shell.messages import tell_problem
from components.shell.ticker import part
from components.talk.following import follow, follow_link, remember, what_is_seen
from components.talk.memory import TalkMemory, talk_memory
from components.talk.menu import draw_menu
from components.talk.showing import SPEAKER, show_wanted
from components.tour.keeping import keep_nothing
from components.tour.memory import tour_memory

STYLE, TALKING = (Path(__file__).parent / name for name in ("talk.css", "talking.css"))
TICK = 0.5  # seconds between two looks at what the other window does
FOLLOWING = 0.25  # the same for the window that shows what the audience sees


def project(page: str) -> None:
    """Call it once a run, before the page of that title is drawn."""
    memory = talk_memory()
    follow_link(memory)
    if memory.follows:
        keep_nothing()
        follow(memory, page)
        part(lambda: _look_across(memory), ticks=lambda: FOLLOWING)
        st.html(STYLE)
        st.html(TALKING)
        return
    if page == SPEAKER:
        st.html(STYLE)
        return
    if "talk" in st.query_params and memory.given is None:
        memory.begin(st.query_params.get("beat", ""))
    show_wanted(memory)
    st.html(STYLE)
    if memory.given is not None:
        st.html(TALKING)
        remember(memory.given, page)
        part(lambda: _look_across(memory), ticks=lambda: TICK)

    def talk(begins: bool) -> None:
        if begins:
            memory.begin(tour_memory().at if page == "Tour" else "")
        else:
            memory.end()

    clicker(
        key="clicker",
        talking=memory.given is not None,
        blank=memory.given is not None and memory.given.blank,
        on_go=memory.go,
        on_blank=memory.cover,
        on_talk=talk,
    )
    draw_menu(memory, page)
    if memory.problem and memory.given is not None:
        tell_problem(memory.problem, "The talk goes on.")


def _look_across(memory: TalkMemory) -> None:
    """Go where the other window went."""
    given = memory.given
    if given is None:
        return
    if memory.follows:
        if memory.followed != what_is_seen(given):
            st.rerun()
    elif given.watched and not visit().watched:
        visit().watched = True
        st.rerun()
    elif memory.shown is not None and given.at != memory.shown:
        memory.wanted = given.at
        st.rerun()
    elif memory.blank != given.blank:
        memory.blank = given.blank
        st.rerun()
