"""What the audience sees, in a window of the speaker's: it follows the projector's every step, and changes nothing there."""

from __future__ import annotations

import streamlit as st

from components.server.talks import GivenTalk, given_talk
from components.shell.address import open_link, visit
from components.shell.carried import take_up_another
from components.shell.navigation import go_to
from components.shell.visit import Visit
from components.talk.memory import TalkMemory
from components.tour.memory import TourMemory, tour_memory

FOLLOW = "follow"  # the query parameter of such a window
TOUR = "Tour"
SHARED = ("tour", "shelf", "principle", "tune", "proxies", "my room")  # in session state: what no link can say


def follow_link(memory: TalkMemory) -> None:
    """Begin to follow, where this window was opened for that."""
    given = given_talk(st.query_params.get(FOLLOW, ""))
    if given is not None and not memory.follows:
        memory.given, memory.follows, given.watched = given, True, True


def remember(given: GivenTalk, page: str) -> None:
    """On the projector: what is seen, for whoever follows."""
    given.page = page
    shared = {name: st.session_state[name] for name in SHARED if name in st.session_state}
    given.seen = {"visit": visit(), "tour": tour_memory(), **shared}


def what_is_seen(given: GivenTalk) -> object:
    """Another value whenever the projector shows something else, as far as it has told."""
    shown, tour = given.seen.get("visit"), given.seen.get("tour")
    if given.page != TOUR and isinstance(shown, Visit):
        return given.page, tuple(shown.told.items()), shown.asked, shown.compares
    if isinstance(tour, TourMemory):
        settings = {key: value for key, value in tour.kept.items() if isinstance(value, int | float)}
        return given.page, tour.at, frozenset(tour.told), tuple(tour.again.items()), dict(tour.views), settings
    return None


def follow(memory: TalkMemory, page: str) -> None:
    """Show it on this page, or go to the one that shows it; call it before the page of that title is drawn."""
    given = memory.given
    assert given is not None
    seen = what_is_seen(given)
    if seen is None or seen == memory.followed:
        return
    memory.followed = seen
    for name, thing in given.seen.items():
        if name in SHARED:
            st.session_state[name] = thing
    take_up_another()
    if given.page == TOUR:
        if page != TOUR:
            go_to(TOUR, {"beat": tour_memory().at})
        return
    theirs: Visit = given.seen["visit"]
    query = dict(theirs.told)
    mine = open_link(query)
    mine.asked, mine.stand_in, mine.compares = theirs.asked, theirs.stand_in, theirs.compares
    if page != given.page:
        go_to(given.page, query)
