"""The desk that phones talk to: it takes in what they say, and tells them what they are asked."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

from cachetools import LRUCache

from components.server.room.errors import (
    ClosedRoomError,
    NoRoomError,
    NoSenseError,
    NoSuchPairError,
    RoomError,
    TooLateError,
)
from components.server.room.limits import MOST_KNOWN, PENALTY, Buckets, Door
from components.server.room.records import Reply, Vote
from components.server.room.sent import Sent, SentReply, SentVote, answers, turned
from components.server.room.store import RoomStore
from components.server.room.views import RoomView, RoomViews
from components.server.room.writer import RoomWriter
from mdp_core.rlhf.pair_choice import next_pairs, swapped

AHEAD = 3  # pairs that a phone has ready


class RoomDesk:
    """For all rooms of a process; used by its event loop only.

    Rooms are asked for anew for every transaction: `rooms` may raise DatabaseAwayError now and not a moment later.
    """

    def __init__(self, rooms: Callable[[], RoomStore], penalty: float = PENALTY) -> None:
        self._writer = RoomWriter(rooms)
        self._views = RoomViews(rooms)
        self._buckets = Buckets()
        self._door = Door(self._views.view, penalty)
        self._numbers: LRUCache[tuple[str, str], int] = LRUCache(MOST_KNOWN)

    async def exchange(self, code: str, sent: Sent) -> dict[str, Any] | None:
        """What the phone gets for what it sent: which of it is counted, and what it is asked; None where nothing is new.

        Raises TooManyError, NoRoomError, FullRoomError and DatabaseAwayError: then nothing of it is known to be counted.
        """
        self._buckets.take((code, sent.phone))
        number = self._numbers.get((code, sent.phone))
        view = await (self._door.enter(code) if number is None else self._views.view(code))
        if number is None:
            number = await asyncio.wrap_future(self._writer.join(view.room.id, sent.phone))
            self._numbers[code, sent.phone] = number
        self._writer.saw(number, time.time())
        answer: dict[str, Any] = {}
        if sent.said:
            view, refused = await self._take_in(view, number, sent)
            answer["counted"] = [one.turn for one in sent.said if one.turn not in refused]
            if refused:
                answer["refused"] = [{"turn": turn, "sentence": why} for turn, why in refused.items()]
        stamp = str(view.room.revision)
        if sent.more or sent.knows != stamp:
            answer |= {"stamp": stamp, "asks": _shown(view, number, sent)}
        return answer or None

    def close(self) -> None:
        """Write what waits, and end the threads."""
        self._writer.close()
        self._views.close()

    async def _take_in(self, view: RoomView, number: int, sent: Sent) -> tuple[RoomView, dict[int, str]]:
        """Keep what a phone says; the sentence for each turn that cannot be kept, and the view that this was seen by."""
        if any(_unknown(view, one) for one in sent.said):  # another process may have asked since
            view = await self._views.newer(view)
        refused: dict[int, str] = {}
        kept: list[tuple[int, asyncio.Future[None]]] = []
        for one in sent.said:
            try:
                record = _record(view, number, one)
            except RoomError as error:
                refused[one.turn] = str(error)
            else:
                kept.append((one.turn, asyncio.wrap_future(self._writer.keep(record))))
        outcomes = await asyncio.gather(*(future for _, future in kept), return_exceptions=True)
        for (turn, _), outcome in zip(kept, outcomes, strict=True):
            if isinstance(outcome, NoRoomError):
                refused[turn] = str(NoSuchPairError())
            elif isinstance(outcome, BaseException):
                raise outcome
        return view, refused


def _unknown(view: RoomView, one: SentVote | SentReply) -> bool:
    if isinstance(one, SentVote):
        return one.pair not in view.pairs
    question = view.questions.get(one.question)
    return question is None or one.round > question.round


def _record(view: RoomView, number: int, one: SentVote | SentReply) -> Vote | Reply:
    """What is to be kept. Raises a RoomError that says why it is not."""
    if view.room.asks.kind == "closed":
        raise ClosedRoomError
    if _unknown(view, one):
        raise NoSuchPairError
    if isinstance(one, SentVote):
        answer = turned(one.answer) if swapped(number, one.pair) else one.answer
        return Vote(one.pair, number, answer, one.turn, time.time())
    question = view.questions[one.question]
    if question.revealed or one.round < question.round:
        raise TooLateError
    if not answers(one.answer, question.how):
        raise NoSenseError
    return Reply(question.id, question.round, number, one.answer, one.turn)


def _shown(view: RoomView, number: int, sent: Sent) -> dict[str, Any]:
    """What this phone may see of what the room is asked."""
    asks = view.room.asks
    if asks.kind == "pairs":
        pairs = []
        done = {pair.id for pair in view.asked if pair.id in sent.done}
        for pair in next_pairs(view.asked, done, number, AHEAD):
            texts = [pair.other, pair.one] if swapped(number, pair.id) else [pair.one, pair.other]
            pairs.append({"id": pair.id, "texts": texts})
        return {"kind": "pairs", "batch": asks.batch, "pairs": pairs, "of": len(view.asked)}
    question = view.questions.get(asks.question)
    if asks.kind == "question" and question is not None:
        return {
            "kind": "question",
            "id": question.id,
            "round": question.round,
            "asks": question.asks,
            "how": question.how,
            "revealed": question.revealed,
        }
    return {"kind": "closed" if asks.kind == "closed" else "nothing"}
