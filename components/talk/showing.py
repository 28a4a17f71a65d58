"""Showing an item of a talk: the page that it is on, in the state that it was kept in."""

from __future__ import annotations

from components.shell.address import open_link
from components.shell.navigation import go_to, titles
from components.talk.memory import TalkMemory
from components.tour.memory import tour_memory
from components.tour.page import places
from mdp_core.talk import Item

TOUR, SPEAKER = "Tour", "Speaker"  # two pages that are shown otherwise than by their link, or not at all
NOT_A_PAGES = (
    "talk",
    "follow",
    "embed",
    "embed_options",
)  # parameters that say how a window is opened, not what it shows


def show_wanted(memory: TalkMemory) -> None:
    """Go to the item that is wanted, where there is one. What cannot be shown is `memory.problem`, and the talk goes on."""
    if memory.wanted is None or memory.given is None:
        return
    number, memory.wanted, memory.problem = memory.wanted, None, ""
    items = memory.given.talk.items
    if not 0 <= number < len(items):
        return
    memory.shown = number
    wrong = what_is_wrong(items[number])
    if wrong:
        memory.problem = f"“{items[number].title}”: {wrong}"
        return
    _show(items[number])


def what_is_wrong(item: Item) -> str:
    """Why an item cannot be shown here, to be said behind its title; nothing where it can."""
    beat = _beat_of(item)
    if beat and beat not in places():
        return f"there is no beat “{beat}” in this tour."
    if not item.beat and (item.page not in titles() or item.page == SPEAKER):
        return f"there is no page “{item.page}” here."
    return ""


def _beat_of(item: Item) -> str:
    """The place of the tour that it shows; empty for a moment of the laboratory."""
    return item.beat or (item.link.get("beat", "") if item.page == TOUR else "")


def _show(item: Item) -> None:
    beat = _beat_of(item)
    if beat:
        tour_memory().at = beat
        go_to(TOUR, {"beat": beat})
    link = {name: value for name, value in item.link.items() if name not in NOT_A_PAGES}
    open_link(link)
    go_to(item.page, link)
