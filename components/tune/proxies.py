"""Proxies: two runs by the same score, one with nothing to hold it and one held, and what becomes of what was meant."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import streamlit as st

from components.server.job_queue import Job, Workshop
from components.server.pictures import is_slow
from mdp_core.rlhf.principle import Principle

if TYPE_CHECKING:
    from mdp_core.rlhf.overoptimisation import ProxyPoint
    from mdp_core.tokens.language_model import LanguageModel
    from mdp_core.tokens.scores import Reward

Hold = Literal["loose", "held"]
HOLDS: tuple[Hold, Hold] = ("loose", "held")


@dataclass(frozen=True)
class Case:
    """What is shown: a proxy, what it was meant to stand for, and the price that holds."""

    says: str  # the proxy in words: “how often ...”; hostile where it is a visitor's
    meant: str  # the true score in words
    proxy: Reward
    true: Reward
    beta: float


class TwoRuns:
    """Both runs of a case, a step of each by turns. Worked on in the workshop."""

    def __init__(self, model: LanguageModel, case: Case, seed: int) -> None:
        from mdp_core.rlhf.overoptimisation import NO_BETA, WONDERFUL, overoptimise

        self.case, self.seed = case, seed
        self.betas: dict[Hold, float] = {"loose": NO_BETA, "held": case.beta}
        specs = {hold: WONDERFUL.spec(beta, seed) for hold, beta in self.betas.items()}
        self.steps = specs["loose"].steps
        self.points: dict[Hold, list[ProxyPoint]] = {hold: [] for hold in HOLDS}
        self._coming: dict[Hold, Iterator[ProxyPoint]] = {
            hold: overoptimise(model, spec, case.proxy, case.true) for hold, spec in specs.items()
        }
        self._worked = 0.0
        self.job: Job | None = None

    def begin(self, shop: Workshop) -> None:
        """Stand in line."""
        self.job = shop.begin(self, "light")

    def step(self) -> bool:
        """A step of each run; False when that was the last one. Raises what `tune` raises."""
        began = time.perf_counter()
        found = {hold: next(coming, None) for hold, coming in self._coming.items()}
        for hold, point in found.items():
            if point is not None:
                self.points[hold].append(point)
        self._worked += time.perf_counter() - began
        return self.done < self.steps

    def close(self) -> None:
        """Let go of the optimisers; the points stay."""
        self._coming = {}

    @property
    def done(self) -> int:
        """Steps that both have done."""
        return min(len(points) for points in self.points.values())

    @property
    def left(self) -> float | None:
        """Seconds, by the steps so far."""
        return (self.steps - self.done) * self._worked / self.done if self.done else None

    @property
    def is_live(self) -> bool:
        """False when no further step will be done."""
        return self.job is not None and self.job.is_open

    @property
    def problem(self) -> str:
        """A sentence for the visitor, where it failed."""
        return "" if self.job is None else self.job.problem


@dataclass
class Proxies:
    """Kept in session state; as long as the tab lives."""

    runs: TwoRuns | None = None
    guess: int | None = None  # which of the stories was predicted
    refused: str = ""  # why the last runs could not begin
    step: int | None = None  # whose texts are read; None: the last one's

    def begin(self, model: LanguageModel, case: Case, seed: int, shop: Workshop) -> None:
        """Begin both runs of `case`, in place of those that are here."""
        self.stop()
        try:
            self.runs = TwoRuns(model, case, seed)
        except ValueError as error:
            self.refused = str(error)
            return
        self.refused, self.step = "", None
        self.runs.begin(shop)

    def stop(self) -> None:
        """End them after the step that is being done; what they have shown stays."""
        if self.runs is not None and self.runs.job is not None:
            self.runs.job.stop()


def naive() -> Case:
    """A formula that sounds sensible, and what it was meant to say."""
    from mdp_core.rlhf.overoptimisation import WONDERFUL
    from mdp_core.tokens.rewards import reward_from

    shown = WONDERFUL
    return Case(shown.says, shown.meant, reward_from(shown.proxy), reward_from(shown.true), shown.beta)


def learned(principle: Principle) -> Case | None:
    """The reward model that was chosen on page Score, where it is known what it stands for; else None.

    One that reads texts with a large language model is left out too: forty steps of it would take minutes.
    """
    if principle.model is None or principle.true is None:
        return None
    features = getattr(principle.model, "features", None)
    if features is not None and is_slow(features.model):
        return None
    from mdp_core.rlhf.overoptimisation import LEARNED_BETA

    return Case("the reward model's score", "the rater's own taste", principle.model, principle.true, LEARNED_BETA)


def turned(points: list[ProxyPoint]) -> tuple[float, float, float]:
    """The true score at the start, at its best, and at the end; each a mean over a few steps, since one step is noisy."""
    few = max(1, min(4, len(points) // 3))
    means = [sum(p.true for p in points[i : i + few]) / few for i in range(len(points) - few + 1)]
    return means[0], max(means), means[-1]


def proxies() -> Proxies:
    """This visitor's."""
    found: Proxies = st.session_state.setdefault("proxies", Proxies())
    return found
