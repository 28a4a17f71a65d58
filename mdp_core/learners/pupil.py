"""One agent that learns in any table, watched on its way: what it knows, and what it would earn without exploring."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mdp_core.learners.policy_value import start_values
from mdp_core.learners.run import learn
from mdp_core.learners.snapshot import Snapshot
from mdp_core.learners.spec import LearnerSpec
from mdp_core.tabular import TabularMDP
from mdp_core.work import Report

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Known:
    """What the first agent of a spec knows after some episodes."""

    episodes: int
    v: Array  # [S]
    policy: Array  # [S, A], what it would play without exploring

    def worth(self, table: TabularMDP, gamma: float) -> float:
        """E[v_pi(s_0)] of the policy, exact. Raises ValueError if gamma is not in [0, 1]."""
        return float(start_values(table, self.policy, gamma))


def watched(table: TabularMDP, spec: LearnerSpec) -> Generator[Report[Known], None, Known]:
    """Learn, and report after every snapshot. Raises what `learn` raises."""
    for snapshot in learn(table, spec):
        known = _known(snapshot)
        yield Report(snapshot.progress, result=known)
    return known


def _known(snapshot: Snapshot) -> Known:
    return Known(snapshot.episodes, snapshot.v[0], snapshot.learned_policy[0])
