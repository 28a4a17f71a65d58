"""The principle that texts are scored by: a score that can be written down, or a reward model in its place."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from mdp_core.tokens.rewards import intended, longest_text, reward_from, score_range
from mdp_core.tokens.scores import Reward, Score, ScoreSpec

if TYPE_CHECKING:
    from mdp_core.rlhf.raters import Comparison
    from mdp_core.tokens.language_model import LanguageModel
    from mdp_core.tokens.text_model import TextModel

NAME = 60  # characters of a name at most


class TrainedReward(Protocol):
    """A reward that was learned, from a person's choices say."""

    @property
    def name(self) -> str:
        """What it is called where it is shown."""
        ...

    @property
    def key(self) -> Hashable:
        """Another one for everything that was learned since."""
        ...

    def check(self, writer: LanguageModel) -> None:
        """Raises ValueError, in a sentence for a visitor, where it cannot read what `writer` writes."""
        ...

    def range(self) -> tuple[float, float]:
        """The lowest and the highest score that it can give."""
        ...

    def __call__(self, text: str) -> Score:
        """The score of a finished text."""
        ...


@dataclass(frozen=True)
class Principle:
    """What a finished text is scored by: the score that `spec` describes, or a trained reward model in its place."""

    spec: ScoreSpec = field(default_factory=ScoreSpec)
    model: TrainedReward | None = None
    choices: tuple[Comparison, ...] = ()  # at hand: those that `model` was learned from, or all
    true: Reward | None = None  # what the score stands for, where that is known: a simulated rater's hidden taste

    @property
    def name(self) -> str:
        """Short, and plain text: a stranger's words are in it."""
        name = " ".join((self.model.name if self.model is not None else self.spec.name).split())
        return name if len(name) <= NAME else name[: NAME - 1] + "…"

    @property
    def key(self) -> Hashable:
        """The same for the same scores."""
        return ("model", self.model.key) if self.model is not None else ("spec", self.spec)

    def reward(self) -> Reward:
        """The black box itself. Raises ValueError, in a sentence for a visitor, for a score that cannot be."""
        return self.model if self.model is not None else reward_from(self.spec)

    def intended(self) -> Reward | None:
        """What the score stands for, where that is known: `true`, or what a score means that can be had without it."""
        return self.true if self.true is not None or self.model is not None else intended(self.spec)

    def range(self, max_tokens: int, model: TextModel | None = None, prompt: str = "") -> tuple[float, float]:
        """Between which numbers the score lies of a text with at most `max_tokens` more tokens than `prompt`.

        A formula that counts needs to know whose tokens they are: without `model` it bounds any text that it can read.
        """
        if self.model is not None:
            return self.model.range()
        if model is None:
            return score_range(self.spec)
        return score_range(self.spec, longest_text(model, prompt, max_tokens))
