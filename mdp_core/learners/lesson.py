"""A lesson: one algorithm at work, as many agents as there are seeds, and what is remembered of it."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mdp_core.grid.world import GridWorld
from mdp_core.learners.curve import greedy_walk
from mdp_core.learners.policy_value import start_values
from mdp_core.learners.run import learn_with_pauses
from mdp_core.learners.snapshot import Snapshot
from mdp_core.learners.spec import LearnerSpec
from mdp_core.work import Report, Work

CELLS = 60_000  # of all milestones of a lesson together
MILESTONES = 60  # of a lesson at most
VALUED = 4_000  # states of all agents together, whose exact values are worked out at once
WALKED = 200  # steps of a greedy walk

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Milestone:
    """What the first agent knows after some episodes."""

    episodes: int
    steps: int
    v: Array  # [S]
    q: Array | None  # [S, A]
    policy: Array  # [S, A], what it would play without exploring


class Lesson(Work["Lesson"]):
    """Learning until the last episode. What goes wrong is in `error`, and what was learned before stays."""

    def __init__(self, world: GridWorld, spec: LearnerSpec) -> None:
        """Raises ValueError, in a visitor's words, for what nobody can learn in this world."""
        super().__init__(self._learning(learn_with_pauses(world.tabular(), spec)))
        self.world, self.spec = world, spec
        self.milestones: list[Milestone] = []
        self.worth: list[tuple[int, Array]] = []  # episodes, [n] exact values of s_0
        self.walks: list[list[int]] = []  # of every agent in the end, where the ground does not slip
        self._returns: list[Array] = []  # [N, k] each
        self._latest: Snapshot | None = None
        S = len(world.states)
        self._most = int(np.clip(CELLS // S, 6, MILESTONES))
        self._valued = min(spec.agents, VALUED // S)  # agents whose policies are valued; none on a large map

    @property
    def episodes(self) -> int:
        """How many are done."""
        return sum(part.shape[1] for part in self._returns)

    def curve(self) -> Array:
        """[N, E], the online return of every episode so far."""
        if not self._returns:
            return np.zeros((self.spec.agents, 0))
        if len(self._returns) > 1:
            self._returns[:] = [np.concatenate(self._returns, axis=1)]
        return self._returns[0]

    def close(self) -> None:
        """Learn no further: the last milestone is what is known now."""
        super().close()
        self._conclude()

    def _learning(self, snapshots: Iterator[Snapshot | None]) -> Generator[Report[Lesson], None, Lesson]:
        try:
            for snapshot in snapshots:
                if snapshot is None:
                    yield Report(self.share)
                    continue
                self._latest = snapshot
                if snapshot.returns.size:
                    self._returns.append(snapshot.returns)
                if snapshot.progress >= len(self.milestones) / self._most:
                    self._remember(snapshot)
                if snapshot.episodes < self.spec.episodes:
                    yield Report(snapshot.progress)
        except ValueError:
            self._conclude()
            raise
        self._conclude()
        return self

    def _conclude(self) -> None:
        latest, self._latest = self._latest, None
        if latest is None:
            return
        if self.milestones[-1].episodes < latest.episodes:
            self._remember(latest)
        self.curve()  # joined once, for everybody
        table = self.world.tabular()
        if table.shape[2] == 1:  # the ground does not slip: there is one greedy walk
            steps = min(self.spec.max_steps, WALKED)
            self.walks = [greedy_walk(table, policy, steps) for policy in latest.learned_policy]

    def _remember(self, snapshot: Snapshot) -> None:
        shown = snapshot.of_first(max(1, self._valued))
        q, policy = None if shown.q is None else shown.q[0], shown.learned_policy
        self.milestones.append(Milestone(snapshot.episodes, int(snapshot.steps[0]), shown.v[0], q, policy[0]))
        if self._valued:
            values = start_values(self.world.tabular(), policy, self.spec.gamma)
            self.worth.append((snapshot.episodes, values))
