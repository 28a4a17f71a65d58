"""Work that takes long, done a slice at a time: it can be watched, stopped and gone on with."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Generic, TypeVar

R = TypeVar("R")


@dataclass(frozen=True, eq=False)
class Report(Generic[R]):
    """How far a piece of work is."""

    share: float  # in [0, 1]
    doing: str = ""  # what it is at, in words
    result: R | None = None  # as far as there is one; None where there is nothing new to look at


class Work(Generic[R]):
    """A generator that yields Reports and returns the result, consumed while somebody waits for it.

    `result` is what there is so far, `news` grows with every new one. A ValueError ends the work and is kept as `error`:
    its message is a sentence for a visitor. Any other exception is a defect, and goes through.

    Two threads may step it: a page that is run again works on while its last run is still in a step. One of them waits.
    """

    def __init__(
        self, reports: Generator[Report[R], None, R], *, clock: Callable[[], float] = time.perf_counter
    ) -> None:
        self._reports = reports
        self._clock = clock
        self._turn = threading.Lock()
        self.share = 0.0
        self.doing = ""
        self.result: R | None = None
        self.news = 0
        self.error: ValueError | None = None
        self.done = False  # nothing will follow: finished, or failed
        self.stopped = False  # by the visitor; it can be gone on with
        self.worked = 0.0  # seconds

    @classmethod
    def finished(cls, result: R) -> Work[R]:
        """Work that somebody has done before."""

        def nothing() -> Generator[Report[R], None, R]:
            return result
            yield

        work = cls(nothing())
        work.step()
        return work

    @property
    def busy(self) -> bool:
        """True while it goes on by itself."""
        return not (self.done or self.stopped)

    @property
    def left(self) -> float | None:
        """An estimate of the seconds of work that are left; None where nobody knows yet."""
        return self.worked * (1 - self.share) / self.share if self.share > 0.01 else None

    def step(self) -> bool:
        """Go on until the next report; False when the work is over. Raises what the generator raises, and a
        ValueError for a MemoryError."""
        with self._turn:
            return not self.done and self._step()

    def _step(self) -> bool:
        began = self._clock()
        try:
            report = next(self._reports)
        except StopIteration as end:
            self.share, self.done = 1.0, True
            self._take(end.value)
        except ValueError as error:
            self.error, self.done = error, True
            raise
        except MemoryError as error:
            self.error, self.done = ValueError(str(error) or "The machine's memory did not suffice."), True
            raise self.error from None
        else:
            self.share, self.doing = report.share, report.doing
            self._take(report.result)
        finally:
            self.worked += self._clock() - began
        return not self.done

    def work(self, seconds: float) -> None:
        """Go on for about so long, unless it is over or stopped: at least one step. What goes wrong is in `error`."""
        end = self._clock() + seconds
        while self.busy:
            try:
                self.step()
            except ValueError:
                return
            if self._clock() >= end:
                return

    def finish(self) -> R:
        """Do all that is left, now. Raises the ValueError that ended it."""
        while not self.done:
            self.step()
        if self.error is not None:
            raise self.error
        assert self.result is not None
        return self.result

    def stop(self) -> None:
        """Go no further for now; what is there stays."""
        self.stopped = True

    def go_on(self) -> None:
        """Go on after a stop."""
        self.stopped = False

    def close(self) -> None:
        """It will never go on: let go of what only further steps would need."""
        with self._turn:
            self._reports.close()
            self.done = True

    def _take(self, result: R | None) -> None:
        if result is not None:
            self.result, self.news = result, self.news + 1
