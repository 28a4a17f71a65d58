"""The losses of the policy: tensors in, one number out. log-probabilities are those of the tokens that were drawn.

`mask` [B, T] is true where a token counts. Means are named: a token mean divides by all tokens of the batch, a text mean
averages each text's own mean, a constant mean divides by B times a fixed length.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

CACHED = 2**20  # logits that are worked on at once: four megabytes, so that they stay near the core


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

    def of(rows: Tensor) -> Tensor:
        logp = torch.log_softmax(rows, -1)
        return -(logp.exp() * logp).nan_to_num().sum(-1)

    return torch.cat([of(rows) for rows in _parts(logits.flatten(0, -2))]).reshape(logits.shape[:-1])


def token_logp(logits: Tensor, tokens: Tensor) -> Tensor:
    """[..., V], [...] -> [...]: log pi of the tokens that were drawn."""
    result: Tensor = _TokenLogp.apply(logits.flatten(0, -2), tokens.flatten())  # type: ignore[no-untyped-call]
    return result.reshape(tokens.shape)


class _TokenLogp(torch.autograd.Function):
    """[M, V], [M] -> [M]. Beside the logits, only their gradient is ever held for all tokens of the vocabulary."""

    @staticmethod
    def forward(ctx: Any, logits: Tensor, tokens: Tensor) -> Tensor:
        scale = torch.cat([rows.logsumexp(-1) for rows in _parts(logits)])
        ctx.save_for_backward(logits, tokens, scale)
        return logits.gather(-1, tokens[:, None]).squeeze(-1) - scale

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None]:
        """d log pi(a) / d logit(b) is 1 at a = b, less pi(b)."""
        logits, tokens, scale = ctx.saved_tensors
        result = torch.empty_like(logits)
        n = 0
        for out, rows in zip(_parts(result), _parts(logits), strict=True):
            here = slice(n, n := n + len(rows))
            torch.sub(rows, scale[here, None], out=out).exp_().mul_(-gradient[here, None])
        return result.scatter_add_(-1, tokens[:, None], gradient[:, None]), None


def _parts(logits: Tensor) -> tuple[Tensor, ...]:
    """[M, V] in parts that stay in the processor's cache while they are worked on."""
    return torch.split(logits, max(CACHED // logits.shape[-1], 1))
