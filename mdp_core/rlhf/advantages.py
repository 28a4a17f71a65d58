"""Advantages of a group of texts that answer the same prompt: how much better each did than its fellows."""

from __future__ import annotations

import torch
from torch import Tensor


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
    return centred / (rewards.std(-1, correction=ddof, keepdim=True) + epsilon)


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
    return rewards - torch.as_tensor(baseline, dtype=rewards.dtype)
