"""The algorithms by name: what each is called, what it does, where it is written, and the functions that it is made of.

A new one is one entry here: whom it compares a text to, how it weighs tokens, what it minimises for each.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from mdp_core.rlhf.advantages import (
    above_earlier,
    dr_grpo_advantages,
    grpo_advantages,
    in_groups,
    rloo_advantages,
    whitened_gae,
    whitened_to_go,
)
from mdp_core.rlhf.losses import (
    clipped_terms,
    constant_mean,
    policy_gradient_terms,
    sequence_terms,
    text_mean,
    text_sum,
    token_mean,
    weighted_terms,
)
from mdp_core.rlhf.preferences import dpo_pair_losses, ipo_pair_losses

if TYPE_CHECKING:  # heavy; the tensors bring what is done with them
    from torch import Tensor

    from mdp_core.rlhf.advantages import Advantages

    TokenWeights = Callable[[Tensor, int], Tensor]  # mask [B, T], the most tokens that a text may have -> [B, T]
    # log pi - log pi_ref of the texts that were chosen and of the others, the lengths of both, beta: [B] -> [B]
    PairLosses = Callable[[Tensor, Tensor, Tensor, Tensor, float], Tensor]
    Terms = Callable[[Tensor, Tensor, Tensor, Tensor, "Clips"], Tensor]  # log pi, log pi_old, advantages, mask: [B, T]


class Clips(NamedTuple):
    """How far the probability ratio may go from 1."""

    low: float  # below
    high: float  # and above


def once(logp: Tensor, old: Tensor, advantages: Tensor, mask: Tensor, clips: Clips) -> Tensor:
    """The terms of an algorithm that goes over its texts once: `old` is `logp` itself then, and has no say."""
    return policy_gradient_terms(logp, advantages)


def clipped(logp: Tensor, old: Tensor, advantages: Tensor, mask: Tensor, clips: Clips) -> Tensor:
    """The terms of one that may go over them again: `old` is log pi of the policy that wrote them."""
    return clipped_terms(logp, old, advantages, low=clips.low, high=clips.high)


def by_text(logp: Tensor, old: Tensor, advantages: Tensor, mask: Tensor, clips: Clips) -> Tensor:
    """As `clipped`, by one ratio a text."""
    return sequence_terms(logp, old, advantages, mask, clip=clips.low)


def weighted(logp: Tensor, old: Tensor, advantages: Tensor, mask: Tensor, clips: Clips) -> Tensor:
    """As `clipped`, but a ratio that has gone too far is a weight like any other."""
    return weighted_terms(logp, old, advantages, clip=clips.low)


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
    suits: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))  # settings of TuneSpec that suit it

    def has(self, setting: str) -> bool:
        """Whether it makes use of one of the settings in SPECIAL, which it then begins with."""
        return setting in self.suits

    @property
    def clipped(self) -> bool:
        """Whether it may go over the same texts several times, as the ratio to the policy that wrote them is clipped."""
        return self.terms is not once


@dataclass(frozen=True)
class ChoiceAlgorithm:
    """One that learns from choices between two texts, whoever wrote them: what a page shows of it, and its loss a choice."""

    title: str
    formula: str  # LaTeX, of the loss, penalty included
    says: str
    source: str
    losses: PairLosses
    suits: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    grouped: ClassVar[bool] = False
    clipped: ClassVar[bool] = False
    values: ClassVar[bool] = False

    def has(self, setting: str) -> bool:
        """Whether it makes use of one of the settings in SPECIAL."""
        return setting in self.suits


def by_score(name: str) -> Algorithm:
    """The algorithm of that name, one that learns from scores. Raises ValueError for one that learns from choices."""
    algorithm = ALGORITHMS[name]
    if not isinstance(algorithm, Algorithm):
        raise ValueError(f"{algorithm.title} learns from choices, and knows no advantage of a text.")
    return algorithm


# Settings that few have a use for; which ones do says `Algorithm.suits`.
SPECIAL = ("clip_high", "redraws", "overlong")


def _clip(A: str, ratio: str = r"\rho_{i,t}", low: str = r"\epsilon", high: str = r"\epsilon") -> str:
    return rf"\min\big({ratio}{A},\ \mathrm{{clip}}({ratio},1-{low},1+{high}){A}\big)"


def _where(*parts: str) -> str:
    """A loss, and what stands in it: where there is no room for a line, it breaks between these, and nowhere else."""
    return r",\quad\allowbreak ".join(f"{{{part}}}" for part in parts)


_STANDARD = r"A_i=\frac{R_i-\bar R}{s_R}"
_HIGH = r"\epsilon_{\mathrm{high}}"

_RATIO = r"\frac{\pi(y_i^{%s})}{\pi_{\mathrm{ref}}(y_i^{%s})}"
_CHOSEN, _OTHER = (_RATIO % (side, side) for side in "+-")

ALGORITHMS: Mapping[str, Algorithm | ChoiceAlgorithm] = {
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
        suits={"epochs": 2},
    ),
    "grpo": Algorithm(
        title="GRPO",
        formula=_where(rf"-\frac1B\sum_i\frac1{{T_i}}\sum_t{_clip('A_i')}", _STANDARD),
        says="Compares a text to its group, in standard deviations; a token of a short text weighs more.",
        source="Shao et al. 2024 (DeepSeekMath)",
        advantages=in_groups(grpo_advantages),
        weights=text_mean,
        terms=clipped,
        grouped=True,
    ),
    "dr_grpo": Algorithm(
        title="Dr. GRPO",
        formula=_where(rf"-\frac1{{B\,T_{{\max}}}}\sum_{{i,t}}{_clip('A_i')}", r"A_i=R_i-\bar R"),
        says="GRPO without its two biases: no division by the group's spread, none by the text's length.",
        source="Liu et al. 2025",
        advantages=in_groups(dr_grpo_advantages),
        weights=constant_mean,
        terms=clipped,
        grouped=True,
    ),
    "dapo": Algorithm(
        title="DAPO",
        formula=_where(rf"-\frac1{{\sum_i T_i}}\sum_{{i,t}}{_clip('A_i', high=_HIGH)}", _STANDARD),
        says="GRPO that lets unlikely tokens grow further, weighs all tokens alike, and draws groups of equal scores anew.",
        source="Yu et al. 2025",
        advantages=in_groups(grpo_advantages),
        weights=token_mean,
        terms=clipped,
        grouped=True,
        # No overlong penalty: Pocket's texts are cut long before they would end, and it would say nothing of them.
        suits={"epochs": 2, "group": 8, "clip_high": 0.28, "redraws": 3, "overlong": 0},
    ),
    "gspo": Algorithm(
        title="GSPO",
        formula=_where(
            rf"-\frac1B\sum_i{_clip('A_i', 's_i')}",
            r"s_i=\Big(\prod_t\rho_{i,t}\Big)^{1/T_i}",
            _STANDARD,
        ),
        says="GRPO with one ratio for a whole text, the mean of its tokens' on a log scale: a text is clipped as a whole.",
        source="Zheng et al. 2025",
        advantages=in_groups(grpo_advantages),
        weights=text_mean,
        terms=by_text,
        grouped=True,
        # The paper's 0.0003 is for texts of a thousand tokens; the ratio of a short one goes further in one update.
        suits={"epochs": 2, "clip": 0.1},
    ),
    "cispo": Algorithm(
        title="CISPO",
        formula=_where(
            r"-\frac1{\sum_i T_i}\sum_{i,t}w_{i,t}A_i\log\pi(a_{i,t}\mid s_{i,t})",
            r"w_{i,t}=\min(\rho_{i,t},1+\epsilon)",
            _STANDARD,
        ),
        says="GRPO in which no token stops pulling: a ratio above 1 + epsilon counts as that, and is a fixed weight.",
        source="MiniMax 2025 (M1)",
        advantages=in_groups(grpo_advantages),
        weights=token_mean,
        terms=weighted,
        grouped=True,
        suits={"epochs": 2, "clip": 1.0},
    ),
    "reinforce_pp": Algorithm(
        title="REINFORCE++",
        formula=_where(
            rf"-\frac1{{\sum_i T_i}}\sum_{{i,t}}{_clip('A_{i,t}')}",
            r"A_{i,t}=\frac{R_{i,t}-\bar R}{s_R}",
            r"R_{i,t}=\sum_{k\ge t}r_{i,k}",
        ),
        says="PPO without values: a token has what is paid from there on, compared to all tokens of the step.",
        source="Hu et al. 2025",
        advantages=whitened_to_go,
        weights=token_mean,
        terms=clipped,
        suits={"epochs": 2},
    ),
    "dpo": ChoiceAlgorithm(
        title="DPO",
        formula=rf"-\frac1B\sum_i\log\sigma\Big(\beta\log{_CHOSEN}-\beta\log{_OTHER}\Big)",
        says="Learns from the choices of page Score: what was chosen becomes likelier than the other. No score is asked.",
        source="Rafailov et al. 2023",
        losses=dpo_pair_losses,
        suits={"beta": 0.1},
    ),
    "ipo": ChoiceAlgorithm(
        title="IPO",
        formula=(
            rf"\frac1B\sum_i\Big(\frac1{{T_i^+}}\log{_CHOSEN}-\frac1{{T_i^-}}\log{_OTHER}"
            r"-\frac1{2\beta}\Big)^2"
        ),
        says="DPO with a goal: what was chosen is to become likelier by 1/(2 beta) nats a token, and no more.",
        source="Azar et al. 2023",
        losses=ipo_pair_losses,
        suits={"beta": 0.5},
    ),
}
