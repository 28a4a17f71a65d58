"""The algorithms by name: what each is called, what it does, where it is written, and the functions that it is made of.

A new one is one entry here: whom it compares a text to, how it weighs tokens, what it minimises for each.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mdp_core.rlhf.advantages import (
    above_earlier,
    dr_grpo_advantages,
    grpo_advantages,
    in_groups,
    rloo_advantages,
    whitened_gae,
)
from mdp_core.rlhf.losses import (
    clipped_terms,
    constant_mean,
    policy_gradient_terms,
    text_mean,
    text_sum,
    token_mean,
)

if TYPE_CHECKING:  # heavy; the tensors bring what is done with them
    from torch import Tensor

    from mdp_core.rlhf.advantages import Advantages

    TokenWeights = Callable[[Tensor, int], Tensor]  # mask [B, T], the most tokens that a text may have -> [B, T]
    Terms = Callable[[Tensor, Tensor, Tensor, float], Tensor]  # log pi, log pi_old, advantages: [B, T]; clip -> [B, T]


def once(logp: Tensor, old: Tensor, advantages: Tensor, clip: float) -> Tensor:
    """The terms of an algorithm that goes over its texts once: `old` is `logp` itself then, and has no say."""
    return policy_gradient_terms(logp, advantages)


def clipped(logp: Tensor, old: Tensor, advantages: Tensor, clip: float) -> Tensor:
    """The terms of one that may go over them again: `old` is log pi of the policy that wrote them."""
    return clipped_terms(logp, old, advantages, low=clip, high=clip)


@dataclass(frozen=True)
class Algorithm:
    """One algorithm: what a page shows of it, and its loss, the weighted sum of terms, one a token."""

    title: str
    formula: str  # LaTeX, of the loss before the KL penalty
    says: str  # one sentence: whom a text is compared to, and how its tokens are weighed
    source: str
    advantages: Advantages
    weights: TokenWeights
    terms: Terms = once
    grouped: bool = False  # compares a text to its group
    values: bool = False  # learns a value for every state, linear in the network's last hidden state
    epochs: int = 1  # that suit it

    @property
    def clipped(self) -> bool:
        """Whether it may go over the same texts several times, as the ratio to the policy that wrote them is clipped."""
        return self.terms is not once


def _clip(A: str) -> str:
    return rf"\min\big(\rho_{{i,t}}{A},\ \mathrm{{clip}}(\rho_{{i,t}},1-\epsilon,1+\epsilon){A}\big)"


ALGORITHMS: Mapping[str, Algorithm] = {
    "reinforce": Algorithm(
        title="REINFORCE with baseline",
        formula=r"-\frac1B\sum_i (R_i - b)\sum_t \log\pi(a_{i,t}\mid s_{i,t})",
        says="Compares a text to the mean of all texts of the steps before; every token of a text has its advantage.",
        source="Williams 1992; Sutton & Barto, section 13.4",
        advantages=above_earlier,
        weights=text_sum,
    ),
    "rloo": Algorithm(
        title="RLOO",
        formula=r"-\frac1B\sum_i \Big(R_i - \frac1{G-1}\sum_{j\ne i}R_j\Big)\sum_t \log\pi(a_{i,t}\mid s_{i,t})",
        says="Compares a text to the mean of the others of its group.",
        source="Ahmadian et al. 2024",
        advantages=in_groups(rloo_advantages),
        weights=text_sum,
        grouped=True,
    ),
    "ppo": Algorithm(
        title="PPO",
        formula=rf"-\frac1{{\sum_i T_i}}\sum_{{i,t}}{_clip('A_{i,t}')}",
        says="Compares what follows a token to what a learned value expected; goes over the texts more than once.",
        source="Schulman et al. 2017; Ouyang et al. 2022",
        advantages=whitened_gae,
        weights=token_mean,
        terms=clipped,
        values=True,
        epochs=2,
    ),
    "grpo": Algorithm(
        title="GRPO",
        formula=rf"-\frac1B\sum_i\frac1{{T_i}}\sum_t{_clip('A_i')},\quad A_i=\frac{{R_i-\bar R}}{{s_R}}",
        says="Compares a text to its group, in standard deviations; a token of a short text weighs more.",
        source="Shao et al. 2024 (DeepSeekMath)",
        advantages=in_groups(grpo_advantages),
        weights=text_mean,
        terms=clipped,
        grouped=True,
    ),
    "dr_grpo": Algorithm(
        title="Dr. GRPO",
        formula=rf"-\frac1{{B\,T_{{\max}}}}\sum_{{i,t}}{_clip('A_i')},\quad A_i=R_i-\bar R",
        says="GRPO without its two biases: no division by the group's spread, none by the text's length.",
        source="Liu et al. 2025",
        advantages=in_groups(dr_grpo_advantages),
        weights=constant_mean,
        terms=clipped,
        grouped=True,
    ),
}
