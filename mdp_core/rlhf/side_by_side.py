"""Two algorithms side by side: the same prompt, the same settings, and the same draws as long as the two write alike."""

from __future__ import annotations

from mdp_core.rlhf.algorithms import ALGORITHMS
from mdp_core.rlhf.spec import TuneSpec, preset

# What the other run has of the first; all else is what suits its own algorithm.
SHARED = ("prompt", "prompts", "texts", "tokens", "steps", "learning_rate", "beta", "temperature", "adapter", "seed")
DRAWS = ("prompt", "prompts", "texts", "tokens", "temperature", "seed")


def by_another(spec: TuneSpec, algorithm: str) -> TuneSpec:
    """The run that `spec` describes, by another algorithm, with a beta of its own where the algorithm needs one.

    Raises ValueError, in a sentence for a visitor, where the two do not go together: groups that the texts do not fill.
    """
    shared = (*SHARED, "group") if spec.prompts else SHARED  # a group is what answers one prompt
    return preset(algorithm, **{**{name: getattr(spec, name) for name in shared}, **ALGORITHMS[algorithm].suits})


def same_draws(one: TuneSpec, other: TuneSpec) -> bool:
    """Whether every step of both begins with the same uniforms for the same places of the same texts."""
    return all(getattr(one, name) == getattr(other, name) for name in DRAWS) and (
        not one.prompts or one.group_size == other.group_size
    )
