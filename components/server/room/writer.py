"""The writer: one thread that puts all that waits into the database in one transaction, and answers after the commit."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import Any

from components.server.room.errors import DatabaseAwayError, FullRoomError, NoRoomError
from components.server.room.records import Reply, Vote
from components.server.room.store import RoomStore

SEE_EVERY = 2.0  # seconds between two times that phones' being here is written down
MOST_WAITING = 5_000  # of what waits to be written
MOST_TOGETHER = 500  # of what goes into one transaction


@dataclass(frozen=True)
class Join:
    """A phone that is new to this process; its number is to be told."""

    room: int
    token: str


@dataclass
class _Job:
    what: Join | Vote | Reply
    done: Future[Any] = field(default_factory=Future)


class RoomWriter:
    """Writes for all rooms of a process. Safe to use from several threads; its thread begins with the first job."""

    def __init__(self, rooms: Callable[[], RoomStore]) -> None:
        self._rooms = rooms
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._seen: dict[int, float] = {}

    def join(self, room: int, token: str) -> Future[int]:
        """The number of that phone. Raises FullRoomError, NoRoomError and DatabaseAwayError, in the future."""
        return self._put(Join(room, token))

    def keep(self, said: Vote | Reply) -> Future[None]:
        """Done once it is committed. Raises NoRoomError and DatabaseAwayError, in the future; then it is not kept."""
        return self._put(said)

    def saw(self, phone: int, at: float) -> None:
        """This phone is here: written down together with others."""
        with self._lock:
            self._seen[phone] = at

    def close(self) -> None:
        """Write what waits, and end the thread."""
        with self._lock:
            thread, self._thread = self._thread, None
        if thread is not None:
            self._jobs.put(None)
            thread.join()

    def _put(self, what: Join | Vote | Reply) -> Future[Any]:
        job = _Job(what)
        if self._jobs.qsize() >= MOST_WAITING:
            job.done.set_exception(DatabaseAwayError())
            return job.done
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="room-writer", daemon=True)
                self._thread.start()
        self._jobs.put(job)
        return job.done

    def _run(self) -> None:
        wrote = time.monotonic()
        running = True
        while running:
            jobs, running = self._waiting(SEE_EVERY)
            try:
                self._write(jobs)
                if not running or time.monotonic() - wrote > SEE_EVERY:
                    wrote = time.monotonic()
                    self._write_seen()
            except DatabaseAwayError as error:
                running = self._refuse(jobs, error) and running

    def _refuse(self, jobs: list[_Job], error: DatabaseAwayError) -> bool:
        """Nobody waits for the database twice: who came while it was waited for hears the same. Whether more may come."""
        running = True
        _fail(jobs, error)
        while running and (jobs or self._jobs.qsize()):
            jobs, running = self._waiting(0.0)
            _fail(jobs, error)
        return running

    def _waiting(self, seconds: float) -> tuple[list[_Job], bool]:
        """All that waits now, none where nothing comes for so many seconds; and whether more may come."""
        jobs: list[_Job] = []
        try:
            job = self._jobs.get(timeout=seconds)
            while job is not None:
                if job.done.set_running_or_notify_cancel():
                    jobs.append(job)
                if len(jobs) == MOST_TOGETHER:
                    return jobs, True
                job = self._jobs.get_nowait()
        except Empty:
            return jobs, True
        return jobs, False

    def _write(self, jobs: Sequence[_Job]) -> None:
        """Raises DatabaseAwayError, and then leaves those that are not done to the caller."""
        joins: dict[int, list[_Job]] = {}
        for job in jobs:
            if isinstance(job.what, Join):
                joins.setdefault(job.what.room, []).append(job)
        for room, together in joins.items():
            self._join(room, together)
        self._record([job for job in jobs if not isinstance(job.what, Join)])

    def _join(self, room: int, jobs: Sequence[_Job]) -> None:
        tokens = [job.what.token for job in jobs if isinstance(job.what, Join)]
        try:
            numbers = self._rooms().phones(room, tokens, time.time())
        except DatabaseAwayError:
            raise
        except Exception as error:  # whatever it was: nobody waits for ever
            _fail(jobs, error)
            return
        for job, token in zip(jobs, tokens, strict=True):
            if token in numbers:
                job.done.set_result(numbers[token])
            else:
                job.done.set_exception(FullRoomError("This room is full."))

    def _record(self, jobs: Sequence[_Job]) -> None:
        if not jobs:
            return
        said = [job.what for job in jobs]
        try:
            self._rooms().record(
                [one for one in said if isinstance(one, Vote)], [one for one in said if isinstance(one, Reply)]
            )
        except NoRoomError as error:
            if len(jobs) == 1:
                _fail(jobs, error)
                return
            half = len(jobs) // 2  # one of a room that is gone keeps none of the others back
            self._record(jobs[:half])
            self._record(jobs[half:])
        except DatabaseAwayError:
            raise
        except Exception as error:  # whatever it was: nobody waits for ever
            _fail(jobs, error)
        else:
            for job in jobs:
                job.done.set_result(None)

    def _write_seen(self) -> None:
        with self._lock:
            seen, self._seen = self._seen, {}
        try:
            self._rooms().see(seen)
        except DatabaseAwayError:
            raise
        except Exception:  # they will be seen again in two seconds
            return


def _fail(jobs: Sequence[_Job], error: Exception) -> None:
    for job in jobs:
        if not job.done.done():
            job.done.set_exception(error)
