"""How far the policy has gone from its reference: Schulman's three estimators of the KL divergence, and the penalty."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import torch
from torch import Tensor

Estimator = Callable[[Tensor, Tensor], Tensor]


def k1(logp: Tensor, reference: Tensor) -> Tensor:
    """[...] -> [...]: log p/p_ref of what was drawn from p. Unbiased for KL(p || p_ref), may be negative.

    As a term of a loss it pulls nowhere: the expectation of its gradient is 0.
    """
    return logp - reference


def k2(logp: Tensor, reference: Tensor) -> Tensor:
    """[...] -> [...]: (log p/p_ref)^2 / 2. Biased, never negative; its gradient is that of the KL divergence."""
    return (logp - reference) ** 2 / 2


def k3(logp: Tensor, reference: Tensor) -> Tensor:
    """[...] -> [...]: p_ref/p - 1 - log(p_ref/p). Unbiased and never negative (Schulman 2020).

    As a term of a loss its expected gradient is that of the other divergence, KL(p_ref || p).
    """
    difference = reference - logp
    return torch.expm1(difference) - difference


ESTIMATORS: Mapping[str, Estimator] = MappingProxyType({"k1": k1, "k2": k2, "k3": k3})


def kl_rewards(
    scores: Tensor,
    logp: Tensor,
    reference: Tensor,
    beta: float,
    mask: Tensor | None = None,
    estimator: Estimator = k1,
) -> Tensor:
    """[B], [B, T], [B, T] -> [B, T]: -beta k at every token, and the score at the text's last one (InstructGPT: k1).

    `mask` [B, T] is true on the tokens of each text, which stand at the left; without it all T belong to it.
    Raises ValueError for a text without tokens.
    """
    taken = torch.ones_like(logp, dtype=torch.bool) if mask is None else mask.bool()
    lengths = taken.sum(-1)
    if bool((lengths == 0).any()):
        raise ValueError("a text without tokens has no place for its score")
    rewards = torch.where(taken, -beta * estimator(logp, reference), torch.zeros_like(logp))
    return rewards.scatter_add(-1, (lengths - 1).unsqueeze(-1), scores.unsqueeze(-1).to(rewards.dtype))
