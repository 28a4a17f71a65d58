"""What was worked out lately, kept for whoever asks again."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Hashable
from typing import Generic, TypeVar

from cachetools import LRUCache

from mdp_core.work import Report, Work

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Kept(Generic[K, V]):
    """At most `most` things by key; the one that was used longest ago makes room. Safe to use from several threads."""

    def __init__(self, most: int) -> None:
        self._lock = threading.Lock()
        self._things: LRUCache[K, V] = LRUCache(most)

    def __len__(self) -> int:
        return len(self._things)

    def get(self, key: K) -> V | None:
        """The thing of that key, if it is still here."""
        with self._lock:
            return self._things.get(key)

    def put(self, key: K, thing: V) -> V:
        """Keep `thing`, and hand it back."""
        with self._lock:
            self._things[key] = thing
        return thing

    def get_or_make(self, key: K, make: Callable[[], V]) -> V:
        """The thing of that key, made where it is not here. Two threads that miss it at once both make it."""
        thing = self.get(key)
        return self.put(key, make()) if thing is None else thing

    def work(self, key: K, begin: Callable[[], Generator[Report[V], None, V]]) -> Work[V]:
        """The work that makes the thing of that key, and keeps it; done at once where it is here."""
        thing = self.get(key)
        return Work(self._keeping(key, begin())) if thing is None else Work.finished(thing)

    def _keeping(self, key: K, reports: Generator[Report[V], None, V]) -> Generator[Report[V], None, V]:
        return self.put(key, (yield from reports))
