"""What a learner shows on its way: the tables of all its agents, and how their last episodes went."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from mdp_core.learners.choice import epsilon_greedy_table, softmax_table
from mdp_core.learners.spec import LearnerSpec


@dataclass(frozen=True, eq=False)
class Snapshot:
    """N agents after the same number of episodes. k: the episodes since the snapshot before, 0 in the first one.

    Agents that learn action values have `q`, the others `preferences` and `baseline`. Where an action is not allowed,
    both are -inf.
    """

    spec: LearnerSpec
    allowed: NDArray[np.bool_]  # [S, A]
    episodes: int  # that every agent has lived through
    steps: NDArray[np.int64]  # [N], taken so far
    returns: NDArray[
        np.float64
    ]  # [N, k], the sum of rewards of each episode since, undiscounted: the online performance
    lengths: NDArray[np.int64]  # [N, k], its steps
    terminated: NDArray[np.bool_]  # [N, k], False where max_steps cut it
    q: NDArray[np.float64] | None = None  # [N, S, A]
    preferences: NDArray[np.float64] | None = None  # [N, S, A]
    baseline: NDArray[np.float64] | None = None  # [N, S], the learned v of the policy that is learned

    def of_first(self, n: int) -> Snapshot:
        """What the first `n` agents know."""
        return replace(
            self,
            steps=self.steps[:n],
            returns=self.returns[:n],
            lengths=self.lengths[:n],
            terminated=self.terminated[:n],
            q=None if self.q is None else self.q[:n],
            preferences=None if self.preferences is None else self.preferences[:n],
            baseline=None if self.baseline is None else self.baseline[:n],
        )

    @property
    def progress(self) -> float:
        """The share of the episodes that is done, in [0, 1]."""
        return self.episodes / self.spec.episodes

    @cached_property
    def policy(self) -> NDArray[np.float64]:
        """[N, S, A], what each agent acts by now: epsilon-greedy on q, or the softmax of the preferences.

        Where no action is allowed, and nothing is ever done, all have the same probability.
        """
        if self.q is not None:
            return _filled(epsilon_greedy_table(self.q, self.allowed, self.spec.epsilon))
        return _filled(softmax_table(self._table, self.allowed))

    @cached_property
    def greedy(self) -> NDArray[np.float64]:
        """[N, S, A], what each agent holds to be best: policy without exploring; equals share the probability."""
        return _filled(epsilon_greedy_table(self._table, self.allowed, 0.0))

    @property
    def learned_policy(self) -> NDArray[np.float64]:
        """[N, S, A], what was learned, played without exploring: greedy on action values, else the softmax itself."""
        return self.policy if self.q is None else self.greedy

    @cached_property
    def v(self) -> NDArray[np.float64]:
        """[N, S], the baseline, or max_a q(s, a); 0 where no action is allowed."""
        if self.baseline is not None:
            return self.baseline
        return np.where(self.allowed.any(axis=1), self._table.max(axis=2), 0.0)

    @property
    def _table(self) -> NDArray[np.float64]:
        table = self.preferences if self.q is None else self.q
        if table is None:
            raise ValueError("a snapshot holds action values or preferences")
        return table


def _filled(policy: NDArray[np.float64]) -> NDArray[np.float64]:
    """Rows of zeros made uniform."""
    return np.where(policy.any(axis=-1, keepdims=True), policy, 1.0 / policy.shape[-1])
