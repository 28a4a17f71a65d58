"""Hearing what the room says: read from the store only where something came."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from components.server.room.opened import rooms
from components.server.room.records import Pulse, Question, Reply, Room
from components.shell.my_room import TROUBLE, my_room

GONE = "The room is no longer there, and what it said is gone with it."


@dataclass(frozen=True)
class Heard:
    """A question to the room, and what was said, as of one moment."""

    name: str
    room: Room
    pulse: Pulse
    questions: tuple[Question, ...]  # all that the room was asked
    replies: tuple[Reply, ...] = ()  # to this one

    @property
    def question(self) -> Question | None:
        """None where it was not asked yet."""
        return next((question for question in self.questions if question.name == self.name), None)

    @property
    def is_open(self) -> bool:
        """Whether the phones are asked it now."""
        asks, question = self.room.asks, self.question
        return question is not None and (asks.kind, asks.question) == ("question", question.id)

    @property
    def closed(self) -> bool:
        """Whether the room takes no more answers."""
        return self.room.asks.kind == "closed"

    @property
    def rounds(self) -> tuple[int, ...]:
        """Those in which somebody answered."""
        return tuple(sorted({reply.round for reply in self.replies}))

    def answers(self, round: int) -> dict[int, Any]:
        """What was said in that round, by the phone's number."""
        return {reply.phone: reply.answer for reply in self.replies if reply.round == round}


@dataclass
class Hearing:
    """Kept by the tour: what was heard last, and what the lecturer chose to leave on the screen."""

    last: Heard | None = None
    trouble: str = ""  # why the room cannot be heard now
    problem: str = ""  # why the last thing could not be done
    early: set[str] = field(default_factory=set)  # questions whose earlier round is shown while a new one goes on
    _gone: str = ""  # the question that was shown when the room went

    def listen(self, name: str) -> Heard | None:
        """The room as it is now; None in a browser that steers none. What is in the way is `trouble`, and what was heard
        of this question before stays.
        """
        try:
            heard = self._read(name)
        except TROUBLE as error:
            self.trouble = str(error)
            return self.of(name)
        if heard is None and self.last is not None:
            self._gone = self.last.name
        self.trouble = GONE if heard is None and self._gone == name else ""
        self.last = heard
        return heard

    def of(self, name: str) -> Heard | None:
        """What was heard of that question last."""
        return self.last if self.last is not None and self.last.name == name else None

    def shown(self, name: str) -> tuple[int, ...]:
        """The rounds that are on the screen, two at most: none before it is revealed, but one that was left there."""
        heard = self.of(name)
        question = None if heard is None else heard.question
        if heard is None or question is None:
            return ()
        if question.revealed:
            return heard.rounds[-2:]
        earlier = [round for round in heard.rounds if round < question.round]
        return tuple(earlier[-1:]) if name in self.early else ()

    def do(self, change: Callable[[], object]) -> None:
        """Change the room; what is in the way is `problem`, and nothing is lost."""
        self.problem = ""
        try:
            change()
        except TROUBLE as error:
            self.problem = str(error)

    def _read(self, name: str) -> Heard | None:
        mine = my_room()
        if mine is None:
            return None
        store, room, last = rooms(), mine.room, self.last
        pulse = store.pulse(room.id, time.time())
        same = last is not None and (last.room.id, last.room.revision) == (room.id, room.revision)
        questions = last.questions if same and last is not None else store.questions(room.id)
        heard = Heard(name, room, pulse, questions)
        if heard.question is None:
            return heard
        known = last is not None and last.room.id == room.id and (last.name, last.pulse.stamp) == (name, pulse.stamp)
        replies = last.replies if known and last is not None else store.replies(heard.question.id)
        return Heard(name, room, pulse, questions, replies)
