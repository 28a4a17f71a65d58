"""Preferences between two texts: the Bradley-Terry model, and the direct loss on them."""

from __future__ import annotations

from torch import Tensor
from torch.nn.functional import logsigmoid


def preference_probability(better: Tensor, worse: Tensor) -> Tensor:
    """[...] -> [...]: P(better is chosen) = sigmoid(r_better - r_worse) (Bradley & Terry 1952)."""
    return (better - worse).sigmoid()


def bradley_terry_losses(chosen: Tensor, rejected: Tensor) -> Tensor:
    """[...] -> [...]: -log sigmoid(r_chosen - r_rejected), what a reward model is trained on (Ouyang et al. 2022, eq. 1)."""
    return -logsigmoid(chosen - rejected)


def dpo_losses(chosen: Tensor, rejected: Tensor, chosen_ref: Tensor, rejected_ref: Tensor, beta: float) -> Tensor:
    """[B] -> [B]: -log sigmoid(beta (log-ratio of the chosen - log-ratio of the rejected)) (Rafailov et al. 2023, eq. 7).

    The arguments are log-probabilities of whole texts under the policy and under the reference.
    """
    return -logsigmoid(beta * ((chosen - rejected) - (chosen_ref - rejected_ref)))
