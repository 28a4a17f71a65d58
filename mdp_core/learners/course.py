"""A course: several lessons in one world, on the same seeds, side by side."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from itertools import islice

from mdp_core.grid.world import GridWorld
from mdp_core.horizon import rewards_to_come
from mdp_core.kept import Kept
from mdp_core.learners.lesson import Lesson
from mdp_core.learners.spec import LearnerSpec
from mdp_core.solvers.policy_iteration import policy_iteration
from mdp_core.work import Report, Work

AT_ONCE = 100  # steps that the optimal policy is followed without a pause

Lessons = Kept[tuple[GridWorld, LearnerSpec], Lesson]


@dataclass(frozen=True)
class Optimum:
    """What the curves are held against."""

    value: float  # v*(s_0), discounted
    online: float  # what the optimal policy earns in an episode, undiscounted and cut off like the learners' ones


class Course(Work[tuple[Lesson, ...]]):
    """Lessons in lockstep: whichever is furthest behind goes on. It is over when all of them are: done, or failed."""

    def __init__(self, world: GridWorld, specs: tuple[LearnerSpec, ...], finished: Lessons) -> None:
        """Lessons that are `finished` already are not given again, and those that come to their end are added.

        Raises ValueError, in a visitor's words, for what nobody can learn in this world.
        """
        super().__init__(self._in_lockstep(finished))
        self.world = world
        self.lessons = tuple(finished.get((world, spec)) or Lesson(world, spec) for spec in specs)
        self.optimum: Optimum | None = None  # None before it is known, and where gamma 1 has none

    def close(self) -> None:
        """Learn no further; what was learned stays."""
        super().close()
        for lesson in self.lessons:
            if not lesson.done:
                lesson.close()

    def _in_lockstep(self, finished: Lessons) -> Generator[Report[tuple[Lesson, ...]], None, tuple[Lesson, ...]]:
        yield from self._solving(self.lessons[0].spec)
        while on_their_way := [lesson for lesson in self.lessons if not lesson.done]:
            behind = min(on_their_way, key=lambda lesson: lesson.share)
            known = behind.episodes
            behind.work(0)  # until its next report, which may be no more than a moment to pause
            if behind.done and behind.error is None:
                finished.put((self.world, behind.spec), behind)
            news = self.lessons if behind.done or behind.episodes > known else None
            yield Report(sum(lesson.share for lesson in self.lessons) / len(self.lessons), result=news)
        return self.lessons

    def _solving(self, spec: LearnerSpec) -> Generator[Report[tuple[Lesson, ...]], None, None]:
        table = self.world.tabular()
        try:
            for half in policy_iteration(table, spec.gamma):
                best = half
                yield Report(0.0)
        except ValueError:
            return
        online = 0.0
        for step, reward in enumerate(islice(rewards_to_come(table, best.policy), spec.max_steps)):
            online += reward
            if step % AT_ONCE == AT_ONCE - 1:
                yield Report(0.0)
        self.optimum = Optimum(float(table.start @ best.v), online)
