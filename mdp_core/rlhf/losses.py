"""The losses of the policy: a term for each token, and what the term weighs in the sum over the whole batch.

log-probabilities are those of the tokens that were drawn; `mask` [B, T] is true where a token counts. As the weights know
the whole batch, the sum can be taken a few texts at a time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:  # heavy; the tensors bring what is done with them
    from torch import Tensor


def text_sum(mask: Tensor, longest: int) -> Tensor:
    """[B, T] -> [B, T]: 1 / B, so that a text's terms are summed (REINFORCE's and RLOO's)."""
    return mask.double() / len(mask)


def token_mean(mask: Tensor, longest: int) -> Tensor:
    """[B, T] -> [B, T]: the mean over all tokens of the batch (PPO's, DAPO's)."""
    return mask.double() / mask.sum().clamp(min=1)


def text_mean(mask: Tensor, longest: int) -> Tensor:
    """[B, T] -> [B, T]: the mean over texts of each text's token mean (GRPO's): a token of a short text weighs more."""
    return mask.double() / mask.sum(-1, keepdim=True).clamp(min=1) / len(mask)


def constant_mean(mask: Tensor, longest: int) -> Tensor:
    """[B, T] -> [B, T]: 1 / (B longest) (Dr. GRPO's): every token weighs the same, whatever the lengths are."""
    return mask.double() / (len(mask) * longest)


def policy_gradient_terms(logp: Tensor, advantages: Tensor) -> Tensor:
    """[...] -> [...]: -A log pi(a | s), whose gradient is the score-function estimator (Williams 1992)."""
    return -advantages.detach() * logp


def clipped_terms(logp: Tensor, old: Tensor, advantages: Tensor, *, low: float = 0.2, high: float = 0.2) -> Tensor:
    """[...] -> [...]: -min(rho A, clip(rho, 1 - low, 1 + high) A), rho = pi / pi_old (Schulman et al. 2017, eq. 7).

    `low` and `high` are the two epsilons; equal in PPO, `high` larger in DAPO.
    """
    ratio = (logp - old.detach()).exp()
    A = advantages.detach()
    return -(ratio * A).minimum(ratio.clamp(1 - low, 1 + high) * A)


def value_terms(values: Tensor, old_values: Tensor, returns: Tensor, clip: float) -> Tensor:
    """[...] -> [...]: half the larger of the squared errors with and without the clip around the old value (PPO)."""
    near = old_values + (values - old_values).clamp(-clip, clip)
    return 0.5 * ((values - returns) ** 2).maximum((near - returns) ** 2)
