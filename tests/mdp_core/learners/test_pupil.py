"""A pupil that is watched: what is shown of it is what the first of a spec's agents knows."""

import numpy as np

from mdp_core.grid.presets import world
from mdp_core.learners import LearnerSpec
from mdp_core.learners.policy_value import start_values
from mdp_core.learners.pupil import watched
from mdp_core.learners.run import learn
from mdp_core.work import Work

SPEC = LearnerSpec("q_learning", episodes=30, agents=3, gamma=0.9)


def test_it_is_the_first_agent_of_several():
    table = world("norvig").tabular()
    reports = list(watched(table, SPEC))
    snapshots = list(learn(table, SPEC))
    assert [report.result.episodes for report in reports] == [snapshot.episodes for snapshot in snapshots]
    assert [report.share for report in reports] == [snapshot.progress for snapshot in snapshots]
    last = snapshots[-1]
    assert last.episodes == 30
    assert not np.array_equal(last.v[0], last.v[-1])
    assert not np.array_equal(last.learned_policy[0], last.learned_policy[-1])
    known = Work(watched(table, SPEC)).finish()
    np.testing.assert_array_equal(known.v, last.v[0])
    np.testing.assert_array_equal(known.policy, last.learned_policy[0])
    assert known.worth(table, 0.9) == float(start_values(table, last.learned_policy, 0.9)[0])
