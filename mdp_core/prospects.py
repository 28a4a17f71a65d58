"""Prospects: a reward and how far away it is. Which of two is better is decided by gamma alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mdp_core.reach import distances
from mdp_core.tabular import TabularMDP


@dataclass(frozen=True)
class Prospect:
    """An end of the episode that pays `reward` as r_{delay + 1}: its return at the start is gamma^delay * reward."""

    state: int  # where the episode ends
    reward: float
    delay: int  # moves before the one that pays

    def returns(self, gammas: ArrayLike) -> NDArray[np.float64]:
        """[G] -> [G], gamma^delay * reward."""
        return self.reward * np.power(np.asarray(gammas, dtype=np.float64), self.delay)


def prospects(mdp: TabularMDP) -> tuple[Prospect, ...]:
    """The ends that pay more than 0 and can be reached from the start, the nearest first, each by a shortest way.

    Raises ValueError where the world is not deterministic or pays elsewhere than at its ends: there the choice is not
    one between two single rewards.
    """
    possible = (mdp.probability > 0) & mdp.allowed[:, :, None] & ~mdp.terminal[:, None, None]
    if np.any((mdp.probability < 1) & possible):
        raise ValueError("what an action leads to is not certain here, so that a reward has no one distance")
    if np.any(possible & ~mdp.terminated & (mdp.reward != 0)):
        raise ValueError("this world pays on the way too, so that a choice is not one between two single rewards")
    away = distances(mdp)
    nearest: dict[int, Prospect] = {}
    for s, a, k in np.argwhere(possible & mdp.terminated & (mdp.reward > 0)).tolist():
        end = int(mdp.next_state[s, a, k])
        if away[s] >= 0 and (end not in nearest or away[s] < nearest[end].delay):
            nearest[end] = Prospect(end, float(mdp.reward[s, a, k]), int(away[s]))
    return tuple(sorted(nearest.values(), key=lambda prospect: (prospect.delay, prospect.state)))


def crossing(near: Prospect, far: Prospect) -> float | None:
    """The gamma in (0, 1) at which both returns are equal, (r_near / r_far)^(1 / (k_far - k_near)).

    Below it the near reward is worth more at the start, above it the far one. None where there is no such gamma.
    """
    if far.delay <= near.delay or far.reward <= near.reward:
        return None
    return float((near.reward / far.reward) ** (1.0 / (far.delay - near.delay)))
