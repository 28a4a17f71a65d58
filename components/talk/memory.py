"""What a visitor's talk is, and where it stands."""

from __future__ import annotations

from dataclasses import dataclass, field

import streamlit as st

from components.server.talks import GivenTalk, begin_talk
from components.tour.script import SCRIPT
from mdp_core.talk import Item, Talk

TOUR = Talk("The tour", tuple(Item(beat.title, beat.notes, beat=beat.name) for beat in SCRIPT))


@dataclass
class TalkMemory:
    """Kept in session state under one key."""

    talk: Talk = field(default_factory=Talk)  # what the visitor puts together
    given: GivenTalk | None = None  # while it is given
    shown: int | None = None  # the item that is on this screen
    wanted: int | None = None  # the item to go to, at the next run of the page
    problem: str = ""  # of the last file, or of an item that cannot be shown
    notes: tuple[str, ...] = ()  # of the last file
    files: int = 0  # that were opened
    follows: bool = False  # this window shows what another one does
    blank: bool = False  # this window is black
    followed: object = None  # what of it this window shows

    @property
    def plan(self) -> Talk:
        """What is given: the visitor's talk, or the tour where there is none."""
        return self.talk if self.talk.items else TOUR

    def begin(self, beat: str = "") -> None:
        """Give the talk. What is on the screen stays; where it is a beat of the talk, the talk goes on from there."""
        here = next((i for i, item in enumerate(self.plan.items) if beat and item.beat == beat), None)
        self.given, self.shown = begin_talk(self.plan, here or 0), here

    def end(self) -> None:
        """Back to the laboratory; what is on the screen stays."""
        self.given, self.shown, self.wanted, self.follows = None, None, None, False

    def go(self, by: int) -> None:
        """So many items further on. Where none of them was shown yet, the first press shows the one that the talk is at."""
        if self.given is not None:
            self.given.go(by if self.shown is not None else max(by - 1, 0))
            self.wanted = self.given.at

    def cover(self, blank: bool) -> None:
        """The audience's screen is black, or not any more."""
        if self.given is not None:
            self.given.blank = blank


def talk_memory() -> TalkMemory:
    """This visitor's."""
    memory: TalkMemory = st.session_state.setdefault("talk", TalkMemory())
    return memory
