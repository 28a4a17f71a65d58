"""A tuning run that is watched: its film, how far it came, and what could be reached."""

from __future__ import annotations

import time
from collections.abc import Generator, Hashable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from math import isfinite
from typing import TYPE_CHECKING

from mdp_core.kept import Kept
from mdp_core.rlhf.algorithms import ALGORITHMS, ChoiceAlgorithm
from mdp_core.rlhf.principle import Principle

if TYPE_CHECKING:
    from mdp_core.rlhf.adapters import Adapter
    from mdp_core.rlhf.choice_texts import ChoiceTexts
    from mdp_core.rlhf.exact import CountedTexts
    from mdp_core.rlhf.film import Film
    from mdp_core.rlhf.passing import Exam, Passing
    from mdp_core.rlhf.spec import TuneSpec
    from mdp_core.rlhf.tuning_step import Seconds, TuningStep
    from mdp_core.tokens.language_model import LanguageModel

COUNTED_TOKENS = 5  # texts of Pocket up to this length are counted: at most a few seconds, once for everybody
REST = 0.05  # a larger probability of texts that were not counted would make the frontier a guess
GLANCE, SEEN = 1e-4, 0.5  # at most 10,000 texts, and how much of the probability they must be, for all to be counted
NATS = 9.5  # of a text's entropy: a policy above has too many texts to be counted
KEPT = 8  # snapshots: the first and the newest ones; the film has what came between
EXAMINED = 10  # updates between two exams
TOLD = 4  # warnings that are kept

_references: Kept[Hashable, CountedTexts] = Kept(8)
_pace: Kept[Hashable, float] = Kept(16)  # seconds a token, by model and algorithm


@dataclass(frozen=True)
class Reached:
    """How far a run came, exactly, beside what could be reached."""

    before: float  # E[r] of the reference
    score: float  # E[r] of the last policy
    kl: float  # KL(pi || pi_ref) of it, nats a text
    best: float  # the most that any policy scores at that divergence
    objective: float  # E[r] - beta KL of it
    best_objective: float | None  # the most there is; None for beta 0, where nothing limits it
    bound: float  # how far the scores may be off


