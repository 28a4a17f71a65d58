"""What phones look at: a view of each room, renewed from the database at most twice a second, however many look."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property

from cachetools import LRUCache

from components.server.room.errors import NoRoomError
from components.server.room.records import Pair, Question, Room
from components.server.room.store import RoomStore

MOST_VIEWS = 100  # rooms that are looked at in the same minutes
AGE = 0.5  # seconds that a view is good for
THREADS = 2  # that read from the database for the phones


@dataclass(frozen=True)
class RoomView:
    """A room and all that it was asked, as of one moment."""

    room: Room
    pairs: Mapping[int, Pair]
    questions: Mapping[int, Question]
    at: float  # on the monotonic clock

    @cached_property
    def asked(self) -> tuple[Pair, ...]:
        """The pairs that the room is asked about now."""
        return tuple(pair for pair in self.pairs.values() if pair.batch == self.room.asks.batch)


class RoomViews:
    """The views of all rooms of a process; used by its event loop only."""

    def __init__(self, rooms: Callable[[], RoomStore]) -> None:
        self._rooms = rooms
        self._threads = ThreadPoolExecutor(THREADS, "room-views")
        self._views: LRUCache[str, RoomView] = LRUCache(MOST_VIEWS)
        self._coming: dict[str, asyncio.Future[RoomView]] = {}

    async def view(self, code: str) -> RoomView:
        """The room of that code, at most AGE old. Raises what the store raises: NoRoomError, DatabaseAwayError."""
        view = self._views.get(code)
        if view is not None and time.monotonic() - view.at < AGE:
            return view
        coming = self._coming.get(code)
        if coming is None:
            loop = asyncio.get_running_loop()
            coming = loop.run_in_executor(self._threads, self._read, code, view)
            self._coming[code] = coming
            coming.add_done_callback(lambda done: self._came(code, done))
        return await asyncio.shield(coming)

    async def newer(self, than: RoomView) -> RoomView:
        """A view of the same room that was read later."""
        await asyncio.sleep(max(0.0, than.at + AGE - time.monotonic()))
        return await self.view(than.room.code)

    def close(self) -> None:
        """End the threads."""
        self._threads.shutdown()

    def _came(self, code: str, done: asyncio.Future[RoomView]) -> None:
        del self._coming[code]
        if done.cancelled():
            return
        error = done.exception()
        if error is None:
            self._views[code] = done.result()
        elif isinstance(error, NoRoomError):
            self._views.pop(code, None)

    def _read(self, code: str, known: RoomView | None) -> RoomView:
        store = self._rooms()
        at = time.monotonic()
        room = store.room(code, time.time())
        if known is not None and (known.room.id, known.room.revision) == (room.id, room.revision):
            return replace(known, at=at)
        pairs = {pair.id: pair for pair in store.pairs(room.id)}
        questions = {question.id: question for question in store.questions(room.id)}
        return RoomView(room, pairs, questions, at)
