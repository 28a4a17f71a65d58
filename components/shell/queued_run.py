"""One visitor's run: worked on in the job queue, while others' wait."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from components.server.job_queue import Job, JobQueue, State
from components.server.ledger import Ledger
from components.server.pictures import is_slow
from components.shell.shelf import NUMBERS
from mdp_core.rlhf.memory import check_memory, held
from mdp_core.rlhf.principle import Principle
from mdp_core.rlhf.tuning_run import TuningRun

if TYPE_CHECKING:
    from components.shell.shelf import TunedPolicy
    from mdp_core.rlhf.adapters import Adapter
    from mdp_core.rlhf.passing import Exam
    from mdp_core.rlhf.spec import TuneSpec
    from mdp_core.tokens.language_model import LanguageModel


MOST = 2_000_000_000  # bytes that the runs of all tabs hold together, those that are over too

_held = Ledger(
    MOST,
    "The runs of all open tabs take as much memory as there is for them: close a tab whose run is over, and press "
    "again in two minutes.",
)


class QueuedRun(TuningRun):
    """A run with its place in the queue, and what was expected of it."""

    def __init__(
        self,
        model: LanguageModel,
        spec: TuneSpec,
        principle: Principle,
        *,
        start: TunedPolicy | None = None,
        exams: Sequence[Exam] = (),
    ) -> None:
        """`start` is a kept policy over `model` to go on from. Raises what TuningRun raises, and ValueError for a run for
        which the memory does not suffice, and for an adapter that no shelf would hold."""
        _check_size(model, spec)
        self.is_heavy = is_slow(model)
        self.job: Job | None = None
        self.start = start
        self.guess: float | None = None  # what the visitor expects of the last mean score
        super().__init__(
            model,
            spec,
            principle,
            start=None if start is None else start.adapter,
            start_name="" if start is None else start.name,
            counts=not self.is_heavy,
            exams=exams,
        )
        check_memory(model, spec)
        _held.enter(self, held(model, spec))

    def begin(self, queue: JobQueue, present: Callable[[], bool] = lambda: True) -> None:
        """Stand in line."""
        self.job = queue.begin(self, "heavy" if self.is_heavy else "light", present)

    @property
    def state(self) -> State:
        """Where it is."""
        return "queued" if self.job is None else self.job.state

    @property
    def is_live(self) -> bool:
        """False when no further step will be done."""
        return self.job is not None and self.job.is_open

    @property
    def error(self) -> str:
        """A sentence for the visitor, where it failed."""
        return "" if self.job is None else self.job.problem

    @property
    def last_good(self) -> Adapter | None:
        """The newest adapter whose numbers are numbers; None before the first step."""
        kept: Adapter | None = getattr(self.job and self.job.error, "last_good", None)  # a DivergedError's
        if kept is not None:
            return kept
        return self.snapshots[-1].adapter if self.snapshots else None


def _check_size(model: LanguageModel, spec: TuneSpec) -> None:
    from mdp_core.rlhf.adapters import numbers  # heavy: it brings torch

    count = numbers(model.model, spec.adapter)
    if count > NUMBERS:
        raise ValueError(
            f"An adapter of rank {spec.adapter.rank} on these layers has {count:,} numbers, and {NUMBERS:,} are as many as "
            "can be kept: take a smaller rank or fewer layers."
        )
