"""A sweeper: looks again and again, as long as there is something to look after, at who is still there."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sized


class Sweeper:
    """A thread that calls `sweep` while anything is `left`, and is no more when nothing is."""

    def __init__(self, name: str, every: float, sweep: Callable[[], None], left: Sized, lock: threading.RLock) -> None:
        """Every so many seconds. `lock` guards `left`: whoever adds to it has the lock, and calls `wake`."""
        self._name, self._every, self._sweep, self._left, self._lock = name, every, sweep, left, lock
        self._thread: threading.Thread | None = None

    def wake(self) -> None:
        """There is something to look after. Only with the lock."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._go_round, name=self._name, daemon=True)
            self._thread.start()

    def _go_round(self) -> None:
        while True:
            time.sleep(self._every)
            self._sweep()
            with self._lock:
                if not self._left:
                    self._thread = None
                    return
