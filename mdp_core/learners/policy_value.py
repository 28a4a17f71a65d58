"""The exact value of a learned policy: what a learning curve is drawn with, against the optimum."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import coo_array, csr_array, identity
from scipy.sparse.linalg import spsolve

from mdp_core.tabular import TabularMDP

FOR_EVER = 1e9  # expected steps from which on a policy counts as one that goes on for ever


def policy_values(mdp: TabularMDP, policy: ArrayLike, gamma: float) -> NDArray[np.float64]:
    """[..., S, A] -> [..., S]: v_pi, solving v = r_pi + gamma P_pi v (Sutton & Barto, eq. 4.4); 0 in terminal states.

    All policies are solved in one sparse system. With gamma = 1 the sum need not exist: a state from which the policy may
    go on for ever has value -inf or inf where all rewards it may collect for ever have that sign, nan where they have both,
    and the finite sum where they are all 0 from some time on.
    Raises ValueError if gamma is not in [0, 1], or a policy is no distribution over the allowed actions.
    """
    if not 0.0 <= gamma <= 1.0:
        raise ValueError(f"gamma must be in [0, 1], not {gamma}")
    pi = np.asarray(policy, dtype=np.float64)
    S, A, K = mdp.shape
    if pi.shape[-2:] != (S, A):
        raise ValueError(f"a policy needs {S} states and {A} actions, not shape {pi.shape}")
    batch = pi.shape[:-2]
    pi = np.where(mdp.terminal[:, None], 0.0, pi.reshape(-1, S, A))
    outside = np.any(pi * ~mdp.allowed > 0) or np.any(pi < 0)
    if outside or not np.all(np.abs(pi.sum(axis=2) - 1.0)[:, ~mdp.terminal] <= 1e-6):
        raise ValueError(
            "a policy's probabilities must not be negative, nor lie on actions that are not allowed, and sum to 1"
        )
    n = pi.shape[0] * S
    reward = np.einsum("nsa,sa->ns", pi, mdp.expected_reward).ravel()
    going_on = np.where(mdp.terminal[mdp.next_state], 0.0, mdp.continuing)
    weight = (pi[..., None] * going_on).ravel()
    row = np.repeat(np.arange(n), A * K)
    column = (np.arange(pi.shape[0])[:, None] * S + mdp.next_state.ravel()).ravel()
    used = weight > 0
    P = csr_array(coo_array((weight[used], (row[used], column[used])), shape=(n, n)))
    ending = np.einsum("nsa,sa->ns", pi, (mdp.probability - going_on).sum(axis=2)).ravel()
    v = _settling(P, reward, ending > 0) if gamma == 1.0 else _solve(P, reward, gamma)
    return v.reshape(*batch, S)


def start_values(mdp: TabularMDP, policy: ArrayLike, gamma: float) -> NDArray[np.float64]:
    """[..., S, A] -> [...]: E[v_pi(s_0)], a point of a learning curve for each policy. Raises what `policy_values` does."""
    starts = mdp.start > 0
    result: NDArray[np.float64] = policy_values(mdp, policy, gamma)[..., starts] @ mdp.start[starts]
    return result


def _solve(P: csr_array, reward: NDArray[np.float64], gamma: float) -> NDArray[np.float64]:
    if not len(reward):
        return reward
    result: NDArray[np.float64] = spsolve(identity(len(reward), format="csr") - gamma * P, reward)
    return result


def _settling(P: csr_array, reward: NDArray[np.float64], ends: NDArray[np.bool_]) -> NDArray[np.float64]:
    """The undiscounted values: solved where the rewards are sure to be over some day, elsewhere told by their sign."""
    settled = ~_can_reach(P, reward != 0)  # whatever happens, nothing more is paid
    never = ~_can_reach(P, settled | ends)
    unsettled = _can_reach(P, never)
    v = np.zeros(len(reward))
    rest = np.flatnonzero(~unsettled & ~settled)
    solved = _solve(P[rest][:, rest], np.stack([reward[rest], np.ones(len(rest))], axis=1), 1.0)
    v[rest], steps = solved[:, 0], solved[:, 1]
    # A policy that all but never leaves makes the system singular to a float: its steps come out huge, or negative.
    forever = rest[~((steps > 0.5) & (steps < FOR_EVER))]
    never[forever] = unsettled[forever] = True
    gains, losses = _can_reach(P, never & (reward > 0)), _can_reach(P, never & (reward < 0))
    v[unsettled] = np.where(gains & losses, np.nan, np.where(gains, np.inf, -np.inf))[unsettled]
    return v


def _can_reach(P: csr_array, target: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """[n], True where a way of positive probability leads to `target`, or the state is there already."""
    reached = target
    while True:
        wider = reached | (P @ reached.astype(np.float64) > 0)
        if np.array_equal(wider, reached):
            return reached
        reached = wider
