"""What a network's logits say: the log-probabilities of the tokens that were drawn, and the entropy.

Both are worked out a few rows at a time: the logits of a batch are its largest tensor by far.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

CACHED = 2**20  # logits that are worked on at once: four megabytes, so that they stay near the core


def entropy(logits: Tensor) -> Tensor:
    """[..., V] -> [...]: the entropy of the next token's distribution in nats. A logit of -inf counts nothing, and has
    gradient 0."""

    def of(rows: Tensor) -> Tensor:
        logp = torch.log_softmax(rows, -1)
        # An impossible token's log is replaced before it is multiplied: 0 times infinity would be the gradient's nan.
        return -(logp.exp() * logp.where(rows > -torch.inf, 0.0)).sum(-1)

    return torch.cat([of(rows) for rows in _parts(_rows(logits))]).reshape(logits.shape[:-1])


def token_logp(logits: Tensor, tokens: Tensor) -> Tensor:
    """[..., V], [...] -> [...]: log pi of the tokens that were drawn."""
    result: Tensor = _TokenLogp.apply(_rows(logits), tokens.flatten())  # type: ignore[no-untyped-call]
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
            span = slice(n, n := n + len(rows))
            torch.sub(rows, scale[span, None], out=out).exp_().mul_(-gradient[span, None])
        return result.scatter_add_(-1, tokens[:, None], gradient[:, None]), None


def _rows(logits: Tensor) -> Tensor:
    """[..., V] -> [M, V]; a lone distribution is one row."""
    return logits.reshape(-1, logits.shape[-1])


def _parts(logits: Tensor) -> tuple[Tensor, ...]:
    """[M, V] in parts that stay in the processor's cache while they are worked on."""
    return torch.split(logits, max(CACHED // logits.shape[-1], 1))
