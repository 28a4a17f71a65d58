"""The algorithms by name: what each is called, what it does, where it is written, and the settings that suit it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class Algorithm:
    """One algorithm as a page shows it."""

    title: str
    formula: str  # LaTeX, of the loss before the KL penalty
    says: str  # one sentence: whom a text is compared to, and how its tokens are weighed
    source: str
    penalty: str  # where its source puts the KL penalty: "reward" or "loss"; `preset` says what works
    estimator: str  # and which estimator it takes
    grouped: bool  # compares a text to its group
    clipped: bool  # may go over the same texts several times, as the ratio to the policy that wrote them is clipped


ALGORITHMS: Mapping[str, Algorithm] = MappingProxyType(
    {
        "reinforce": Algorithm(
            title="REINFORCE with baseline",
            formula=r"-\frac1B\sum_i (R_i - b)\sum_t \log\pi(a_{i,t}\mid s_{i,t})",
            says="Compares a text to the mean of all texts of the steps before; every token of a text has its advantage.",
            source="Williams 1992; Sutton & Barto, section 13.4",
            penalty="reward",
            estimator="k1",
            grouped=False,
            clipped=False,
        ),
        "rloo": Algorithm(
            title="RLOO",
            formula=r"-\frac1B\sum_i \Big(R_i - \frac1{G-1}\sum_{j\ne i}R_j\Big)\sum_t \log\pi(a_{i,t}\mid s_{i,t})",
            says="Compares a text to the mean of the others of its group.",
            source="Ahmadian et al. 2024",
            penalty="reward",
            estimator="k1",
            grouped=True,
            clipped=False,
        ),
        "ppo": Algorithm(
            title="PPO",
            formula=r"-\frac1{\sum_i T_i}\sum_{i,t}\min\big(\rho_{i,t}A_{i,t},\ "
            r"\mathrm{clip}(\rho_{i,t},1-\epsilon,1+\epsilon)A_{i,t}\big)",
            says="Compares what follows a token to what a learned value expected; goes over the texts more than once.",
            source="Schulman et al. 2017; Ouyang et al. 2022",
            penalty="reward",
            estimator="k1",
            grouped=False,
            clipped=True,
        ),
        "grpo": Algorithm(
            title="GRPO",
            formula=r"-\frac1B\sum_i\frac1{T_i}\sum_t\min\big(\rho_{i,t}A_i,\ "
            r"\mathrm{clip}(\rho_{i,t},1-\epsilon,1+\epsilon)A_i\big),\quad A_i=\frac{R_i-\bar R}{s_R}",
            says="Compares a text to its group, in standard deviations; a token of a short text weighs more.",
            source="Shao et al. 2024 (DeepSeekMath)",
            penalty="loss",
            estimator="k3",
            grouped=True,
            clipped=True,
        ),
        "dr_grpo": Algorithm(
            title="Dr. GRPO",
            formula=r"-\frac1{B\,T_{\max}}\sum_{i,t}\min\big(\rho_{i,t}A_i,\ "
            r"\mathrm{clip}(\rho_{i,t},1-\epsilon,1+\epsilon)A_i\big),\quad A_i=R_i-\bar R",
            says="GRPO without its two biases: no division by the group's spread, none by the text's length.",
            source="Liu et al. 2025",
            penalty="reward",
            estimator="k1",
            grouped=True,
            clipped=True,
        ),
    }
)
