"""What a tuning run is asked to do, checked before it begins."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from math import isfinite
from typing import Any

from mdp_core.rlhf.adapters import AdapterSpec
from mdp_core.rlhf.algorithms import ALGORITHMS, ChoiceAlgorithm, Clips
from mdp_core.rlhf.kl import ESTIMATORS
from mdp_core.tokens.sampling import MAX_TEMPERATURE

MAX_TEXTS = 512
MAX_PROMPTS = 4096
MAX_TOKENS = 512
MAX_STEPS = 10_000
MAX_EPOCHS = 16
MAX_REDRAWS = 16
MAX_SEED = 2**31 - 1
MAX_RATE = 1e30  # beyond it, Adam's own arithmetic overflows


@dataclass(frozen=True)
class TuneSpec:
    """One algorithm, its parameters, and the texts that it learns from. `preset` gives what suits an algorithm.

    An algorithm ignores what it has no use for: `group` unless it compares groups or there are several prompts, `epochs`
    and `clip` unless it clips, `lambda_` and `value_rate` unless it has values, `clip_high`, `redraws` and `overlong`
    unless it is made with them.
    Raises ValueError, in a sentence for a visitor, for an unknown name or a number out of its range.
    """

    prompt: str = "the movie was"
    prompts: tuple[str, ...] = ()  # in its place: each group of texts goes on from one of these, drawn evenly
    algorithm: str = "rloo"  # a key of ALGORITHMS
    texts: int = 64  # B, written at every step
    group: int = 0  # G, texts that are compared with each other; 0: all of the step
    tokens: int = 16  # a text has at most so many; one that is cut there is scored as it stands, and nothing follows
    steps: int = 100
    learning_rate: float = 0.003  # of Adam
    beta: float = 0.05  # what a nat of divergence from the reference costs, in score
    penalty: str = "reward"  # where it is paid: in the "reward" of each text, or as a term of the "loss"
    estimator: str = "k1"  # of the divergence: k1, k2 or k3
    temperature: float = 1.0  # of the policy that writes and is tuned, and of the reference
    epochs: int = 1  # updates from the same texts
    clip: float = 0.2  # epsilon of the probability ratio, and of the values
    clip_high: float = 0.2  # epsilon above 1, where that is another one
    redraws: int = 0  # how often at most groups with equal scores are drawn again
    overlong: int = 0  # tokens before the end of `tokens` in which a text is charged for its length; 0: none
    lambda_: float = 0.95  # of GAE; gamma is 1
    value_rate: float = 0.01  # learning rate of the value head
    max_norm: float = 1.0  # the gradient is shortened to this length
    adapter: AdapterSpec = field(default_factory=AdapterSpec)
    seed: int = 0

    def __post_init__(self) -> None:
        _one_of("algorithm", self.algorithm, ALGORITHMS)
        _one_of("place for the penalty", self.penalty, ("reward", "loss"))
        _one_of("estimator", self.estimator, ESTIMATORS)
        if len(self.prompts) > MAX_PROMPTS:
            raise ValueError(f"A run has at most {MAX_PROMPTS:,} prompts, not {len(self.prompts):,}.")
        if self.prompts and isinstance(ALGORITHMS[self.algorithm], ChoiceAlgorithm):
            raise ValueError(
                f"{ALGORITHMS[self.algorithm].title} learns from choices, and those go on from one prompt."
            )
        _count("texts a step", self.texts, 2, MAX_TEXTS)
        _count("texts in a group", self.group, 0, self.texts)
        if self.group == 1:
            raise ValueError("A group of 1 compares a text to none: take 2 or more, or 0 for all texts of the step.")
        if self.group and self.texts % self.group:
            raise ValueError(
                f"{self.texts} texts do not make whole groups of {self.group}: choose one that divides them."
            )
        _count("tokens a text", self.tokens, 1, MAX_TOKENS)
        _count("steps", self.steps, 1, MAX_STEPS)
        _count("epochs", self.epochs, 1, MAX_EPOCHS)
        _count("redraws", self.redraws, 0, MAX_REDRAWS)
        _count("overlong", self.overlong, 0, self.tokens)
        _count("seed", self.seed, 0, MAX_SEED)
        _above_zero("learning rate", self.learning_rate)
        _above_zero("learning rate of the value head", self.value_rate)
        _above_zero("longest gradient", self.max_norm)
        _above_zero("clip", self.clip)
        _above_zero("clip above 1", self.clip_high)
        if not 0 < self.temperature <= MAX_TEMPERATURE:
            raise ValueError(
                f"A policy that learns from its draws needs a temperature above 0, up to {MAX_TEMPERATURE:g}, "
                f"not {self.temperature:g}."
            )
        if not (isfinite(self.beta) and self.beta >= 0):
            raise ValueError(f"beta is a price, 0 or more, and {self.beta:g} is none.")
        if self.beta == 0 and isinstance(ALGORITHMS[self.algorithm], ChoiceAlgorithm):
            raise ValueError(f"{ALGORITHMS[self.algorithm].title} needs a beta above 0: at 0 its choices pull nowhere.")
        if not 0 <= self.lambda_ <= 1:
            raise ValueError(f"lambda {self.lambda_:g} is not between 0 and 1.")

    @property
    def group_size(self) -> int:
        """G, the texts that are compared with each other, and go on from the same prompt."""
        return self.group or self.texts

    @property
    def first_prompt(self) -> str:
        """The one that is shown where there is room for one."""
        return self.prompts[0] if self.prompts else self.prompt

    @property
    def updates(self) -> int:
        """How often a step goes over its texts: more than once only where ratios are clipped."""
        return self.epochs if ALGORITHMS[self.algorithm].clipped else 1

    @property
    def clips(self) -> Clips:
        """How far the probability ratio may go from 1."""
        return Clips(self.clip, self.clip_high if ALGORITHMS[self.algorithm].has("clip_high") else self.clip)

    @property
    def most_redraws(self) -> int:
        """How often at most a step draws groups with equal scores again."""
        return self.redraws if ALGORITHMS[self.algorithm].has("redraws") else 0

    @property
    def buffer(self) -> int:
        """In how many tokens before the limit a text is charged for its length."""
        return self.overlong if ALGORITHMS[self.algorithm].has("overlong") else 0


def preset(algorithm: str, **changes: Any) -> TuneSpec:
    """The settings that suit an algorithm on Pocket, with `changes`. Raises what TuneSpec raises.

    All of them pay the penalty in the reward (k1), GRPO too: in the loss, where its source has it, the pull of k3 is never
    more than beta a token, and advantages in standard deviations run away from it.
    """
    _one_of("algorithm", algorithm, ALGORITHMS)
    return replace(TuneSpec(algorithm=algorithm), **{**ALGORITHMS[algorithm].suits, **changes})


def _one_of(what: str, value: str, known: Any) -> None:
    if value not in known:
        raise ValueError(f"There is no {what} {value!r}: choose one of {', '.join(known)}.")


def _count(name: str, value: int, least: int, most: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise ValueError(f"{name.capitalize()}: a whole number from {least} to {most:,}, not {_said(value)}.")


def _said(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) else repr(value)


def _above_zero(name: str, value: float) -> None:
    if not 0 < value <= MAX_RATE:
        raise ValueError(f"The {name} must be a finite number above 0, not {value:g}.")
