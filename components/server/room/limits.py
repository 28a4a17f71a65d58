"""Limits that hold a phone back, never the others behind the same router: no address is looked at."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

from cachetools import LRUCache

from components.server.room.errors import NoRoomError, TooManyError

V = TypeVar("V")

RATE = 5.0  # requests a second that a phone may go on with; it asks every two seconds and when it is touched
BURST = 30.0  # requests that it may send at once after a rest
MOST_KNOWN = 20_000  # phones whose requests are counted
AT_ONCE = 16  # codes that are looked up at the same time
WAITING = 48  # codes that wait for their turn
PENALTY = (
    2.0  # seconds that a wrong code takes: all guesses together are AT_ONCE / PENALTY a second, of 888 million codes
)


class Buckets:
    """A bucket of tokens for each phone: every request takes one, and RATE a second come back, up to BURST."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._left: LRUCache[Hashable, tuple[float, float]] = LRUCache(MOST_KNOWN)

    def take(self, phone: Hashable) -> None:
        """Take one of this phone's. Raises TooManyError where there is none."""
        now = self._clock()
        left, then = self._left.get(phone, (BURST, now))
        left = min(BURST, left + RATE * (now - then))
        self._left[phone] = (max(left - 1, 0.0), now) if left >= 1 else (left, now)
        if left < 1:
            raise TooManyError


class Door(Generic[V]):
    """Where those wait whom the room does not know yet: a right code passes at once, a wrong one takes PENALTY seconds.

    Phones that bring the same code wait together. Right and wrong codes wait in the same way for their turn, so that nothing
    can be told from being sent away.
    """

    def __init__(
        self,
        look_up: Callable[[str], Awaitable[V]],
        penalty: float = PENALTY,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._look_up = look_up
        self._penalty = penalty
        self._pause = pause
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._asked: dict[str, asyncio.Task[V]] = {}

    async def enter(self, code: str) -> V:
        """What belongs to that code. Raises NoRoomError, late, and TooManyError where too many others are waiting."""
        asked = self._asked.get(code)
        if asked is None:
            if len(self._asked) >= AT_ONCE + WAITING:
                raise TooManyError
            asked = self._asked[code] = asyncio.ensure_future(self._answer(code))
            asked.add_done_callback(lambda done: self._forget(code, done))
        return await asyncio.shield(asked)

    def _forget(self, code: str, done: asyncio.Task[V]) -> None:
        del self._asked[code]
        if not done.cancelled():
            done.exception()  # whoever asked may have hung up: it is nobody's problem then

    async def _answer(self, code: str) -> V:
        async with self._turns:
            try:
                return await self._look_up(code)
            except NoRoomError:
                await self._pause(self._penalty)
                raise
