"""What the section on over-optimisation remembers of one visitor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from components.server.job_queue import Job, JobQueue
from components.server.pictures import is_slow
from mdp_core.rlhf.principle import Principle

if TYPE_CHECKING:
    from mdp_core.rlhf.proxy_runs import Case, ProxyRuns
    from mdp_core.tokens.language_model import LanguageModel


@dataclass
class ProxiesMemory:
    """Kept in session state; as long as the tab lives."""

    runs: ProxyRuns | None = None
    job: Job | None = None  # theirs, in the queue
    guess: int | None = None  # which of the stories was predicted
    refused: str = ""  # why the last runs could not begin
    step: int | None = None  # whose texts are read; None: the last one's

    @property
    def is_live(self) -> bool:
        """False when no further step will be done."""
        return self.job is not None and self.job.is_open

    def begin(self, model: LanguageModel, case: Case, seed: int, queue: JobQueue) -> None:
        """Begin both runs of `case`, in place of those that are here."""
        from mdp_core.rlhf.proxy_runs import ProxyRuns

        self.stop()
        try:
            self.runs = ProxyRuns(model, case, seed)
        except ValueError as error:
            self.refused = str(error)
            return
        self.refused, self.step = "", None
        self.job = queue.begin(self.runs, "light")

    def stop(self) -> None:
        """End them after the step that is being done; what they have shown stays."""
        if self.job is not None:
            self.job.stop()


def learned_case(principle: Principle) -> Case | None:
    """The reward model that was chosen on page Score, where it is known what it stands for; else None.

    One that reads texts with a large language model is left out too: forty steps of it would take minutes.
    """
    if principle.model is None or principle.true is None:
        return None
    features = getattr(principle.model, "features", None)
    if features is not None and is_slow(features.model):
        return None
    from mdp_core.rlhf.overoptimisation import LEARNED_BETA
    from mdp_core.rlhf.proxy_runs import Case

    return Case("the reward model's score", "the rater's own taste", principle.model, principle.true, LEARNED_BETA)


def proxies_memory() -> ProxiesMemory:
    """This visitor's."""
    memory: ProxiesMemory = st.session_state.setdefault("proxies", ProxiesMemory())
    return memory
