"""What page Tune remembers of one visitor, as long as the tab lives. There is at most one run at a time."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import streamlit as st

from components.server.job_queue import JobQueue
from components.shell.queued_run import QueuedRun
from components.shell.returning import came_back, open_tab
from components.shell.shelf import Shelf, TunedPolicy
from components.tune.recipe import Recipe, Size
from mdp_core.rlhf.principle import Principle

if TYPE_CHECKING:
    from mdp_core.tokens.language_model import LanguageModel


@dataclass
class TuneMemory:
    """Kept in session state under one key."""

    recipe: Recipe = field(default_factory=Recipe)
    start: TunedPolicy | None = None  # what the runs of its model begin with; None: the reference
    lost: str = ""  # the name of a policy that runs were to begin with, and that is no longer kept
    run: QueuedRun | None = None
    beside: QueuedRun | None = None  # another algorithm's, that `run` is compared to
    refused_beside: str = ""  # why none could begin
    runs: int = 0  # grows with every run, so that the picture shows each one anew
    refused: str = ""  # why the last run could not begin
    asking: bool = False  # a second run was asked for, while there is one
    guess: float | None = None  # of the last mean score; None until the visitor says one
    step: int | None = None  # the policy that the cursor is on
    watching: Iterator[tuple[int, int]] | None = None  # a prefix that is being read under every policy
    kept: tuple[float, int | None] = (float("-inf"), None)  # when a policy was kept last, and where the cursor was
    _reading: threading.Lock = field(default_factory=threading.Lock, repr=False, compare=False)

    def __len__(self) -> int:
        """How many runs it holds."""
        return sum(run is not None for run in (self.run, self.beside))

    def __bool__(self) -> bool:
        return True

    @property
    def live(self) -> QueuedRun | None:
        """The run that goes on, or waits to: the one beside where the first is over."""
        return next((run for run in (self.run, self.beside) if run is not None and run.is_live), None)

    @property
    def is_live(self) -> bool:
        """Whether there is such a run."""
        return self.live is not None

    def start_from(self, policy: TunedPolicy | None) -> None:
        """Let the next runs begin with `policy`, or with the reference."""
        self.start, self.lost = policy, ""

    def start_of(self, base: str, kept: Shelf) -> TunedPolicy | None:
        """What a run of the model `base` begins with. One that is gone from the shelf is forgotten, and its name `lost`."""
        if self.start is not None:
            kept_one = kept.get(self.start.id)
            if kept_one is None:
                self.lost = self.start.name
            self.start = kept_one
        return self.start if self.start is not None and self.start.base == base else None

    def begin(
        self,
        model: LanguageModel,
        size: Size,
        prompt: str,
        score: Principle,
        queue: JobQueue,
        *,
        start: TunedPolicy | None = None,
        instead: bool = False,
    ) -> None:
        """Begin a run; while there is one only `instead` of it, else `asking` is set. What is wrong is in `refused`."""
        self.refused, self.lost, self.asking = "", "", False
        if self.is_live and not instead:
            self.asking = True
            return
        try:
            if score.model is not None:
                score.model.check(model)
            shape = None if start is None else start.adapter.spec
            fresh = QueuedRun(
                model, self.recipe.spec(size, prompt, shape), score, start=start, exams=self.recipe.exams(size)
            )
        except ValueError as error:
            self.refused = str(error)
            return
        self.clear()
        fresh.guess = self.guess
        self.run, self.runs = fresh, self.runs + 1
        fresh.begin(queue, open_tab())

    def take_over(self, before: TuneMemory) -> None:
        """Go on with the runs of a tab that was loaded anew; what is asked for, the link has said."""
        if self.run is not None:
            return
        self.run, self.beside, self.runs, self.start = before.run, before.beside, before.runs, before.start
        for run in (self.run, self.beside):
            if run is not None and run.job is not None:
                run.job.move(open_tab())

    def clear(self) -> None:
        """Stop the run, and forget it."""
        if self.run is not None and self.run.job is not None:
            self.run.job.stop()
        if self.beside is not None and self.beside.job is not None:
            self.beside.job.stop()
        self.run, self.watching, self.step, self.asking = None, None, None, False
        self.beside, self.refused_beside = None, ""

    def begin_beside(self, algorithm: str, queue: JobQueue, score: Principle | None = None) -> None:
        """Run another algorithm, or the same by another `score`, with the same settings and draws, once this run is over.
        What is wrong is in `refused_beside`."""
        from mdp_core.rlhf.side_by_side import by_another

        run = self.run
        if run is None or self.is_live:
            return
        self.refused_beside = ""
        try:
            spec = run.spec if algorithm == run.spec.algorithm else by_another(run.spec, algorithm)
            other = QueuedRun(run.model, spec, score or run.principle, start=run.start, exams=run.exams)
        except ValueError as error:
            self.refused_beside = str(error)
            return
        self.beside = other
        other.begin(queue, open_tab())

    def watch(self, prefix: tuple[int, ...]) -> None:
        """Look at what every policy says after another prefix."""
        if self.run is not None:
            self.watching = self.run.film.watch(prefix)

    def read(self, seconds: float) -> None:
        """Go on with that for about so long."""
        end = time.monotonic() + seconds
        with self._reading:  # a page that is run again reads on while its last run still does
            while self.watching is not None and time.monotonic() < end:
                try:
                    next(self.watching)
                except (StopIteration, ValueError):  # all is read, or there is nothing to read after such a prefix
                    self.watching = None


def tune_memory() -> TuneMemory:
    """This visitor's."""
    memory: TuneMemory = st.session_state.setdefault("tune", TuneMemory())
    before = came_back("tune")
    if before is not None:
        memory.take_over(before)
    return memory
