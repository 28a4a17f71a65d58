"""The policy that moves: what a group of scores teaches, a tuning run, and a stand-in that is maximised."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, ClassVar

import streamlit as st

from components.instruments.drawing.figures import figure, signed
from components.instruments.drawing.tables import BarRow, bar_table
from components.instruments.sketch import sketch
from components.instruments.tuning_film import tuning as tuning_film
from components.server.job_queue import job_queue
from components.server.shared_runs import SharedRun, join_run
from components.shell.messages import tell_problem
from components.shell.queued_run import QueuedRun
from components.shell.waiting import show_waiting
from components.tour.beat import Paper, Setting
from components.tune.proxy_curves import draw_proxy_curves
from components.tune.proxy_texts import list_proxy_texts
from mdp_core.rlhf.principle import Principle

if TYPE_CHECKING:
    from mdp_core.rlhf.proxy_runs import ProxyRuns
    from mdp_core.rlhf.spec import TuneSpec
    from mdp_core.tokens.language_model import LanguageModel


@dataclass(frozen=True)
class Group:
    """Texts that answer the same prompt are compared with each other; `scores` are one group's, another's each meeting."""

    scores: Sequence[Sequence[float]]
    other: Sequence[float] = (0.9, 0.6, 0.6, 0.3)  # a group that differs, shown beside it

    def find(self, setting: Setting) -> list[float]:
        """The advantages of the group's texts."""
        return advantages(self._scores(setting))

    def _scores(self, setting: Setting) -> Sequence[float]:
        return self.scores[setting.again % len(self.scores)]

    def draw(self, setting: Setting, found: list[float] | None) -> None:
        """The scores, and once it is told the advantages of both groups."""
        groups = [("these texts", self._scores(setting)), ("other texts", self.other)]
        with st.container(key="tour_groups"):
            for name, scores in groups if setting.told else groups[:1]:
                rows = []
                for i, (score, worth) in enumerate(zip(scores, advantages(scores), strict=True)):
                    figures = [figure(score), signed(worth, 2)] if setting.told else [figure(score)]
                    rows.append(BarRow(f"text {i + 1}", figures, score, None))
                head = [name, "score r", *(["advantage"] if setting.told else [])]
                st.html(bar_table(head, rows, "reward"))


def advantages(scores: Sequence[float]) -> list[float]:
    """[G] -> [G], GRPO's: (r - mean) / std within the group."""
    import torch

    from mdp_core.rlhf.advantages import grpo_advantages

    found: list[float] = grpo_advantages(torch.tensor(scores, dtype=torch.float64)).tolist()
    return found


def live_of(setting: Setting) -> SharedRun | None:
    """The run of this meeting, where it was begun."""
    kept = setting.memory.kept.get(setting.key)
    if isinstance(kept, SharedRun):
        kept.job.look()
        return kept
    return None


@dataclass(frozen=True)
class Tuning:
    """A real run: Pocket learns from a score, with another seed each meeting."""

    ticks: ClassVar[float] = 0.5  # seconds between two looks at it
    prompt: str = "the movie was"
    steps: int = 30
    tokens: int = 8
    low: float = -1.0
    high: float = 1.0

    def find(self, setting: Setting) -> list[float] | None:
        """[steps + 1], the mean score before and after each step; None until the run is over."""
        if setting.told and setting.model is not None and live_of(setting) is None:
            model, spec = setting.model, self._spec(setting)
            setting.memory.kept[setting.key] = join_run((model, spec), lambda: self._begin(model, spec))
        live = live_of(setting)
        return None if live is None or live.is_open else curve_of(live.work)

    def _begin(self, model: LanguageModel, spec: TuneSpec) -> SharedRun:
        run = QueuedRun(model, spec, Principle())
        run.begin(job_queue())
        assert run.job is not None
        return SharedRun(run, run.job)

    def _spec(self, setting: Setting) -> TuneSpec:
        from mdp_core.rlhf.spec import preset

        return preset("rloo", prompt=self.prompt, tokens=self.tokens, steps=self.steps, seed=7 + setting.again)

    def paper(self, _: list[float] | None) -> Paper:
        """A place before the first step, and one after each."""
        return Paper(self.steps + 1, "steps", "mean score")

    def draw(self, setting: Setting, found: list[float] | None) -> None:
        """Paper to draw on, and once it is told the run while it goes on."""
        live = live_of(setting)
        memory, meeting = setting.memory, setting.memory.meeting(setting.beat)
        guess = memory.guesses.get(meeting)
        drafts = memory.kept
        draft = f"draft_{setting.key}"
        truth = None if live is None else curve_of(live.work)
        paper = self.paper(found)
        sketch(
            key=f"sketch_{setting.key}",
            of=setting.key,
            points=paper.points,
            low=self.low,
            high=self.high,
            across=paper.across,
            up=paper.up,
            drawn=guess if isinstance(guess, tuple) else drafts.get(draft),
            truth=truth if setting.told else None,
            crowd=setting.crowd,
            on_draw=lambda curve: drafts.update({draft: curve}),
        )
        if live is None:
            return
        run: QueuedRun = live.work
        if run.error:
            tell_problem(run.error, "What it has shown stays.")
        if live.is_open:
            show_waiting(f"step {run.steps} of {self.steps}", run.steps / self.steps, key=f"bar_{setting.key}")
        if run.snapshots:
            tuning_film(
                run.film, key=f"film_{setting.key}", run=setting.key, live=live.is_open, parts=("next", "texts")
            )


def curve_of(run: QueuedRun) -> list[float]:
    """The mean score of the policy before the first step, and after each that is done."""
    figures = run.film.figures
    return [figures[n].score for n in sorted(figures)]


NAMED = ("what is meant", "what is paid for")


@dataclass(frozen=True)
class StandIn:
    """Two real runs by a score that is only a stand-in: one that nothing holds, and one that KL holds."""

    ticks: ClassVar[float] = 0.7

    def find(self, setting: Setting) -> ProxyRuns | None:
        """Both, once they are over."""
        if setting.told and setting.model is not None and live_of(setting) is None:
            model, seed = setting.model, 7 + setting.again
            setting.memory.kept[setting.key] = join_run((model, seed), lambda: self._begin(model, seed))
        live = live_of(setting)
        return None if live is None or live.is_open else live.work

    def _begin(self, model: LanguageModel, seed: int) -> SharedRun:
        from mdp_core.rlhf.proxy_runs import ProxyRuns, naive

        runs = ProxyRuns(model, naive(), seed)
        return SharedRun(runs, job_queue().begin(runs, "light"))

    def draw(self, setting: Setting, found: ProxyRuns | None) -> None:
        """What is meant and what is paid for, and once it is told what becomes of both."""
        from mdp_core.rlhf.proxy_runs import naive

        case, live = naive(), live_of(setting)
        if live is None:
            for column, name, score in zip(st.columns(2, gap="medium"), NAMED, (case.meant, case.says), strict=True):
                with column:
                    st.html(f'<div class="tour-text"><b>{name}</b>{escape(score)}</div>')
            return
        runs: ProxyRuns = live.work
        if live.job.problem:
            tell_problem(live.job.problem, "What the runs have shown stays.")
        if live.is_open:
            done = f"step {runs.done} of {runs.steps}, both runs"
            show_waiting(done, runs.done / runs.steps, key=f"bar_{setting.key}")
        if runs.done:
            draw_proxy_curves(runs, ("proxy", "true"), height=280)
            list_proxy_texts(runs, runs.done)
