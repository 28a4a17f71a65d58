"""What a step of each algorithm maximises, as tensors: returns, advantages, and one weighted sum of terms.

B texts of T tokens; `mask` [B, T] is true on the tokens of each text. A loss is sum(weights * terms), so that it can be
taken a few texts at a time: the weights know the whole batch.
"""

from __future__ import annotations

import torch
from torch import Tensor

from mdp_core.returns import gae
from mdp_core.rlhf.advantages import baseline_advantages, dr_grpo_advantages, grpo_advantages, rloo_advantages
from mdp_core.rlhf.kl import ESTIMATORS, kl_rewards
from mdp_core.rlhf.losses import clipped_terms, policy_gradient_terms
from mdp_core.rlhf.spec import TuneSpec

# Returns that are this close together do not tell texts apart. Two ways of reading a text differ by float32 rounding, which
# the penalty carries into the returns, and Adam would make whole steps of it.
EQUAL = 1e-5


def rewards_of(spec: TuneSpec, scores: Tensor, logp: Tensor, reference: Tensor, mask: Tensor) -> Tensor:
    """[B], [B, T], [B, T] -> [B, T]: the score at each text's last token, less the penalty where it is paid in the reward.

    A text that was cut off at its limit gets its score there like any other.
    """
    beta = spec.beta if spec.penalty == "reward" else 0.0
    return kl_rewards(scores, logp, reference, beta, mask, ESTIMATORS[spec.estimator])


def text_advantages(spec: TuneSpec, returns: Tensor, earlier: float | None) -> Tensor:
    """[B] -> [B]: how much better each text did than what it is compared to; exactly 0 where all of these did the same.

    `earlier` is REINFORCE's baseline, the mean return of the steps before; the first step has none, and takes the mean of
    the other texts. The standard deviation of GRPO is that of the sample (ddof 1), plus 1e-4.
    """
    groups = returns.reshape(-1, spec.group_size)
    if spec.algorithm == "grpo":
        advantages = grpo_advantages(groups)
    elif spec.algorithm == "dr_grpo":
        advantages = dr_grpo_advantages(groups)
    elif spec.algorithm == "rloo":
        advantages = rloo_advantages(groups)
    elif earlier is None:
        groups = returns.reshape(1, -1)
        advantages = rloo_advantages(groups)
    else:
        advantages = baseline_advantages(returns, earlier)
        return torch.where(advantages.abs() > EQUAL, advantages, 0.0)
    spread = groups.amax(-1, keepdim=True) - groups.amin(-1, keepdim=True)
    return torch.where(spread > EQUAL, advantages, 0.0).reshape(-1)


def token_advantages(spec: TuneSpec, rewards: Tensor, values: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
    """[B, T] each -> PPO's advantages [B, T], whitened over the batch's tokens, and the targets of the values [B, T].

    GAE with gamma 1; either end of a text is an end, with nothing behind it.
    """
    taken = mask.bool()
    following = torch.cat([values[:, 1:], torch.zeros_like(values[:, :1])], dim=1)
    last = taken & ~torch.cat([taken[:, 1:], torch.zeros_like(taken[:, :1])], dim=1)
    raw = torch.from_numpy(gae(rewards.numpy(), values.numpy(), following.numpy(), 1.0, spec.lambda_, terminated=last))
    targets = raw + values
    inside = raw[taken]
    spread = float(inside.std(correction=0))
    white = (raw - inside.mean()) / (spread + 1e-8) if spread > EQUAL else torch.zeros_like(raw)
    return torch.where(taken, white, 0.0), torch.where(taken, targets, 0.0)


def token_weights(spec: TuneSpec, mask: Tensor) -> Tensor:
    """[B, T] -> [B, T], what each token's term counts in the loss; 0 behind a text's end.

    REINFORCE and RLOO: 1 / B, so a text's log-probability is summed. PPO: the token mean. GRPO: the mean over texts of
    each text's token mean. Dr. GRPO: 1 / (B tokens), whatever the lengths are.
    """
    m, B = mask.double(), mask.shape[0]
    if spec.algorithm in ("reinforce", "rloo"):
        return m / B
    if spec.algorithm == "ppo":
        return m / m.sum().clamp(min=1)
    if spec.algorithm == "grpo":
        return m / m.sum(-1, keepdim=True).clamp(min=1) / B
    return m / (B * spec.tokens)


def loss_terms(spec: TuneSpec, logp: Tensor, old: Tensor, reference: Tensor, advantages: Tensor) -> Tensor:
    """[B, T] each -> [B, T]: the policy's terms, plus beta k where the penalty is paid in the loss.

    `old` is log pi of the policy that wrote the texts; without clipping it is `logp` itself and has no say.
    """
    if spec.updates > 1 or spec.algorithm == "ppo":
        terms = clipped_terms(logp, old, advantages, low=spec.clip, high=spec.clip)
    else:
        terms = policy_gradient_terms(logp, advantages)
    if spec.penalty == "loss" and spec.beta > 0:
        terms = terms + spec.beta * ESTIMATORS[spec.estimator](logp, reference)
    return terms
