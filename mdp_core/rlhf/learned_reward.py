"""A reward model learned from choices, and all that is shown of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from mdp_core.rlhf.features import TextFeatures, UnreadableTextError
from mdp_core.rlhf.raters import Comparison
from mdp_core.rlhf.reward_model import HeldOut, RewardModel, cross_validated, fit, growth
from mdp_core.rlhf.reward_training import MIN_CHOICES, Examples, FewChoicesError, TrainingStep, train
from mdp_core.tokens.scores import Score

LATER = 10  # choices that a number of foretold ones is told of, at least


@dataclass(frozen=True, eq=False)
class LearnedReward:
    """A reward model, and all that is shown of it. What takes a moment is worked out when it is first looked at."""

    examples: Examples
    steps: tuple[TrainingStep, ...]  # of a training that holds a fifth of the texts out
    model: RewardModel
    held: HeldOut
    growth: tuple[tuple[int, HeldOut], ...]  # by how many of the first choices were learned from
    pool: tuple[str, ...]
    unread: int  # choices that the language model cannot read

    @cached_property
    def scores(self) -> list[Score]:
        """Of the pool's texts."""
        return self.model.score_many(self.pool)

    @cached_property
    def strengths(self) -> list[float]:
        """P(chosen) of every choice."""
        return self.model.strengths(self.examples.comparisons)

    def ranked(self, count: int) -> tuple[list[tuple[str, float]], list[tuple[str, float]]]:
        """The best and the worst texts of the pool with their scores, each the most extreme first."""
        order = sorted(zip(self.pool, (s.total for s in self.scores), strict=True), key=lambda pair: -pair[1])
        count = min(count, len(order) // 2)
        return order[:count], order[::-1][:count]


def learn_reward(
    features: TextFeatures, comparisons: Sequence[Comparison], pool: Sequence[str], name: str
) -> LearnedReward:
    """The reward model of those `comparisons` that the features can read, called `name`; some 50 ms.

    Raises FewChoicesError, in a sentence for a visitor.
    """

    def unreadable(*texts: str) -> str:
        """Why; nothing for texts that can be read."""
        try:
            for text in texts:
                features.check(text)
        except UnreadableTextError as error:
            return error.why
        return ""

    reasons = [unreadable(c.one, c.other) for c in comparisons]
    read = [c for c, why in zip(comparisons, reasons, strict=True) if not why]
    if len(read) < MIN_CHOICES:
        raise FewChoicesError(len(read), len(comparisons) - len(read), next(filter(None, reasons), ""))
    pool = tuple(text for text in pool if not unreadable(text))
    examples = Examples.of(features, read, pool)
    step = max(len(read) // 6, 5)
    sizes = [n for n in range(step, len(read) - LATER + 1, step) if n >= MIN_CHOICES]
    return LearnedReward(
        examples,
        tuple(train(examples, 0)),
        fit(examples, name=name),
        cross_validated(examples),
        tuple(growth(examples, sizes)),
        pool,
        len(comparisons) - len(read),
    )
