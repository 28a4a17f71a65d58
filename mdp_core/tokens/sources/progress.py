"""Progress: what a visitor is told while a model is on its way, several times a second."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Generic, TypeVar

TICK = 0.1  # seconds between two reports, so that a page can redraw and cancel in time

T = TypeVar("T")


@dataclass(frozen=True)
class Progress:
    """One report: a short sentence, and how much of it is done, in bytes or steps (`total` None: nobody knows)."""

    message: str
    done: int = 0
    total: int | None = None

    @property
    def fraction(self) -> float | None:
        """`done / total` in [0, 1]; None where the total is not known."""
        return min(self.done / self.total, 1.0) if self.total else None


Loading = Generator[Progress, None, T]


def drain(loading: Loading[T], report: Callable[[Progress], object] = lambda progress: None) -> T:
    """Run `loading` to its end, hand each report to `report`, and return what it returns. Raises what it raises."""
    try:
        while True:
            report(next(loading))
    except StopIteration as end:
        result: T = end.value
        return result
    finally:
        loading.close()


def paced(loading: Loading[T]) -> Loading[T]:
    """`loading` without the reports that come sooner than TICK after the last one: a page draws each of them."""
    last = float("-inf")
    try:
        while True:
            report = next(loading)
            if time.monotonic() - last >= TICK:
                yield report
                last = time.monotonic()
    except StopIteration as end:
        result: T = end.value
        return result
    finally:
        loading.close()


def counted(doing: str, done: int, total: int | None) -> Progress:
    """A report of `done` of `total` bytes: "downloading SmolLM2, 41 of 93 MB"."""
    if total is None:
        return Progress(f"{doing}, {done / 1e6:.0f} MB", done, None)
    return Progress(f"{doing}, {min(done, total) / 1e6:.0f} of {total / 1e6:.0f} MB", min(done, total), total)


class _Outcome(Generic[T]):
    """What a thread left behind: its result or its exception."""

    def __init__(self) -> None:
        self.result: T | None = None
        self.error: BaseException | None = None


def beside(work: Callable[[], T], report: Callable[[], Progress]) -> Loading[T]:
    """Run `work` in a thread and report every TICK until it is done; its result is returned, its exception raised.

    For work that lasts seconds and cannot be interrupted. Closing the generator does not wait for it: the thread ends
    by itself, and its result is dropped. So `work` must leave no trace that somebody would have to clear away.
    """
    outcome: _Outcome[T] = _Outcome()

    def run() -> None:
        try:
            outcome.result = work()
        except BaseException as error:  # handed over to the generator, which raises it
            outcome.error = error

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    while thread.is_alive():
        yield report()
        thread.join(TICK)
    if outcome.error is not None:
        raise outcome.error
    return outcome.result  # type: ignore[return-value] # the thread has ended without an error: it is a T
