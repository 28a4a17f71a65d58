"""The core of One Loop: Markov decision processes, grid worlds and language models, stepped by one loop. Knows no UI."""

from typing import TYPE_CHECKING

from mdp_core.exports import on_demand

if TYPE_CHECKING:
    from mdp_core.distribution import Categorical
    from mdp_core.mdp import MDP, Outcome
    from mdp_core.names import Names
    from mdp_core.policy import Policy, epsilon_greedy_probabilities, greedy_probabilities, softmax_probabilities
    from mdp_core.returns import (
        discounted_return,
        gae,
        lambda_returns,
        n_step_returns,
        retrace,
        returns_to_go,
        td_errors,
        vtrace,
    )
    from mdp_core.rollout import Draws, play
    from mdp_core.tabular import TabularMDP
    from mdp_core.trajectory import Step, Trajectory
    from mdp_core.transitions import from_arrays, from_transitions
else:
    __getattr__, __dir__ = on_demand(
        __name__,
        {
            "distribution": "Categorical",
            "mdp": "MDP Outcome",
            "names": "Names",
            "policy": "Policy epsilon_greedy_probabilities greedy_probabilities softmax_probabilities",
            "returns": "discounted_return gae lambda_returns n_step_returns retrace returns_to_go td_errors vtrace",
            "rollout": "Draws play",
            "tabular": "TabularMDP",
            "trajectory": "Step Trajectory",
            "transitions": "from_arrays from_transitions",
        },
    )

__all__ = [
    "MDP",
    "Categorical",
    "Draws",
    "Names",
    "Outcome",
    "Policy",
    "Step",
    "TabularMDP",
    "Trajectory",
    "discounted_return",
    "epsilon_greedy_probabilities",
    "from_arrays",
    "from_transitions",
    "gae",
    "greedy_probabilities",
    "lambda_returns",
    "n_step_returns",
    "play",
    "retrace",
    "returns_to_go",
    "softmax_probabilities",
    "td_errors",
    "vtrace",
]
