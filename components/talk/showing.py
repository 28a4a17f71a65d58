"""Showing an item of a talk: the page that it is on, in the state that it was kept in."""

from __future__ import annotations

from components.shell.address import open_link
from components.shell.navigation import go_to, titles
from components.talk.memory import TalkMemory
from components.tour.memory import tour_memory
from components.tour.script import beat_of
from mdp_core.talk import Item


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
        memory.problem = wrong
        return
    _show(items[number])


def what_is_wrong(item: Item) -> str:
    """Why an item cannot be shown here; nothing where it can."""
    if item.beat and beat_of(item.beat) is None:
        return f"“{item.title}”: there is no beat “{item.beat}” in this tour."
    if not item.beat and item.page not in titles():
        return f"“{item.title}”: there is no page “{item.page}” here."
    return ""


def _show(item: Item) -> None:
    if item.beat:
        tour_memory().at = item.beat
        go_to("Tour", {"beat": item.beat})
    open_link(dict(item.link))
    go_to(item.page, item.link)
