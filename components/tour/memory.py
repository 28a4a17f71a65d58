"""What the tour remembers of one visitor: where it is, what was predicted, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from components.tour.room.hearing import Hearing
from mdp_core.scenarios import View

Meeting = tuple[str, int]  # a beat's name, and how often it was met before


@dataclass(frozen=True)
class Prediction:
    """What was said, and what it was."""

    said: str
    was: str
    surprised: bool
    right: Any = None  # the same as a guess; None where no answer is right

    @property
    def judged(self) -> bool:
        """Whether there was anything right or wrong about it."""
        return self.right is not None


@dataclass
class TourMemory:
    """Kept in session state under one key: a look at the laboratory loses nothing."""

    at: str = ""  # the beat's name; empty before the first
    again: dict[str, int] = field(default_factory=dict)  # by beat: the numbers that it is seen with
    guesses: dict[Meeting, Any] = field(default_factory=dict)
    told: set[Meeting] = field(default_factory=set)
    predictions: dict[Meeting, Prediction] = field(default_factory=dict)
    views: dict[str, View] = field(default_factory=dict)  # by the key of a player
    kept: dict[str, Any] = field(default_factory=dict)  # by the key of a scene: its work, while it goes on
    heard: bool = False  # what the tab had kept of an earlier visit was taken up
    lost: str = ""  # a sentence on what this tab had of a server that was started anew, until it is read
    room: Hearing = field(default_factory=Hearing)  # what the room says, where this browser steers one

    def meeting(self, beat: str) -> Meeting:
        """The one that is on."""
        return beat, self.again.get(beat, 0)

    def predict(self, beat: str, guess: Any) -> None:
        """The visitor commits to a guess: the answer is told."""
        meeting = self.meeting(beat)
        self.guesses[meeting] = guess
        self.told.add(meeting)

    def show(self, beat: str) -> None:
        """The visitor wants to see it without a guess."""
        self.told.add(self.meeting(beat))

    def read(self) -> None:
        """What was lost has been read of."""
        self.lost = ""

    def go(self, beat: str) -> None:
        """To that place of the tour."""
        self.at = beat

    def meet_again(self, beat: str) -> None:
        """The same question with other numbers."""
        self.again[beat] = self.again.get(beat, 0) + 1
        self.at = beat


def tour_memory() -> TourMemory:
    """This visitor's."""
    memory: TourMemory = st.session_state.setdefault("tour", TourMemory())
    return memory
