"""The job queue: the runs of all visitors are worked on in threads of their own; the heavy ones one at a time.

A job goes on while its visitor looks at it. One that nobody has looked at for AWAY seconds rests, and lets the next one in;
one that nobody looks at for GONE seconds, or whose tab was closed, ends. Nothing here calls Streamlit.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Literal, Protocol

import streamlit as st

from components.server.sweeper import Sweeper

State = Literal["queued", "running", "paused", "done", "stopped", "failed"]
Line = Literal["heavy", "light"]
OPEN: tuple[State, ...] = ("queued", "running", "paused")

AT_ONCE: dict[Line, int] = {"heavy": 1, "light": 4}  # jobs that are worked on at the same time
AWAY = 90.0  # seconds; a browser wakes a page in a hidden tab once a minute
GONE = 600.0
CLOSED = 30.0  # seconds without a look after which a closed tab's job ends; a reload on busy cores comes back sooner
SWEEP = 1.0  # seconds between two looks at who is still there

NO_MEMORY = "The machine's memory did not suffice for this run: fewer texts or fewer tokens need less."
UNKNOWN = "The run ended for a reason that is in the server's log; with other settings it may go well."


class Task(Protocol):
    """What a job does, a step at a time. Called by one thread at a time, not always by the same."""

    @property
    def left(self) -> float | None:
        """An estimate of the seconds of work that are left; None where nobody knows. Asked from other threads."""
        ...

    def step(self) -> bool:
        """Do the next piece, a few seconds at most; False when that was the last one. May raise anything."""
        ...

    def close(self) -> None:
        """No step will follow: let go of what only further steps would need."""
        ...


class Job:
    """One visitor's work. All that a page may ask or say; it answers at once, while a step is being done too."""

    def __init__(self, queue: JobQueue, task: Task, line: Line, present: Callable[[], bool]) -> None:
        self._queue, self.task, self.line, self._present = queue, task, line, present
        self.state: State = "queued"
        self.resting = False  # paused because nobody looked; it goes on when somebody does
        self.abandoned = False  # stopped because nobody looked
        self.error: Exception | None = None
        self.problem = ""  # a sentence for the visitor, where it failed
        self.seen = queue.clock()

    @property
    def is_open(self) -> bool:
        """False when it will never be worked on again."""
        return self.state in OPEN

    @property
    def position(self) -> int:
        """How many jobs come before it; 0 for one that is not queued."""
        return len(self._queue.before(self))

    @property
    def wait(self) -> float | None:
        """An estimate of the seconds until its turn; None where nobody knows."""
        before = [job.task.left for job in self._queue.before(self)]
        known = [seconds for seconds in before if seconds is not None]
        return sum(known) / AT_ONCE[self.line] if len(known) == len(before) else None

    def look(self) -> None:
        """The visitor is there: to be called by every run of the page. A job that rested for want of that goes on."""
        self.seen = self._queue.clock()
        if self.resting:
            self.resume()

    def move(self, present: Callable[[], bool]) -> None:
        """Its visitor's tab is another one from now on, and is looking."""
        self._present = present
        self.look()

    def pause(self) -> None:
        """Rest after the step that is being done, and let the next one in."""
        self._queue.change(self, ("queued", "running"), "paused")

    def resume(self) -> None:
        """Go on, from the end of the queue."""
        self._queue.change(self, ("paused",), "queued")

    def stop(self) -> None:
        """End after the step that is being done."""
        self._queue.change(self, OPEN, "stopped")


class JobQueue:
    """Jobs in two lines: the heavy ones, of large models, one at a time; the light ones beside them."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self._lock = threading.RLock()
        self._queues: dict[Line, list[Job]] = {"heavy": [], "light": []}
        self._at_work: set[Job] = set()  # jobs that a thread is at
        self._open: set[Job] = set()
        self._sweeper = Sweeper("job queue", SWEEP, self.sweep, self._open, self._lock)

    def begin(self, task: Task, line: Line, present: Callable[[], bool] = lambda: True) -> Job:
        """Put `task` into a line. `present` tells whether its visitor's tab is open; it is asked by another thread."""
        job = Job(self, task, line, present)
        with self._lock:
            self._open.add(job)
            self._queues[line].append(job)
            self._next(line)
            self._sweeper.wake()
        return job

    def __len__(self) -> int:
        """How many jobs are not over."""
        return len(self._open)

    def before(self, job: Job) -> list[Job]:
        """The jobs whose turn comes before that of a queued one, those that are at work included."""
        with self._lock:
            queue = self._queues[job.line]
            if job not in queue:
                return []
            return [*(other for other in self._at_work if other.line == job.line), *queue[: queue.index(job)]]

    def change(self, job: Job, now: tuple[State, ...], then: State) -> None:
        """Put a job that is in a state of `now` into the state `then`; any other stays as it is."""
        with self._lock:
            if job.state not in now:
                return
            job.state, job.resting = then, False
            queue = self._queues[job.line]
            if job in queue:
                queue.remove(job)
            if then == "queued":
                queue.append(job)
            if not job.is_open and job not in self._at_work:
                self._end(job)
            self._next(job.line)

    def sweep(self) -> None:
        """Let those rest whom nobody looks at, and end those whom nobody will look at again."""
        with self._lock:
            for job in tuple(self._open):
                quiet = self.clock() - job.seen
                if quiet > GONE or (quiet > CLOSED and not job._present()):
                    job.abandoned = True
                    job.stop()
                elif quiet > AWAY and job.state in ("queued", "running"):
                    job.pause()
                    job.resting = True

    def _next(self, line: Line) -> None:
        """Let those begin for whom there is room. Only with the lock."""
        for job in tuple(self._queues[line]):
            at_work = sum(other.line == line for other in self._at_work)
            if at_work >= AT_ONCE[line]:
                return
            if job in self._at_work:  # it was paused and resumed within one step, which is still being done
                continue
            self._queues[line].remove(job)
            self._at_work.add(job)
            job.state = "running"
            threading.Thread(target=self._work, args=(job,), name=f"{line} run", daemon=True).start()

    def _work(self, job: Job) -> None:
        try:
            while job.state == "running":
                if not job.task.step():
                    self.change(job, OPEN, "done")
        except Exception as error:
            self._fail(job, error)
        finally:
            with self._lock:
                self._at_work.discard(job)
                if not job.is_open:
                    self._end(job)
                self._next(job.line)

    def _fail(self, job: Job, error: Exception) -> None:
        if isinstance(error, ValueError):
            job.problem = str(error)
        elif isinstance(error, MemoryError):
            from mdp_core.tokens.device import DeviceFullError  # knows torch

            job.problem = str(error) if isinstance(error, DeviceFullError) else NO_MEMORY
        elif "can't allocate memory" in str(error):  # torch's is a RuntimeError
            job.problem = NO_MEMORY
        else:
            logging.getLogger(__name__).error("a run failed", exc_info=error)
            job.problem = UNKNOWN
        job.error = error.with_traceback(None)  # which would hold on to the memory of the step
        self.change(job, OPEN, "failed")

    def _end(self, job: Job) -> None:
        if job in self._open:
            self._open.discard(job)
            job.task.close()


@st.cache_resource(show_spinner=False)
def job_queue() -> JobQueue:
    """The queue of this server process."""
    return JobQueue()