class TuningRun:
    """A run, a step at a time. Its numbers are those of `mdp_core.rlhf.trainer.tune` with the same arguments."""

    def __init__(
        self,
        model: LanguageModel,
        spec: TuneSpec,
        principle: Principle,
        *,
        start: Adapter | None = None,
        start_name: str = "",
        counts: bool = True,
        exams: Sequence[Exam] = (),
    ) -> None:
        """`start` is an adapter over `model` to go on from, called `start_name`; without it the run begins with the
        reference. Where it `counts`, the texts of a small model are counted, to tell what could be reached. The `exams` are
        taken by the first policy, the last one, and every EXAMINED-th between.

        Raises ValueError, in a sentence for a visitor, for what cannot be tuned: a prompt, a score, an adapter."""
        from mdp_core.rlhf.choice_texts import choice_texts
        from mdp_core.rlhf.film import Film
        from mdp_core.rlhf.trainer import tune

        self.model, self.spec, self.principle = model, spec, principle
        self.start_name, self._start = start_name, start
        self.reward = principle.reward()
        self._coming: Iterator[TuningStep] | None = tune(model, spec, self.reward, start, principle.choices)
        self.film: Film = Film(
            model, spec, self.reward, true=principle.intended(), name=principle.name, start=self.start_name
        )
        algorithm = ALGORITHMS[spec.algorithm]
        self.choices: ChoiceTexts | None = None  # what an algorithm learns from that asks no score
        if isinstance(algorithm, ChoiceAlgorithm):
            self.choices = choice_texts(model, spec.prompt, principle.choices, algorithm.title)
        self.counts = counts and not spec.prompts
        self.exams = tuple(exams)
        self.marks: dict[str, dict[int, Passing]] = {exam.name: {} for exam in exams}  # by exam and n
        self.snapshots: list[TuningStep] = []
        self.told: list[tuple[int, str]] = []  # warnings, by step
        self.redrawn = 0  # groups that were drawn again in all steps, as their scores were equal
        self.equal = 0  # groups in all steps that were not learned from, as their scores are
        self.reference: CountedTexts | None = None
        self.reached: Reached | None = None
        self.doing = ""  # what it is at, where that is no step
        self.worked = 0.0  # seconds of all steps, the film's part included
        self._work = self._working()

    def step(self) -> bool:
        """One step of the run, or of what belongs to it; False when nothing is left. Raises what `tune` raises."""
        return next(self._work, None) is not None

    def close(self) -> None:
        """Let go of the optimiser and all that only further steps would need; what was shown stays."""
        self._work.close()
        self._coming, self.doing = None, ""

    @property
    def left(self) -> float | None:
        """An estimate of the seconds of work that are left, from the steps so far, or from others' steps of that model."""
        steps = self.spec.steps - self.steps
        return None if (second := self.seconds_a_step) is None else steps * second

    @property
    def seconds_a_step(self) -> float | None:
        """Of this run, of an earlier one of the same model and algorithm, or None."""
        if self.steps:
            return self.worked / self.steps
        return expected_seconds(self.model, self.spec)

    def _working(self) -> Generator[bool, None, None]:
        yield from self._count_reference()
        coming = self._coming
        assert coming is not None
        while True:
            if self.steps % EXAMINED == 0:
                yield from self._examine()
            began = time.perf_counter()
            snapshot = next(coming, None)
            if snapshot is None:
                break
            self.film.add(snapshot)
            self._keep(snapshot)
            self.worked += time.perf_counter() - began
            _pace.put(_kind(self.model, self.spec), self.worked / self.steps / _tokens(self.spec))
            yield True
        self.doing = "measuring the last policy"
        yield True
        self.film.finish()
        yield from self._examine()
        if self.reference is not None and all(
            figures.entropy * figures.length <= NATS for figures in self.film.figures.values()
        ):
            self.doing = "counting what was reached"
            yield True
            for _ in self.film.count():  # the last policy comes first
                self._reach(self.reference)
                yield True
        self.doing = ""

    def _keep(self, snapshot: TuningStep) -> None:
        self.snapshots.append(snapshot)
        if len(self.snapshots) > KEPT:
            del self.snapshots[1]
        self.redrawn, self.equal = self.redrawn + snapshot.redrawn, self.equal + snapshot.equal
        if snapshot.message:
            if self.told and self.told[-1][1] == snapshot.message:
                del self.told[-1]
            self.told.append((snapshot.step, snapshot.message))
            del self.told[:-TOLD]

    def _examine(self) -> Iterator[bool]:
        """Let the newest policy take the exams that it has not taken."""
        from mdp_core.rlhf.adapted_model import AdaptedModel

        n = self.steps
        adapter = self.film.adapters.get(n) if n else self._start
        writer = self.model if adapter is None else AdaptedModel(self.model, adapter)
        for exam in self.exams:
            if n in self.marks[exam.name]:
                continue
            self.doing = f"held-out problems: {exam.name}"
            yield True
            try:
                mark = exam.take(writer, self.spec, self.reward, self.principle.intended())
            except ValueError:  # a policy that cannot write any more is left unmarked
                return
            self.marks[exam.name][n] = mark
            self.doing = ""

    # What could be reached

    def _count_reference(self) -> Iterator[bool]:
        """The reference's texts with their scores, where they can be counted, kept for everybody."""
        low, high = self.principle.range(self.spec.tokens, self.model, self.spec.prompt)
        if not self.counts or self.spec.tokens > COUNTED_TOKENS or not (isfinite(low) and isfinite(high)):
            return
        from mdp_core.rlhf.exact import count_texts
        from mdp_core.rlhf.totals import Totals

        prompt, spec = self.model.encode(self.spec.prompt), self.spec
        key = (self.model.id, prompt, spec.tokens, spec.temperature, self.principle.key)
        exact = _references.get(key)
        if exact is None:
            self.doing = "counting the texts that the reference may write"
            yield True
            count = partial(
                count_texts,
                self.model,
                prompt,
                spec.tokens,
                Totals(self.reward),
                low=low,
                high=high,
                temperature=spec.temperature,
            )
            exact = count(least=GLANCE)
            yield True
            if exact.rest <= SEEN:
                exact = count()
            _references.put(key, exact)
            self.doing = ""
        if exact.rest <= REST:
            self.reference = exact
            self.film.compare(exact)
            yield True

    def _reach(self, reference: CountedTexts) -> None:
        from mdp_core.rlhf.frontier import best_score, optimum

        point = self.film.points.get(self.steps)
        if point is None:
            return
        beta = self.spec.beta
        self.reached = Reached(
            reference.score,
            point.score,
            point.kl,
            best_score(reference, max(point.kl, 0.0)).reached,
            point.score - beta * point.kl,
            optimum(reference, beta).objective if beta > 0 else None,
            max(point.bound, reference.bound),
        )

    @property
    def steps(self) -> int:
        """How many are done."""
        return self.snapshots[-1].step if self.snapshots else 0

    @property
    def seconds(self) -> Seconds | None:
        """Where the time of the newest step went."""
        return self.snapshots[-1].seconds if self.snapshots else None


def expected_seconds(model: LanguageModel, spec: TuneSpec) -> float | None:
    """What a step will take, by the steps that were done lately with this model and algorithm; None before any."""
    second = _pace.get(_kind(model, spec))
    return None if second is None else second * _tokens(spec)


def _kind(model: LanguageModel, spec: TuneSpec) -> Hashable:
    return model.id, spec.algorithm, spec.updates


def _tokens(spec: TuneSpec) -> int:
    return spec.texts * spec.tokens
