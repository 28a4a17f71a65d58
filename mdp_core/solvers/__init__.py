"""Exact solutions of tabular Markov decision processes. Every solver is a generator of its iterates.

`policy_iteration` and others are functions here, and modules of the same names hold them: what is imported from
`mdp_core.solvers` is always the function.
"""

from mdp_core.solvers.average_reward import AverageIterate, average_reward, relative_value_iteration
from mdp_core.solvers.backward_induction import Plan, Stage, backward_evaluation, backward_induction, plan
from mdp_core.solvers.ending import EndlessError
from mdp_core.solvers.iterate import Iterate
from mdp_core.solvers.modified_policy_iteration import adaptive_policy_iteration, modified_policy_iteration
from mdp_core.solvers.policy import of_actions, uniform
from mdp_core.solvers.policy_evaluation import (
    expected_steps,
    policy_evaluation,
    policy_evaluation_in_place,
    policy_values,
)
from mdp_core.solvers.policy_improvement import policy_improvement
from mdp_core.solvers.policy_iteration import PolicyIterate, policy_iteration
from mdp_core.solvers.prioritized_sweeping import Focus, prioritized_sweeping
from mdp_core.solvers.solution import Solution, solve
from mdp_core.solvers.span import until_span
from mdp_core.solvers.value_iteration import value_iteration, value_iteration_in_place

__all__ = [
    "AverageIterate",
    "EndlessError",
    "Focus",
    "Iterate",
    "Plan",
    "PolicyIterate",
    "Solution",
    "Stage",
    "adaptive_policy_iteration",
    "average_reward",
    "backward_evaluation",
    "backward_induction",
    "expected_steps",
    "modified_policy_iteration",
    "of_actions",
    "plan",
    "policy_evaluation",
    "policy_evaluation_in_place",
    "policy_improvement",
    "policy_iteration",
    "policy_values",
    "prioritized_sweeping",
    "relative_value_iteration",
    "solve",
    "uniform",
    "until_span",
    "value_iteration",
    "value_iteration_in_place",
]
