"""Lessons: learners at work, a slice at a time, several side by side on the same seeds; finished ones are kept."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mdp_core.grid.world import GridWorld
from mdp_core.horizon import expected_rewards
from mdp_core.kept import Kept
from mdp_core.learners import LearnerSpec, Snapshot, learn
from mdp_core.learners.curve import greedy_walk
from mdp_core.learners.policy_value import start_values
from mdp_core.solvers.policy_iteration import policy_iteration
from mdp_core.stage.learned import learned_policy, step_limit

KEPT = 16  # finished lessons, a few MB each on the largest maps
CELLS = 60_000  # of all frames of a film together
FRAMES = 60  # of a film at most
VALUED = 4_000  # states of all agents together, whose exact values are worked out at once
WALKED = 200  # steps of a greedy walk


@dataclass(frozen=True, eq=False)
class Frame:
    """What the first agent knows after some episodes."""

    episodes: int
    steps: int
    v: NDArray[np.float64]  # [S]
    q: NDArray[np.float64] | None  # [S, A]
    policy: NDArray[np.float64]  # [S, A], what it would play without exploring


@dataclass
class Lesson:
    """One algorithm, as many agents as there are seeds."""

    world: GridWorld
    spec: LearnerSpec
    returns: list[NDArray[np.float64]] = field(default_factory=list)  # [N, k] each
    frames: list[Frame] = field(default_factory=list)
    worth: list[tuple[int, NDArray[np.float64]]] = field(default_factory=list)  # episodes, [n] values of s_0
    walks: list[list[int]] = field(default_factory=list)  # of every agent in the end, where the ground does not slip
    progress: float = 0.0
    done: bool = False
    problem: str = ""
    drawn: Any = None  # the whole film as the board shows it, once it is done: laid out once, for everybody

    def __post_init__(self) -> None:
        self._table = self.world.tabular()
        self._coming = learn(self._table, self.spec)
        S = len(self.world.states)
        self._most = int(np.clip(CELLS // S, 6, FRAMES))
        self._latest: Snapshot | None = None
        self._valued = min(self.spec.agents, VALUED // S)  # agents whose policies are valued; none on a large map

    @property
    def episodes(self) -> int:
        """How many are done."""
        return sum(part.shape[1] for part in self.returns)

    def step(self) -> None:
        """Learn until the next snapshot. What goes wrong is in `problem`, and what was learned before stays."""
        try:
            snapshot = next(self._coming)
        except StopIteration:
            self.done = True
            return
        except ValueError as error:
            self.problem = str(error)
            self.finish()
            return
        self._latest, self.progress = snapshot, snapshot.progress
        if snapshot.returns.size:
            self.returns.append(snapshot.returns)
        if self.progress >= len(self.frames) / self._most:
            self._film(snapshot)
        if snapshot.episodes == self.spec.episodes:
            self.finish()

    def finish(self) -> None:
        """Learn no further: the last frame is what is known now."""
        snapshot, self._latest, self.done = self._latest, None, True
        if snapshot is None:
            return
        if self.frames[-1].episodes < snapshot.episodes:
            self._film(snapshot)
        if self._table.shape[2] == 1:  # the ground does not slip: there is one greedy walk
            steps = min(self.spec.max_steps, WALKED)
            self.walks = [greedy_walk(self._table, policy, steps) for policy in learned_policy(snapshot)]

    def curve(self) -> NDArray[np.float64]:
        """[N, E], the online return of every episode so far."""
        if not self.returns:
            return np.zeros((self.spec.agents, 0))
        if len(self.returns) > 1:
            self.returns[:] = [np.concatenate(self.returns, axis=1)]
        return self.returns[0]

    def _film(self, snapshot: Snapshot) -> None:
        policy = learned_policy(snapshot)
        q = None if snapshot.q is None else snapshot.q[0]
        self.frames.append(Frame(snapshot.episodes, int(snapshot.steps[0]), snapshot.v[0], q, policy[0]))
        if self._valued:
            values = start_values(self._table, policy[: self._valued], self.spec.gamma)
            self.worth.append((snapshot.episodes, values))

    def sendable(self) -> Frame | None:
        """The last frame that a link can ask for: one whose learning is within the limit of steps."""
        within = [frame for frame in self.frames if frame.episodes and frame.steps <= step_limit(self.spec)]
        return within[-1] if within else None


@dataclass(frozen=True)
class Optimum:
    """What the curves are held against."""

    value: float  # v*(s_0), discounted
    online: float  # what the optimal policy earns in an episode, undiscounted and cut off like the learners' ones


class Course:
    """Lessons in lockstep: whichever is furthest behind goes on."""

    def __init__(self, world: GridWorld, specs: tuple[LearnerSpec, ...]) -> None:
        """Raises ValueError, in a visitor's words, for what nobody can learn in this world."""
        self.world = world
        self.lessons = [_finished.get((world, spec)) or Lesson(world, spec) for spec in specs]
        self.stopped = False
        self.worked = 0.0  # seconds
        self.optimum: Optimum | None = None  # None before it is known, and where gamma 1 has none
        self._solving: Iterator[None] | None = self._solve(specs[0])

    @property
    def done(self) -> bool:
        """All lessons are over: done, stopped, or given up because of a problem."""
        return self._solving is None and all(lesson.done for lesson in self.lessons)

    @property
    def progress(self) -> float:
        """In [0, 1]."""
        return sum(lesson.progress for lesson in self.lessons) / len(self.lessons)

    @property
    def left(self) -> float | None:
        """An estimate of the seconds of work that are left; None where nobody knows yet."""
        return self.worked * (1 - self.progress) / self.progress if self.progress > 0.01 else None

    def work(self, seconds: float) -> None:
        """Go on for about so long."""
        begun = time.perf_counter()
        while self._solving is not None and time.perf_counter() - begun < seconds:
            if next(self._solving, self) is self:
                self._solving = None
        while not self.done and time.perf_counter() - begun < seconds:
            behind = min((lesson for lesson in self.lessons if not lesson.done), key=lambda lesson: lesson.progress)
            behind.step()
            if behind.done and not behind.problem:
                behind.curve()  # joined once, for everybody
                _finished.put((self.world, behind.spec), behind)
        self.worked += time.perf_counter() - begun

    def _solve(self, spec: LearnerSpec) -> Iterator[None]:
        table = self.world.tabular()
        try:
            for half in policy_iteration(table, spec.gamma):
                best = half
                yield
        except ValueError:
            return
        self.optimum = Optimum(
            float(table.start @ best.v), float(expected_rewards(table, best.policy, spec.max_steps).sum())
        )

    def stop(self) -> None:
        """Learn no further; what was learned stays."""
        self._solving = None
        self.stopped = True
        for lesson in self.lessons:
            if not lesson.done:
                lesson.finish()


_finished: Kept[tuple[GridWorld, LearnerSpec], Lesson] = Kept(KEPT)
