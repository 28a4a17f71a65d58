"""The speaker's window: the notes of this item, the next one, the time, and what the audience sees."""

from __future__ import annotations

import time

import streamlit as st

from components.instruments.clicker import clicker
from components.server.talks import GivenTalk, given_talk
from components.shell.navigation import address_of
from components.shell.plain import plain
from components.shell.ticker import part
from components.talk.following import FOLLOW
from components.talk.menu import minutes
from components.talk.projector import TICK
from components.tour.memory import TourMemory
from components.tour.room.panel import hidden_counts
from components.tour.script import beat_of
from mdp_core.talk import Item


def page() -> None:
    """Opened by its link only; it and the projector follow each other."""
    secret = st.query_params.get("talk", "")
    given = given_talk(secret)
    st.html("<h2>Speaker</h2>")
    if given is None:
        st.info(
            "This talk is over, or was never given here. Begin one with T on any page, and open this window from there."
        )
        return
    left, right = st.columns([5, 6], gap="medium")
    with left:
        part(lambda: _draw_notes(given), ticks=lambda: TICK)
    with right:
        st.caption("What the audience sees")
        with st.container(key="speaker_view"):
            st.iframe(address_of({FOLLOW: given.secret, "embed": "true"}, ""), height=960)


def _draw_notes(given: GivenTalk) -> None:
    items = given.talk.items

    def cover(blank: bool) -> None:
        given.blank = blank

    clicker(
        key="speaker_clicker",
        talking=True,
        blank=given.blank,
        covers=False,
        on_go=given.go,
        on_blank=cover,
        on_talk=lambda _: None,
    )
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.button("Back", key="speaker_back", on_click=given.go, args=(-1,), disabled=given.at == 0)
        st.button(
            "Next",
            key="speaker_next",
            type="primary",
            on_click=given.go,
            args=(1,),
            disabled=given.at >= len(items) - 1,
        )
        st.markdown(f"**{given.at + 1} of {len(items)}** · {minutes(given.began)} · {time.strftime('%H:%M')}")
    if given.blank:
        st.info("The audience sees a black screen: B brings it back.")
    item = items[given.at]
    st.header(plain(item.title))
    st.markdown(plain(item.notes) or "No notes.")
    hidden = _what_the_room_hides(given, item)
    if hidden:
        st.info(plain(hidden))
    if given.at + 1 < len(items):
        st.caption(plain(f"Next: {items[given.at + 1].title}"))


def _what_the_room_hides(given: GivenTalk, item: Item) -> str:
    """What the phones have answered, before the audience sees it."""
    tour, beat = given.seen.get("tour"), beat_of(item.beat)
    return hidden_counts(beat, tour) if isinstance(tour, TourMemory) and beat is not None else ""
