"""What a phone sends, read: it may be anything."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from components.server.room.errors import NoSenseError
from components.server.room.store import MOST_PAIRS
from mdp_core.rlhf.votes import FIRST, SAME, SECOND

MOST_BYTES = 8 * 1024  # of what a phone sends at once
MOST_SAID = 20  # votes and replies in it
MOST_TURNS = 1_000_000  # of a phone
_TOKEN = re.compile(r"[A-Za-z0-9_-]{20,64}", re.ASCII)
_WHOLE = 2**31  # what every database can hold is below


@dataclass(frozen=True)
class SentVote:
    """`answer` is FIRST, SECOND or SAME of the two texts as this phone shows them."""

    pair: int
    answer: int
    turn: int


@dataclass(frozen=True)
class SentReply:
    """`answer` is checked where the question is known."""

    question: int
    round: int
    answer: Any
    turn: int


@dataclass(frozen=True)
class Sent:
    """One message of a phone."""

    phone: str  # its token
    knows: str  # the stamp of what it shows
    more: bool  # whether it wants pairs
    done: frozenset[int]  # the pairs of the batch that it has voted on
    said: tuple[SentVote | SentReply, ...]


def read_sent(body: bytes) -> Sent:
    """Read one message. Raises NoSenseError."""
    try:
        data = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise NoSenseError from error
    if not isinstance(data, dict):
        raise NoSenseError
    phone, knows, more = data.get("phone"), data.get("knows", ""), data.get("more", False)
    done, said = data.get("done", []), data.get("said", [])
    if not isinstance(phone, str) or not _TOKEN.fullmatch(phone):
        raise NoSenseError
    if not isinstance(knows, str) or not isinstance(more, bool):
        raise NoSenseError
    if not isinstance(done, list) or len(done) > MOST_PAIRS or not isinstance(said, list) or len(said) > MOST_SAID:
        raise NoSenseError
    return Sent(phone, knows, more, frozenset(_whole(one) for one in done), tuple(_said(one) for one in said))


def _said(data: Any) -> SentVote | SentReply:
    if not isinstance(data, dict):
        raise NoSenseError
    turn = _whole(data.get("turn"), 1, MOST_TURNS)
    if "pair" in data:
        return SentVote(_whole(data["pair"]), _whole(data.get("answer"), FIRST, SAME), turn)
    return SentReply(_whole(data.get("question")), _whole(data.get("round"), 1), data.get("answer"), turn)


def _whole(number: Any, low: int = 0, high: int = _WHOLE - 1) -> int:
    if isinstance(number, int) and not isinstance(number, bool) and low <= number <= high:
        return number
    raise NoSenseError


def turned(answer: int) -> int:
    """The same vote where the two texts change places."""
    return SAME if answer == SAME else FIRST + SECOND - answer


def answers(answer: Any, how: Mapping[str, Any]) -> bool:
    """Whether this is an answer to a question that is put like that.

    {"kind": "choice", "options": [...]}: the index of an option. {"kind": "number", "low", "high", "step", "unit"}: a number
    within [low, high], a whole number of steps above low. {"kind": "curve", "low", "high", "points", "x", "y"}: a list of
    `points` numbers within [low, high].
    """
    try:
        kind = how["kind"]
        if kind == "choice":
            return isinstance(answer, int) and _number(answer) and 0 <= answer < len(how["options"])
        if kind == "number":
            return _within(answer, how) and (_stepped(answer, how) or answer == how["high"])
        if kind == "curve":
            return isinstance(answer, list) and len(answer) == how["points"] and all(_within(y, how) for y in answer)
    except (KeyError, TypeError, ArithmeticError):
        return False
    return False


def _number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _within(value: Any, how: Mapping[str, Any]) -> bool:
    return _number(value) and bool(how["low"] <= value <= how["high"])


def _stepped(value: float, how: Mapping[str, Any]) -> bool:
    steps = (value - how["low"]) / how["step"]
    return bool(abs(steps - round(steps)) < 1e-6)
