"""What preferences between two texts cost a model of them: the Bradley-Terry loss, and the direct one."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:  # heavy; the tensors bring what is done with them
    from torch import Tensor


def bradley_terry_losses(margins: Tensor) -> Tensor:
    """[...] -> [...]: -log sigmoid(r_chosen - r_rejected), what a reward model is trained on (Ouyang et al. 2022, eq. 1).

    A margin is r_chosen - r_rejected; `raters.preference_probability` is what the loss is the logarithm of.
    """
    return (-margins).logaddexp(margins.new_zeros(()))


def dpo_losses(chosen: Tensor, rejected: Tensor, chosen_ref: Tensor, rejected_ref: Tensor, beta: float) -> Tensor:
    """[B] -> [B]: -log sigmoid(beta (log-ratio of the chosen - log-ratio of the rejected)) (Rafailov et al. 2023, eq. 7).

    The arguments are log-probabilities of whole texts under the policy and under the reference.
    """
    return dpo_pair_losses(chosen - chosen_ref, rejected - rejected_ref, chosen, rejected, beta)


def dpo_pair_losses(better: Tensor, worse: Tensor, better_length: Tensor, worse_length: Tensor, beta: float) -> Tensor:
    """[B] -> [B]: DPO's by the log-ratios log pi - log pi_ref of whole texts, whose lengths do not matter."""
    return bradley_terry_losses(beta * (better - worse))


def ipo_pair_losses(better: Tensor, worse: Tensor, better_length: Tensor, worse_length: Tensor, beta: float) -> Tensor:
    """[B] -> [B]: (h - 1 / (2 beta))^2, h the difference of the log-ratios a token (Azar et al. 2023, eq. 17).

    A token, not a text: as its authors ran it by what TRL found out from them, so that long texts do not weigh more.
    """
    return (better / better_length - worse / worse_length - 1 / (2 * beta)) ** 2
