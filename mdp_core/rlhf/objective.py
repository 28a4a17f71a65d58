"""What a step of a spec's algorithm maximises, as tensors: the rewards of its tokens, and the terms of its loss.

B texts of T tokens; `mask` [B, T] is true on the tokens of each text. A loss is sum(weights * terms), so that it can be
taken a few texts at a time: the weights know the whole batch.
"""

from __future__ import annotations

from torch import Tensor

from mdp_core.rlhf.algorithms import by_score
from mdp_core.rlhf.kl import ESTIMATORS, kl_rewards
from mdp_core.rlhf.losses import overlong_penalties
from mdp_core.rlhf.spec import TuneSpec


def rewards_of(spec: TuneSpec, scores: Tensor, logp: Tensor, reference: Tensor, mask: Tensor) -> Tensor:
    """[B], [B, T], [B, T] -> [B, T]: the score at each text's last token, less the penalty where it is paid in the reward.

    A text that was cut off at its limit gets its score there like any other, less what its length costs.
    """
    scores = scores + overlong_penalties(mask.sum(-1), spec.tokens, spec.buffer)
    beta = spec.beta if spec.penalty == "reward" else 0.0
    return kl_rewards(scores, logp, reference, beta, mask, ESTIMATORS[spec.estimator])


def loss_terms(
    spec: TuneSpec, logp: Tensor, old: Tensor, reference: Tensor, advantages: Tensor, mask: Tensor
) -> Tensor:
    """[B, T] each -> [B, T]: the policy's terms, plus beta k where the penalty is paid in the loss.

    `old` is log pi of the policy that wrote the texts.
    """
    terms = by_score(spec.algorithm).terms(logp, old, advantages, mask, spec.clips)
    if spec.penalty == "loss" and spec.beta > 0:
        terms = terms + spec.beta * ESTIMATORS[spec.estimator](logp, reference)
    return terms
