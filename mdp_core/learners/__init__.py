"""Learning from samples of a tabular MDP: Monte Carlo, temporal differences, traces, policy gradients.

`learn` yields snapshots; what a snapshot's policy is worth exactly is in `policy_value`, which needs SciPy and is not
imported here.
"""

from mdp_core.learners.catalogue import LEARNERS, TRACES, Learner
from mdp_core.learners.run import learn
from mdp_core.learners.snapshot import Snapshot
from mdp_core.learners.spec import DivergedError, LearnerSpec

__all__ = [
    "LEARNERS",
    "TRACES",
    "DivergedError",
    "Learner",
    "LearnerSpec",
    "Snapshot",
    "learn",
]
