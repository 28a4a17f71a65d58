"""What is to be expected within n steps: exact, by carrying the distribution of s_t forward over the table."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import coo_array, csr_array

from mdp_core.tabular import TabularMDP


def expected_rewards(mdp: TabularMDP, policy: ArrayLike, steps: int) -> NDArray[np.float64]:
    """[S, A] -> [steps], E[r_{t+1}] for t = 0..steps - 1 from the start; a step behind the end of an episode pays 0.

    With them the value of every gamma is known at once: E[G_0] of episodes that are cut after `steps` steps is
    sum_t gamma^t E[r_{t+1}]. It exists for gamma = 1 too. Raises ValueError if `steps` is negative or the policy does
    not fit the table.
    """
    _check_steps(steps)
    return np.fromiter(islice(rewards_to_come(mdp, policy), steps), dtype=np.float64, count=steps)


def rewards_to_come(mdp: TabularMDP, policy: ArrayLike) -> Iterator[float]:
    """[S, A] -> E[r_1], E[r_2], ... without end. Raises ValueError if the policy does not fit the table."""
    pi = _checked(mdp, policy)
    paid = (pi * mdp.expected_reward).sum(axis=1)
    return _carried(mdp, _going_on(mdp, pi, mdp.continuing), paid)


def ended_by(mdp: TabularMDP, policy: ArrayLike, steps: int) -> NDArray[np.float64]:
    """[S, A] -> [steps + 1], the probability that the episode is over after 0, 1, ..., `steps` steps. Raises as above."""
    _check_steps(steps)
    pi = _checked(mdp, policy)
    over = np.where(mdp.terminal[mdp.next_state] | mdp.terminated, mdp.probability, 0.0)
    ending = (pi * over.sum(axis=2)).sum(axis=1)
    already = float(mdp.start[mdp.terminal].sum())
    return _summed(already, _carried(mdp, _going_on(mdp, pi, mdp.continuing), ending), steps)


def found_by(mdp: TabularMDP, policy: ArrayLike, steps: int) -> NDArray[np.float64]:
    """[S, A] -> [steps + 1], the probability that a reward above 0 was paid within 0, 1, ..., `steps` steps.

    Raises as above.
    """
    _check_steps(steps)
    pi = _checked(mdp, policy)
    finding = (pi * np.where(mdp.reward > 0, mdp.probability, 0.0).sum(axis=2)).sum(axis=1)
    unpaid = np.where(mdp.reward > 0, 0.0, mdp.continuing)
    return _summed(0.0, _carried(mdp, _going_on(mdp, pi, unpaid), finding), steps)


def _check_steps(steps: int) -> None:
    if steps < 0:
        raise ValueError(f"a number of steps must not be negative, not {steps}")


def _checked(mdp: TabularMDP, policy: ArrayLike) -> NDArray[np.float64]:
    pi = np.asarray(policy, dtype=np.float64)
    if pi.shape != mdp.allowed.shape:
        raise ValueError(f"a policy needs shape {mdp.allowed.shape}, not {pi.shape}")
    result: NDArray[np.float64] = np.where(mdp.terminal[:, None], 0.0, pi)
    return result


def _going_on(mdp: TabularMDP, pi: NDArray[np.float64], probability: NDArray[np.float64]) -> csr_array:
    """[S, S], where the mass of a state goes in one step, what leaves the episode left out."""
    weight = pi[:, :, None] * np.where(mdp.terminal[mdp.next_state], 0.0, probability)
    used = weight > 0
    S = mdp.shape[0]
    return csr_array(coo_array((weight[used], (np.nonzero(used)[0], mdp.next_state[used])), shape=(S, S)))


def _carried(mdp: TabularMDP, P: csr_array, of: NDArray[np.float64]) -> Iterator[float]:
    """E[of(s_t)] for t = 0, 1, ... over the mass that is still going."""
    mass = np.where(mdp.terminal, 0.0, mdp.start)
    forward = P.T.tocsr()
    while True:
        yield float(mass @ of)
        mass = forward @ mass


def _summed(first: float, added: Iterator[float], steps: int) -> NDArray[np.float64]:
    sums = np.cumsum(np.fromiter(islice(added, steps), dtype=np.float64, count=steps))
    result: NDArray[np.float64] = np.minimum(np.concatenate([[first], first + sums]), 1.0)
    return result
