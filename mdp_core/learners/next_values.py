"""What one transition bootstraps: the value put on s_{t+1} by each algorithm, from arrays of action values.

Put into `mdp_core.returns.td_errors` they give each algorithm's error, put into `lambda_returns` its lambda-return.
Actions are the last axis; -inf marks one that is not allowed.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray


def action_value(q: ArrayLike, action: ArrayLike) -> NDArray[np.float64]:
    """[..., A], [...] -> [...]: q(s, a) of the action taken, each in 0..A-1. Raises IndexError if it is none."""
    values = np.asarray(q, dtype=np.float64)
    index = np.asarray(action, dtype=np.intp)[..., None]
    return np.take_along_axis(values, index, axis=-1)[..., 0]


def sarsa_value(q_next: ArrayLike, next_action: ArrayLike) -> NDArray[np.float64]:
    """[..., A], [...] -> [...]: q(s', a') of the action that is taken next (Sutton & Barto, eq. 6.7)."""
    return action_value(q_next, next_action)


def expected_sarsa_value(q_next: ArrayLike, policy_next: ArrayLike) -> NDArray[np.float64]:
    """[..., A], [..., A] -> [...]: sum_a pi(a | s') q(s', a) (eq. 6.9). Raises ValueError if pi is no distribution."""
    values, pi = np.asarray(q_next, dtype=np.float64), np.asarray(policy_next, dtype=np.float64)
    if np.any(pi < 0) or not np.all(np.abs(pi.sum(axis=-1) - 1.0) <= 1e-6):
        raise ValueError("the policy's probabilities must not be negative and must sum to 1 over the actions")
    # An action that is not allowed has value -inf and probability 0: together they count nothing.
    result: NDArray[np.float64] = (pi * np.where(pi > 0, values, 0.0)).sum(axis=-1)
    return result


def q_learning_value(q_next: ArrayLike) -> NDArray[np.float64]:
    """[..., A] -> [...]: max_a q(s', a) (Sutton & Barto, eq. 6.8)."""
    result: NDArray[np.float64] = np.asarray(q_next, dtype=np.float64).max(axis=-1)
    return result


def double_q_value(q_next: ArrayLike, selector: ArrayLike) -> NDArray[np.float64]:
    """[..., A], [..., A] -> [...]: q(s', argmax_a selector(s', a)), one table choosing, the other rating (eq. 6.10)."""
    return action_value(q_next, np.asarray(selector, dtype=np.float64).argmax(axis=-1))
