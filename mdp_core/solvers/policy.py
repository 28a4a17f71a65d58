"""Policies as tables [S, A], as the solvers take and give them."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mdp_core.tabular import TabularMDP


def uniform(mdp: TabularMDP) -> NDArray[np.float64]:
    """[S, A], every allowed action with the same probability; all 0 in a terminal state that allows none."""
    result: NDArray[np.float64] = mdp.allowed / np.maximum(mdp.allowed.sum(axis=1, keepdims=True), 1)
    return result


def of_actions(mdp: TabularMDP, actions: ArrayLike) -> NDArray[np.float64]:
    """[S] -> [S, A], the policy that takes these actions. Raises ValueError if they are not S integers in 0..A-1."""
    chosen = np.asarray(actions)
    S, A, _ = mdp.shape
    if chosen.shape != (S,) or chosen.dtype.kind not in "iu" or np.any((chosen < 0) | (chosen >= A)):
        raise ValueError(f"a policy by its actions needs {S} integers from 0 to {A - 1}")
    table: NDArray[np.float64] = np.eye(A)[chosen]
    return table


def checked_policy(mdp: TabularMDP, policy: ArrayLike) -> NDArray[np.float64]:
    """[S, A], a copy with 0 in terminal states and rows that sum to 1 to the last digit.

    Raises ValueError, which names a state, if a row of another state is no distribution over its allowed actions.
    """
    if np.shape(policy) != mdp.allowed.shape:
        raise ValueError(
            f"a policy needs a row a state and a column an action, {mdp.allowed.shape}, not {np.shape(policy)}"
        )
    return checked_policies(mdp, policy)


def checked_policies(mdp: TabularMDP, policies: ArrayLike) -> NDArray[np.float64]:
    """[..., S, A], any number of policies, each as `checked_policy` has it; the same errors."""
    pi = np.array(policies, dtype=np.float64)
    S, A, _ = mdp.shape
    if pi.shape[-2:] != (S, A):
        raise ValueError(f"a policy needs {S} states and {A} actions, not shape {pi.shape}")
    pi[..., mdp.terminal, :] = 0.0
    good = (pi >= 0).all(axis=-1) & ~((pi > 0) & ~mdp.allowed).any(axis=-1)
    sums = pi.sum(axis=-1)
    bad = np.argwhere(~mdp.terminal & ~(good & (np.abs(sums - 1.0) <= 1e-6)))
    if len(bad):
        raise ValueError(
            f"in state {mdp.states[bad[0, -1]]!r} the policy must give its allowed actions probabilities that are not "
            "negative and sum to 1"
        )
    sums[..., mdp.terminal] = 1.0
    pi /= sums[..., None]
    return pi
