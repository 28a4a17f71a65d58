"""What preferences between two texts cost a model of them: the Bradley-Terry loss, and the direct one."""

from __future__ import annotations

from torch import Tensor
from torch.nn.functional import logsigmoid


def bradley_terry_losses(margins: Tensor) -> Tensor:
    """[...] -> [...]: -log sigmoid(r_chosen - r_rejected), what a reward model is trained on (Ouyang et al. 2022, eq. 1).

    A margin is r_chosen - r_rejected; `raters.preference_probability` is what the loss is the logarithm of.
    """
    return -logsigmoid(margins)


def dpo_losses(chosen: Tensor, rejected: Tensor, chosen_ref: Tensor, rejected_ref: Tensor, beta: float) -> Tensor:
    """[B] -> [B]: -log sigmoid(beta (log-ratio of the chosen - log-ratio of the rejected)) (Rafailov et al. 2023, eq. 7).

    The arguments are log-probabilities of whole texts under the policy and under the reference.
    """
    return bradley_terry_losses(beta * ((chosen - rejected) - (chosen_ref - rejected_ref)))
