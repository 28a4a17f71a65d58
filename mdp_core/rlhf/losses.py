"""The losses of the policy: tensors in, one number out. log-probabilities are those of the tokens that were drawn.

`mask` [B, T] is true where a token counts. Means are named: a token mean divides by all tokens of the batch, a text mean
averages each text's own mean, a constant mean divides by B times a fixed length.
"""

from __future__ import annotations

import torch
from torch import Tensor


def token_mean(values: Tensor, mask: Tensor) -> Tensor:
    """[B, T] -> []: the mean over all tokens of the batch (DAPO's)."""
    return (values * mask).sum() / mask.sum().clamp(min=1)


def text_mean(values: Tensor, mask: Tensor) -> Tensor:
    """[B, T] -> []: the mean over texts of each text's token mean (GRPO's): a token of a short text weighs more."""
    return ((values * mask).sum(-1) / mask.sum(-1).clamp(min=1)).mean()


def constant_mean(values: Tensor, mask: Tensor, length: int) -> Tensor:
    """[B, T] -> []: the sum over B times a fixed `length` (Dr. GRPO's): every token weighs the same in every batch."""
    return (values * mask).sum() / (values.shape[0] * length)


def policy_gradient_terms(logp: Tensor, advantages: Tensor) -> Tensor:
    """[...] -> [...]: -A log pi(a | s), whose gradient is the score-function estimator (Williams 1992)."""
    return -advantages.detach() * logp


def clipped_terms(logp: Tensor, old: Tensor, advantages: Tensor, *, low: float = 0.2, high: float = 0.2) -> Tensor:
    """[...] -> [...]: -min(rho A, clip(rho, 1 - low, 1 + high) A), rho = pi / pi_old (Schulman et al. 2017, eq. 7).

    `low` and `high` are the two epsilons; equal in PPO, `high` larger in DAPO.
    """
    ratio = torch.exp(logp - old.detach())
    A = advantages.detach()
    return -torch.minimum(ratio * A, ratio.clamp(1 - low, 1 + high) * A)


def value_terms(values: Tensor, old_values: Tensor, returns: Tensor, clip: float) -> Tensor:
    """[...] -> [...]: half the larger of the squared errors with and without the clip around the old value (PPO)."""
    near = old_values + (values - old_values).clamp(-clip, clip)
    return 0.5 * torch.maximum((values - returns) ** 2, (near - returns) ** 2)


def entropy(logits: Tensor) -> Tensor:
    """[..., V] -> [...]: the entropy of the next token's distribution in nats."""
    logp = torch.log_softmax(logits, -1)
    return -(logp.exp() * logp).nan_to_num().sum(-1)


def token_logp(logits: Tensor, tokens: Tensor) -> Tensor:
    """[..., V], [...] -> [...]: log pi of the tokens that were drawn."""
    return torch.log_softmax(logits, -1).gather(-1, tokens.unsqueeze(-1)).squeeze(-1)
