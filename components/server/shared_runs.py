"""Runs that visitors share: a class that meets the same numbers waits for one run, not for one each."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any

from components.server.job_queue import Job
from mdp_core.kept import Kept

MOST = 16  # runs of the built-in model, a few MB each


@dataclass(frozen=True)
class SharedRun:
    """Work in the job queue that goes on while anybody looks at it. Nobody stops it, and all only read."""

    work: Any
    job: Job

    @property
    def is_open(self) -> bool:
        """True while there is more to come."""
        return self.job.is_open


_runs: Kept[Hashable, SharedRun] = Kept(MOST)


def join_run(key: Hashable, begin: Callable[[], SharedRun]) -> SharedRun:
    """The run of that key that is on or over; begun anew where there is none, or where it did not come to its end."""
    run = _runs.get(key)
    if run is None or run.job.state in ("stopped", "failed"):
        run = _runs.put(key, begin())
    return run
