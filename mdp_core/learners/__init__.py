"""Learning from samples of a tabular MDP: Monte Carlo, temporal differences, traces, policy gradients.

`learn` yields snapshots; what a snapshot's policy is worth exactly is `start_values`, which needs SciPy and is imported
when it is first asked for.
"""

from typing import TYPE_CHECKING

from mdp_core.exports import on_demand
from mdp_core.learners.catalogue import LEARNERS, TRACES, Learner
from mdp_core.learners.next_values import (
    action_value,
    double_q_value,
    expected_sarsa_value,
    q_learning_value,
    sarsa_value,
)
from mdp_core.learners.recorded import Transition, learn_from, transitions_of
from mdp_core.learners.run import learn
from mdp_core.learners.snapshot import Snapshot
from mdp_core.learners.spec import DivergedError, LearnerSpec

if TYPE_CHECKING:
    from mdp_core.learners.policy_value import start_values
else:
    __getattr__, __dir__ = on_demand(__name__, {"policy_value": "start_values"})

__all__ = [
    "LEARNERS",
    "TRACES",
    "DivergedError",
    "Learner",
    "LearnerSpec",
    "Snapshot",
    "Transition",
    "action_value",
    "double_q_value",
    "expected_sarsa_value",
    "learn",
    "learn_from",
    "q_learning_value",
    "sarsa_value",
    "start_values",
    "transitions_of",
]
