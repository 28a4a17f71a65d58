"""Advantages: how much better a text, or a token of it, did than what it is compared to.

First the formulas, on groups of texts that answer the same prompt; then the advantages of a step's tokens that they make.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from mdp_core.returns import gae

if TYPE_CHECKING:  # heavy; the tensors bring what is done with them
    from torch import Tensor

    Advantages = Callable[["Outcome"], Tensor]  # [B, T], 0 behind a text's end

# Returns that are this close together do not tell texts apart. Two ways of reading a text differ by float32 rounding, which
# the penalty carries into the returns, and Adam would make whole steps of it.
EQUAL = 1e-5


def _check(rewards: Tensor) -> None:
    if rewards.shape[-1] < 2:
        raise ValueError(f"a group needs at least two texts to compare, not {rewards.shape[-1]}")


def grpo_advantages(rewards: Tensor, *, epsilon: float = 1e-4, ddof: int = 1) -> Tensor:
    """[..., G] -> [..., G]: (r - mean) / (std + epsilon) within the group (Shao et al. 2024, DeepSeekMath).

    `ddof` of the standard deviation: 1 as the libraries do it, 0 as the paper's formula reads. All equal rewards give zero
    advantages: no signal. Raises ValueError for a group of fewer than two.
    """
    _check(rewards)
    centred = rewards - rewards.mean(-1, keepdim=True)
    spread = rewards.std(-1, correction=ddof, keepdim=True) + epsilon
    # Without an epsilon equal rewards would be divided by 0; their mean may be a rounding beside them.
    alike = rewards.amax(-1, keepdim=True) == rewards.amin(-1, keepdim=True)
    return (centred / spread).where(~alike, 0.0)


def dr_grpo_advantages(rewards: Tensor) -> Tensor:
    """[..., G] -> [..., G]: r - mean, without the standard deviation (Liu et al. 2025, Dr. GRPO)."""
    _check(rewards)
    return rewards - rewards.mean(-1, keepdim=True)


def rloo_advantages(rewards: Tensor) -> Tensor:
    """[..., G] -> [..., G]: r - the mean of the others (Ahmadian et al. 2024, RLOO); G / (G - 1) times Dr. GRPO's."""
    _check(rewards)
    G = rewards.shape[-1]
    return (rewards - rewards.mean(-1, keepdim=True)) * (G / (G - 1))


def baseline_advantages(rewards: Tensor, baseline: Tensor | float) -> Tensor:
    """[..., G] -> [..., G]: r - b with any baseline that does not depend on the text (Williams 1992, REINFORCE)."""
    return rewards - baseline


# Of a step's texts


@dataclass(frozen=True, eq=False)
class Outcome:
    """What the B texts of a step came to. Tensors are [B, T], float64; `mask` is true on the tokens of each text."""

    rewards: Tensor
    mask: Tensor
    values: Tensor  # expected before each token; 0 where the algorithm has no values
    group_size: int  # G, texts that are compared with each other
    lambda_: float  # of GAE; gamma is 1
    earlier: float | None  # the mean return of the steps before; None at the first

    @property
    def returns(self) -> Tensor:
        """[B], the sum of each text's rewards."""
        return self.rewards.sum(-1)

    @cached_property
    def surprises(self) -> Tensor:
        """[B, T], GAE; either end of a text is an end, with nothing behind it."""
        mask, values, after = self.mask.numpy(), self.values.numpy(), ((0, 0), (0, 1))
        following, last = np.pad(values[:, 1:], after), mask & ~np.pad(mask[:, 1:], after)
        return self.rewards.new_tensor(gae(self.rewards.numpy(), values, following, 1.0, self.lambda_, terminated=last))

    @property
    def lambda_returns(self) -> Tensor:
        """[B, T], what values learn to expect; 0 behind a text's end."""
        return (self.surprises + self.values).where(self.mask, 0.0)


def in_groups(advantages: Callable[[Tensor], Tensor]) -> Advantages:
    """Each text compared to its group by `advantages`, [N, G] -> [N, G]; exactly 0 where all of a group did the same."""

    def of(outcome: Outcome) -> Tensor:
        return _compared(advantages, outcome.returns.reshape(-1, outcome.group_size))[:, None] * outcome.mask

    return of


def above_earlier(outcome: Outcome) -> Tensor:
    """Each text compared to the mean return of the steps before; the first step has none, and takes that of the others."""
    returns = outcome.returns
    if outcome.earlier is None:
        advantages = _compared(rloo_advantages, returns[None])
    else:
        advantages = baseline_advantages(returns, outcome.earlier)
        advantages = advantages.where(advantages.abs() > EQUAL, 0.0)
    return advantages[:, None] * outcome.mask


def whitened_gae(outcome: Outcome) -> Tensor:
    """Each token compared to what its value expected: GAE with mean 0 and spread 1 over the tokens of all texts."""
    return _whitened(outcome.surprises, outcome.mask)


def whitened_to_go(outcome: Outcome) -> Tensor:
    """Each token's rewards from there on, with mean 0 and spread 1 over the tokens of all texts (Hu 2025, REINFORCE++)."""
    to_go = outcome.rewards.where(outcome.mask, 0.0).flip(-1).cumsum(-1).flip(-1)
    return _whitened(to_go, outcome.mask)


def _whitened(values: Tensor, mask: Tensor) -> Tensor:
    """[B, T] -> [B, T], 0 where they are all the same."""
    inside = values[mask]
    spread = float(inside.std(correction=0))
    white = (values - inside.mean()) / (spread + 1e-8)
    return white.where(mask & (spread > EQUAL), 0.0)


def _compared(advantages: Callable[[Tensor], Tensor], groups: Tensor) -> Tensor:
    """[N, G] -> [B]"""
    spread = groups.amax(-1, keepdim=True) - groups.amin(-1, keepdim=True)
    return advantages(groups).where(spread > EQUAL, 0.0).reshape(-1)
