"""The exact value of a learned policy: what a learning curve is drawn with, against the optimum."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_array

from mdp_core.returns import check_gamma
from mdp_core.solvers.bellman import Bellman, PolicyEquation
from mdp_core.solvers.ending import Endings
from mdp_core.solvers.policy import checked_policies
from mdp_core.tabular import TabularMDP

FOR_EVER = 1e9  # expected steps from which on a policy counts as one that goes on for ever
_HAIR = 1.0 - 1e-13  # of what is to come is left after a step; it bounds the steps by more than FOR_EVER


def policy_values(mdp: TabularMDP, policy: ArrayLike, gamma: float) -> NDArray[np.float64]:
    """[..., S, A] -> [..., S]: v_pi of every policy, as `solvers.policy_evaluation.policy_values` has it of one.

    With gamma = 1 the sum need not exist: a state from which the policy may go on for ever has value -inf or inf where all
    rewards it may collect for ever have that sign, nan where they have both, and the finite sum where they are all 0 from
    some time on.
    Raises ValueError if gamma is not in [0, 1], or a policy is no distribution over the allowed actions.
    """
    check_gamma(gamma)
    policies = checked_policies(mdp, policy)
    equation = Bellman(mdp, gamma).of_policy(policies)  # all of them in one sparse system
    if gamma < 1.0:
        v = equation.solution()
    else:
        v = _settling(equation, (Endings(mdp).may_end & (policies > 0)).any(axis=-1).ravel())
    return v.reshape(policies.shape[:-1])


def start_values(mdp: TabularMDP, policy: ArrayLike, gamma: float) -> NDArray[np.float64]:
    """[..., S, A] -> [...]: E[v_pi(s_0)], a point of a learning curve for each policy. Raises what `policy_values` does."""
    starts = mdp.start > 0
    result: NDArray[np.float64] = policy_values(mdp, policy, gamma)[..., starts] @ mdp.start[starts]
    return result


def _settling(equation: PolicyEquation, ends: NDArray[np.bool_]) -> NDArray[np.float64]:
    """The undiscounted values: solved where the rewards are sure to be over some day, elsewhere told by their sign."""
    P, reward = equation.P, equation.r
    settled = ~_can_reach(P, reward != 0)  # whatever happens, nothing more is paid
    never = ~_can_reach(P, settled | ends)
    unsettled = _can_reach(P, never)
    v = np.zeros(len(reward))
    rest = np.flatnonzero(~unsettled & ~settled)
    steps, v[rest] = _steps_and_values(P[rest][:, rest], reward[rest])
    # A policy that all but never leaves makes the system singular to a float: its steps come out huge, or negative.
    forever = rest[~((steps > 0.5) & (steps < FOR_EVER))]
    never[forever] = unsettled[forever] = True
    gains, losses = _can_reach(P, never & (reward > 0)), _can_reach(P, never & (reward < 0))
    v[unsettled] = np.where(gains & losses, np.nan, np.where(gains, np.inf, -np.inf))[unsettled]
    return v


def _steps_and_values(P: csr_array, reward: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """[n] and [n], the steps to come and the rewards to come."""
    steps, rewards = PolicyEquation(np.ones(len(reward)), P), PolicyEquation(reward, P)
    try:
        return steps.solution(), rewards.solution()
    except (np.linalg.LinAlgError, RuntimeError):  # exactly singular, which a hair of discount mends for all the others
        return _steps_and_values(_HAIR * P, reward)


def _can_reach(P: csr_array, target: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """[n], True where a way of positive probability leads to `target`, or the state is there already."""
    reached = target
    while True:
        wider = reached | (P @ reached.astype(np.float64) > 0)
        if np.array_equal(wider, reached):
            return reached
        reached = wider
