"""Backward induction: a finite horizon, solved from its end. The sum of rewards exists for every gamma, 1 included."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mdp_core.returns import check_gamma
from mdp_core.solvers.bellman import Bellman
from mdp_core.solvers.iterate import first_values
from mdp_core.solvers.policy import checked_policy
from mdp_core.solvers.policy_improvement import greedy
from mdp_core.tabular import TabularMDP

LIMIT = 100_000  # steps


@dataclass(frozen=True, eq=False)
class Stage:
    """A moment of a finite horizon."""

    step: int  # t, 0 for the first decision; the horizon itself for the end
    v: NDArray[np.float64]  # [S], of what is still to come from here to the horizon
    policy: NDArray[np.float64] | None  # [S, A], equally good actions share the probability; None at the horizon


@dataclass(frozen=True, eq=False)
class Plan:
    """The best that can be done within a horizon of T steps, and how: it depends on the time that is left."""

    v: NDArray[np.float64]  # [T + 1, S], v[t] is worth what is still to come at step t; v[T] is the final value
    policy: NDArray[np.float64]  # [T, S, A]


def backward_induction(
    mdp: TabularMDP, gamma: float, horizon: int, *, final: ArrayLike | None = None
) -> Iterator[Stage]:
    """Yield the stages from the horizon back to 0: v_t(s) = max_a sum p (r + gamma v_{t+1}(s')) (Puterman, section 4.5).

    `final` [S] is what a state is worth at the horizon, 0 by default; a terminal state is worth 0 always.
    Raises ValueError if gamma is not in [0, 1], `horizon` is not in 0..100,000, or `final` is not S finite values.
    """
    v = _checked(mdp, gamma, horizon, final)
    bellman = Bellman(mdp, gamma)
    yield Stage(horizon, v, None)
    for step in range(horizon - 1, -1, -1):
        q = bellman.q(v)
        v = q.max(axis=0)
        yield Stage(step, v, greedy(np.where(mdp.allowed, q.T, -np.inf)))


def backward_evaluation(
    mdp: TabularMDP, policy: ArrayLike, gamma: float, horizon: int, *, final: ArrayLike | None = None
) -> Iterator[Stage]:
    """Yield the stages of one and the same `policy` [S, A], from the horizon back to step 0.

    Raises ValueError as `backward_induction` does, and if a row is no distribution over the allowed actions.
    """
    v = _checked(mdp, gamma, horizon, final)
    pi = checked_policy(mdp, policy)
    equation = Bellman(mdp, gamma).of_policy(pi)
    yield Stage(horizon, v, None)
    for step in range(horizon - 1, -1, -1):
        v = equation.after(v, 1)
        yield Stage(step, v, pi)


def plan(mdp: TabularMDP, gamma: float, horizon: int, *, final: ArrayLike | None = None) -> Plan:
    """All stages of `backward_induction` in the order of time; the same arguments and errors."""
    stages = list(backward_induction(mdp, gamma, horizon, final=final))[::-1]
    policies = [stage.policy for stage in stages if stage.policy is not None]
    return Plan(
        np.stack([stage.v for stage in stages]),
        np.stack(policies) if policies else np.zeros((0, *mdp.allowed.shape)),
    )


def _checked(mdp: TabularMDP, gamma: float, horizon: int, final: ArrayLike | None) -> NDArray[np.float64]:
    check_gamma(gamma)
    if not 0 <= horizon <= LIMIT:
        raise ValueError(f"a horizon is a number of steps from 0 to {LIMIT:,}, not {horizon}")
    return first_values(mdp, final)
