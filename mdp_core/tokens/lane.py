"""One lane for heavy work: first come, first served."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import torch

T = TypeVar("T")

_setting_up = threading.Lock()


class LaneClosedError(RuntimeError):
    """Nothing is done in a lane any more: the interpreter is ending."""


class Lane:
    """A thread of its own that does what it is given, one thing after the other, in the order in which it was asked.

    A lock would not do: it goes to whoever is quickest, which is the thread that has just let go of it, so that somebody
    who writes sixteen texts, and lets go after every token, would keep everybody else waiting all the same.

    `cores` is on how many cores torch spreads what is done here; None leaves it as it is elsewhere. A small model wants
    one: on a busy machine its threads wait for each other ten times as long as they calculate.

    `niceness`, 0 to 19, is how much further the lane gives way to the machine's other threads where the cores do not
    suffice for all. Only Linux keeps it for each thread; elsewhere nobody gives way.
    """

    def __init__(self, cores: int | None = None, niceness: int = 0) -> None:
        thread: list[int] = []  # its one thread's identity, known when that has begun
        self._thread = thread

        def begin() -> None:
            thread.append(threading.get_ident())
            if niceness and sys.platform == "linux":
                # The threads that torch spreads its work on are begun by this one, and are as nice.
                own = threading.get_native_id()
                os.setpriority(os.PRIO_PROCESS, own, min(os.getpriority(os.PRIO_PROCESS, own) + niceness, 19))

        self._worker = ThreadPoolExecutor(1, "lane", initializer=begin)
        if cores is not None:
            # torch keeps this number for each thread, which takes up, at its first use of torch, what was set last
            # anywhere. So the lane's thread has to have its own before what was set last is put back.
            with _setting_up:
                elsewhere = torch.get_num_threads()
                self.run(torch.get_num_threads)
                self.run(lambda: torch.set_num_threads(cores))
                torch.set_num_threads(elsewhere)

    def run(self, work: Callable[[], T]) -> T:
        """What `work()` returns, when its turn has come; raises what it raises. Work in the lane may call it: it goes on.

        Raises LaneClosedError where the interpreter is ending.
        """
        if threading.get_ident() in self._thread:
            return work()
        try:
            turn = self._worker.submit(work)
        except RuntimeError as error:
            raise LaneClosedError("The program is ending: nothing more is begun.") from error
        return turn.result()
