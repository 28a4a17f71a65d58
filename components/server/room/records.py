"""What is known of a room: the room, its pairs, its votes, its questions. Plain data, as the store hands it out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

Kind = Literal["nothing", "pairs", "question", "closed"]


@dataclass(frozen=True)
class Asking:
    """What the phones of a room are asked now."""

    kind: Kind = "nothing"
    batch: str = ""  # of the pairs
    question: int = 0  # its id


@dataclass(frozen=True)
class Room:
    """One room, as it was when it was read."""

    id: int
    code: str
    made: float  # seconds since 1970, as all times here
    ends: float
    revision: int  # another one where phones may be asked something else than before
    asks: Asking
    about: dict[str, Any] = field(default_factory=dict)  # JSON: which model wrote after which prompt


@dataclass(frozen=True)
class Pair:
    """Two texts; in a blind comparison `one` is of before and `other` of after."""

    id: int
    batch: str
    one: str
    other: str
    shared: bool  # everybody is asked about it, so that agreement can be told
    priority: float  # how much its votes would teach: the highest first


@dataclass(frozen=True)
class Vote:
    """What one phone says of one pair: FIRST, SECOND or SAME. A later `turn` of the same phone takes its place."""

    pair: int
    phone: int
    answer: int
    turn: int
    at: float = 0.0


@dataclass(frozen=True)
class Question:
    """A question to the room. `how` is JSON that page and phones agree on."""

    id: int
    name: str
    asks: str
    how: dict[str, Any]
    round: int  # from 1
    revealed: bool


@dataclass(frozen=True)
class Reply:
    """What one phone says to one question in one round. A later `turn` of the same phone takes its place."""

    question: int
    round: int
    phone: int
    answer: Any  # JSON
    turn: int


@dataclass(frozen=True)
class Pulse:
    """A room at a glance."""

    here: int  # phones that were seen lately
    phones: int  # that ever were here
    votes: int
    stamp: tuple[int, int, int, int]  # another one where a vote or a reply came or was changed
