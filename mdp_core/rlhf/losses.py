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


def overlong_penalties(lengths: Tensor, longest: int, buffer: int) -> Tensor:
    """[B] -> [B]: 0 up to `longest` - `buffer` tokens, from there falling to -1 at `longest` (Yu et al. 2025, eq. 13)."""
    return ((longest - buffer - lengths) / buffer).clamp(-1, 0) if buffer else lengths.new_zeros(len(lengths))


def token_mean(mask: Tensor, longest: int) -> Tensor:
    """[B, T] -> [B, T]: the mean over all tokens of the batch (PPO's, DAPO's)."""
    return mask.double() / mask.sum().clamp(min=1)


def text_mean(mask: Tensor, longest: int) -> Tensor:
    """[B, T] -> [B, T]: the mean over texts of each text's token mean (GRPO's): a token of a short text weighs more."""
    return mask.double() / mask.sum(-1, keepdim=True).clamp(min=1) / len(mask)


def constant_mean(mask: Tensor, longest: int) -> Tensor:
    """[B, T] -> [B, T]: 1 / (B longest) (Dr. GRPO's): every token weighs the same, whatever the lengths are."""
    return mask.double() / (len(mask) * longest)


def high_entropy_mask(entropies: Tensor, mask: Tensor, quantile: float) -> Tensor:
    """[B, T], [B, T] -> [B, T]: of the tokens that count, the share `quantile` in (0, 1] with the most entropy, equals
    included: the forks of a text (Wang et al. 2025, arXiv:2506.01939, learn from a fifth).

    As TRL's `top_entropy_quantile`: the threshold is the (1 - quantile)-quantile of all tokens that count, interpolated
    linearly, and what reaches it is taken.

    No token counts where none did before. Raises ValueError for a quantile out of its range.
    """
    if not 0 < quantile <= 1:
        raise ValueError(f"the quantile must be a share of the tokens above 0, up to 1, not {quantile}")
    counted = mask.bool()
    if not counted.any():
        return counted
    # In the entropies' own order of size, for torch's quantile takes no more than 16 million of them.
    inside = entropies.detach()[counted].double().sort().values
    place = (1 - quantile) * (len(inside) - 1)
    below, above = inside[int(place)], inside[min(int(place) + 1, len(inside) - 1)]
    return counted & (entropies.detach() >= below.lerp(above, place - int(place)))


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


def sequence_terms(logp: Tensor, old: Tensor, advantages: Tensor, mask: Tensor, *, clip: float) -> Tensor:
    """[B, T] -> [B, T]: the clipped terms of s, one ratio for all tokens of a text (Zheng et al. 2025, eqs. 7 and 14).

    s is the geometric mean of the text's rho, s = exp(mean of log pi - log pi_old). A token's own log-probability carries
    its share of the gradient, so that advantages may differ from token to token; `mask` is true where a token counts.
    """
    drift = (logp.detach() - old.detach()).where(mask, 0.0)
    mean = drift.sum(-1, keepdim=True) / mask.sum(-1, keepdim=True).clamp(min=1)
    return clipped_terms(mean + logp - logp.detach(), mean.new_zeros(()), advantages, low=clip, high=clip)


def weighted_terms(logp: Tensor, old: Tensor, advantages: Tensor, *, clip: float) -> Tensor:
    """[...] -> [...]: -min(rho, 1 + clip) A log pi, the ratio a mere weight (MiniMax 2025, eqs. 4 and 5: CISPO).

    Where the clip of PPO ends a token's pull, here it only ends its growth.
    """
    weight = (logp.detach() - old.detach()).exp().clamp(max=1 + clip)
    return policy_gradient_terms(logp, weight * advantages)


def value_terms(values: Tensor, old_values: Tensor, returns: Tensor, clip: float) -> Tensor:
    """[...] -> [...]: half the larger of the squared errors with and without the clip around the old value (PPO)."""
    near = old_values + (values - old_values).clamp(-clip, clip)
    return 0.5 * ((values - returns) ** 2).maximum((near - returns) ** 2)
