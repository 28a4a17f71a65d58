"""What a tab remembers of the room that it steers. All that counts is in the store: another tab, or a reload, has it too."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import streamlit as st

from components.room.workshop import Workshop
from components.server.room.opened import rooms
from components.server.room.records import Pair, Pulse, Room, Vote
from components.shell.my_room import TROUBLE, SteeredRoom
from mdp_core.scenarios import TextScenario
from mdp_core.work import Work

if TYPE_CHECKING:
    from mdp_core.tokens.language_model import LanguageModel

Step = Literal["come in", "vote", "taste", "tune", "judge", "take along"]
STEPS: dict[Step, str] = {
    "come in": "1 Come in",
    "vote": "2 Vote",
    "taste": "3 Taste",
    "tune": "4 Tune",
    "judge": "5 Before or after?",
    "take along": "6 Take along",
}
PAIRS = "pairs"  # the batch that teaches the reward model
BLIND = "blind"  # the batches that compare before and after: "blind 1", ...
AGAIN = 5.0  # reading all votes is left alone for so many times as long as it took

Texts = tuple[tuple[str, str], ...]
R = TypeVar("R")


@dataclass(frozen=True)
class Seen:
    """The room as it was read last."""

    room: Room
    pulse: Pulse
    pairs: tuple[Pair, ...]
    votes: tuple[Vote, ...]

    def batch(self, name: str) -> tuple[Pair, ...]:
        """The pairs of that batch."""
        return tuple(pair for pair in self.pairs if pair.batch == name)

    def votes_on(self, name: str) -> tuple[Vote, ...]:
        """The votes on the pairs of that batch."""
        those = {pair.id for pair in self.batch(name)}
        return tuple(vote for vote in self.votes if vote.pair in those)

    @property
    def blinds(self) -> tuple[str, ...]:
        """The comparisons of before and after, in their order."""
        return tuple(dict.fromkeys(pair.batch for pair in self.pairs if pair.batch.startswith(BLIND)))

    def asks(self, batch: str) -> bool:
        """Whether the phones are asked about that batch now."""
        return self.room.asks.kind == "pairs" and self.room.asks.batch == batch

    @property
    def closed(self) -> bool:
        """Whether the room takes no more votes."""
        return self.room.asks.kind == "closed"


@dataclass
class RoomMemory:
    """Kept in session state under one key; lives as long as the tab."""

    step: Step | None = None  # None: the lecturer has chosen none in this tab
    seen: Seen | None = None
    read: tuple[float, float] = (0.0, 0.0)  # when all votes were read last, and the seconds that it took
    writing: Work[Texts] | None = None
    batch: str = ""  # what is being written
    problem: str = ""
    news: str = ""
    sure: bool = False  # the room's end was asked for once
    awaited: int | None = None  # the run that went on while this tab was there
    shelved: set[int] = field(default_factory=set)  # runs that came to stand on this tab's shelf, or could not
    cursor: int | None = None  # the policy that the film's cursor is on
    worked_out: dict[str, tuple[object, Any]] = field(default_factory=dict)
    beta: float = 0.05
    steps: dict[bool, int] = field(
        default_factory=lambda: {False: 40, True: 30}
    )  # of a run, by whether the model is slow

    def work_out(self, name: str, seen: Seen, how: Callable[[], R]) -> R:
        """What `how` gives, worked out anew only where votes or pairs have come since."""
        at = (seen.room.id, len(seen.pairs), seen.pulse.stamp)
        if self.worked_out.get(name, (None, None))[0] != at:
            self.worked_out[name] = (at, how())
        result: R = self.worked_out[name][1]
        return result

    def look(self, mine: SteeredRoom) -> Seen:
        """The room as it is now; only what may have changed is read. Raises what the store raises."""
        store, now = rooms(), time.time()
        room, pulse, seen = mine.room, store.pulse(mine.room.id, now), self.seen
        if seen is None or seen.room.id != room.id:
            seen = None
        same_pairs = seen is not None and seen.room.revision == room.revision
        pairs = seen.pairs if seen is not None and same_pairs else store.pairs(room.id)
        at, took = self.read
        waits = seen is not None and (seen.pulse.stamp == pulse.stamp or now - at < AGAIN * took)
        if seen is not None and waits:
            votes, pulse = seen.votes, replace(pulse, stamp=seen.pulse.stamp)
        else:
            began = time.perf_counter()
            votes = store.votes(room.id)
            self.read = (now, time.perf_counter() - began)
        self.seen = Seen(room, pulse, pairs, votes)
        return self.seen


@dataclass(frozen=True)
class Desk:
    """All that a step of the page works with."""

    mine: SteeredRoom
    seen: Seen
    memory: RoomMemory
    workshop: Workshop
    model: LanguageModel | None  # the room's, where it is here
    text: TextScenario  # what the room's texts are

    def do(self, change: Callable[[], Any]) -> None:
        """Change the room; what is in the way is told at the next run, and nothing is lost."""
        self.memory.problem = ""
        try:
            change()
        except (*TROUBLE, ValueError) as error:
            self.memory.problem = str(error)


def room_memory() -> RoomMemory:
    """This tab's."""
    memory: RoomMemory = st.session_state.setdefault("room", RoomMemory())
    return memory


def text_of(room: Room) -> TextScenario:
    """What the room's texts are: model, prompt, and how the words are drawn."""
    return replace(TextScenario(), **room.about)
