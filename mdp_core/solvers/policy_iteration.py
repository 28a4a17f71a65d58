"""Policy iteration: evaluate, improve, and again, until no action is better than the policy's own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mdp_core.returns import check_gamma
from mdp_core.solvers.bellman import Bellman
from mdp_core.solvers.ending import EndlessError, summable
from mdp_core.solvers.policy import checked_policy, of_actions, uniform
from mdp_core.solvers.policy_evaluation import solved
from mdp_core.tabular import TabularMDP

_ROUNDING = 1e-12  # by which an action must better the policy's own, at the size of what is added up there


@dataclass(frozen=True, eq=False)
class PolicyIterate:
    """One half of a round of policy iteration."""

    round: int  # from 1
    phase: Literal["evaluation", "improvement"]
    policy: NDArray[np.float64]  # [S, A], the one that was evaluated, or what improvement made of it
    v: NDArray[np.float64]  # [S], exactly v_pi of the policy that was evaluated in this round
    changed: int  # states in which improvement took another action; 0 with an evaluation


def policy_iteration(
    mdp: TabularMDP, gamma: float, *, policy0: ArrayLike | None = None, max_rounds: int = 1_000
) -> Iterator[PolicyIterate]:
    """Yield every exact evaluation and every improvement (Sutton & Barto, section 4.3), from `policy0` [S, A] on.

    Improvement keeps what a policy does in a state unless another action is better by more than rounding, so the last
    iterate is an improvement that changed nothing: its v is v*, and its policy is optimal. `policy0` is uniform by default,
    or, where gamma is 1 and the uniform policy has no sum, one that is sure to come to an end.
    Raises ValueError if gamma is not in [0, 1], `policy0` is no policy, or `max_rounds` were too few; EndlessError where
    gamma is 1 and the sum of the rewards need not exist, for `policy0` or for the best policy. (Where that is so only for
    states that no start can reach, their values are nan and their rows stay what they were.)
    """
    check_gamma(gamma)
    anything = uniform(mdp)
    policy = checked_policy(mdp, anything if policy0 is None else policy0)
    anything[~mdp.terminal] = 0.0  # what a policy is shown to do where no step is taken
    checked = summable(mdp, gamma)
    mdp = checked.mdp
    anything[checked.lost] = policy[checked.lost]
    policy[checked.lost] = 0.0
    astray = np.any((policy > 0) & ~mdp.allowed, axis=1)  # sealed off, and on the way to a lost state
    policy[astray] = uniform(mdp)[astray]
    # Undiscounted, a circle in which nothing is paid looks no better than what it leads to: one must know that it may be
    # walked for ever, and is then worth 0.
    idle = checked.endings.idle if gamma == 1.0 else np.zeros(mdp.allowed.shape, dtype=np.bool_)
    bellman = Bellman(mdp, gamma)
    for round_ in range(1, max_rounds + 1):
        try:
            v = solved(mdp, policy, bellman.of_policy(policy), gamma)
        except EndlessError:
            if policy0 is not None or round_ > 1:
                raise
            policy = checked_policy(mdp, of_actions(mdp, checked.endings.sure[1]))
            v = solved(mdp, policy, bellman.of_policy(policy), gamma)
        shown = checked.shown(v)
        yield PolicyIterate(round_, "evaluation", policy + anything, shown, 0)
        policy, changed = _improved(mdp, bellman, policy, v, idle)
        yield PolicyIterate(round_, "improvement", policy + anything, shown, changed)
        if not changed:
            return
    raise ValueError(f"policy iteration did not end within {max_rounds} rounds")


def _improved(
    mdp: TabularMDP,
    bellman: Bellman,
    policy: NDArray[np.float64],
    v: NDArray[np.float64],
    idle: NDArray[np.bool_],
) -> tuple[NDArray[np.float64], int]:
    """The policy with a best action wherever one is better than what it does, and in how many states that is so.

    `idle` [S, A] are the pairs that one can stay with for ever, unpaid.
    """
    q = bellman.q(v).T
    best = q.argmax(axis=1)
    size = np.abs(mdp.expected_reward).max(axis=1, initial=0.0) + np.abs(v)
    gain = q[np.arange(len(v)), best] - v
    noise = _ROUNDING * size + 16.0 * np.finfo(np.float64).eps * float(np.abs(v).max(initial=0.0))
    stay = idle.any(axis=1) & (np.maximum(v, v + gain) < -noise)
    best = np.where(stay, idle.argmax(axis=1), best)
    better = (~mdp.terminal & (gain > noise)) | stay
    improved = np.where(better[:, None], np.eye(mdp.shape[1])[best], policy)
    return improved, int(better.sum())
