"""The talk on every page: the clicker, the look of talk mode, and a menu in the header."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from components.instruments.clicker import clicker
from components.shell.address import visit
from components.shell.messages import tell_problem
from components.shell.principle import principle
from components.shell.shelf import shelf
from components.shell.ticker import part
from components.talk.memory import TalkMemory, talk_memory
from components.talk.menu import draw_menu
from components.talk.showing import show_wanted
from components.tour.memory import tour_memory

STYLE, TALKING = (Path(__file__).parent / name for name in ("talk.css", "talking.css"))
TICK = 0.5  # seconds between two looks at what the other window does
FOLLOW = "follow"  # the query parameter of a window that shows what another one does


def project(page: str) -> None:
    """Call it once a run, before the page of that title is drawn."""
    memory = talk_memory()
    _follow_link(memory)
    if "talk" in st.query_params and memory.given is None and page != "Speaker":
        memory.begin(st.query_params.get("beat", ""))
    show_wanted(memory)
    st.html(STYLE)
    if memory.given is not None:
        st.html(TALKING)
        _remember(memory)
        part(lambda: _look_across(memory), ticks=lambda: TICK)

    def talk(begins: bool) -> None:
        if begins:
            memory.begin(tour_memory().at if page == "Tour" else "")
        else:
            memory.end()

    if not memory.follows:
        clicker(key="clicker", talking=memory.given is not None, on_go=memory.go, on_talk=talk)
        draw_menu(memory, page)
    if memory.problem and memory.given is not None:
        tell_problem(memory.problem, "The talk goes on.")


def _follow_link(memory: TalkMemory) -> None:
    """A window of the speaker's that shows what the audience sees shares the projector's session."""
    from components.server.talks import given_talk

    secret = st.query_params.get(FOLLOW)
    if secret is None or memory.follows:
        return
    given = given_talk(secret)
    if given is not None:
        memory.given, memory.follows, memory.wanted = given, True, given.at
        for name, thing in given.seen.items():
            st.session_state[name] = thing


def _remember(memory: TalkMemory) -> None:
    """What the speaker's window shows, too: this session's own memories, not copies."""
    if memory.given is not None and not memory.follows:
        memory.given.seen = {"visit": visit(), "tour": tour_memory(), "shelf": shelf(), "principle": principle()}


def _look_across(memory: TalkMemory) -> None:
    """Go where the other window went."""
    given = memory.given
    if given is None:
        return
    if memory.shown is not None and given.at != memory.shown:
        memory.wanted = given.at
        st.rerun()
    if memory.follows:
        tour = tour_memory()
        state = (tour.at, len(tour.told), dict(tour.again), given.seen.get("visit"))
        if st.session_state.setdefault("followed", state) != state:
            st.session_state["followed"] = state
            st.rerun()
