"""What the tabs of all visitors hold in memory, added up: whoever opens many tabs cannot fill it."""

from __future__ import annotations

import threading
from weakref import WeakKeyDictionary


class FullError(ValueError):
    """There is no room for one more; the message is a sentence for the visitor."""


class Ledger:
    """Things that are held somewhere, with their sizes in bytes, for as long as anybody holds them. Safe to use from several
    threads."""

    def __init__(self, most: int, says: str) -> None:
        """`most` bytes together; `says` is the sentence for whoever comes when there is no room."""
        self.most, self._says = most, says
        self._lock = threading.Lock()
        self._sizes: WeakKeyDictionary[object, int] = WeakKeyDictionary()

    @property
    def total(self) -> int:
        """Bytes of all that is held."""
        return sum(list(self._sizes.values()))

    def enter(self, thing: object, size: int) -> None:
        """Write it down. Raises FullError where it would be too much with all that is held."""
        with self._lock:
            if self.total + size > self.most:
                raise FullError(self._says)
            self._sizes[thing] = size
