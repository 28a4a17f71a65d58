"""A reward model: what it says of a text, how sure it is of each choice, and how well it foretells the ones it never saw."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, replace
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from mdp_core.rlhf.features import TextFeatures, UnreadableTextError
from mdp_core.rlhf.raters import Comparison, preference_probability
from mdp_core.rlhf.reward_training import FOLDS, PRIOR, Examples, TrainingStep, agreement, train
from mdp_core.tokens.language_model import LanguageModel
from mdp_core.tokens.scores import Score

NO_WORD = "qzx"  # in no vocabulary of words; a model of pieces reads it all the same
LIMIT = 6.0  # a score's largest size: odds of 400 to 1 against the pool's mean text; what is beyond was never compared


@dataclass(frozen=True, eq=False)
class RewardModel:
    """A Reward that was learned from choices: r(y) = w . (x(y) - mean) / spread, cut at -LIMIT and LIMIT.

    Its unit is the log-odds of a choice: a text that scores 1 more than another is chosen with probability 0.73. The mean
    text of the pool that it was standardised on scores 0. Parts: what the mean over the tokens and what the last token
    adds, before the cut. Raises UnreadableTextError, a ValueError, for a text that the language model cannot read.
    """

    features: TextFeatures
    mean: NDArray[np.float64]  # [d]
    spread: NDArray[np.float64]  # [d]
    head: NDArray[np.float64]  # w [d]
    name: str = "reward model"

    @property
    def key(self) -> Hashable:
        """The same for the same scores: the language model's id and a digest of all numbers."""
        digest = hashlib.sha256()
        for array in (self.mean, self.spread, self.head):
            digest.update(np.ascontiguousarray(array).tobytes())
        return self.features.model.id, digest.hexdigest()[:12]

    def check(self, writer: LanguageModel) -> None:
        """Raises ValueError where `writer` writes words that the reward model's own language model cannot read."""
        reader = self.features.model
        if writer.model is reader.model:
            return
        try:
            self.features.check(NO_WORD)
        except UnreadableTextError as error:
            raise ValueError(
                f"This reward model reads with {reader.name}, which does not know all words that {writer.name} writes. "
                f"Train one on page Score with {writer.name}, or tune {reader.name}."
            ) from error

    def range(self) -> tuple[float, float]:
        """The lowest and the highest score that a text can get."""
        return -LIMIT, LIMIT

    def __call__(self, text: str) -> Score:
        """The score of one text."""
        return self.score_many([text])[0]

    def score_many(self, texts: Sequence[str]) -> list[Score]:
        """The score of each text; all of them are read at once, which takes Pocket a third of the time or less."""
        H = self.features.size // 2
        terms = self.head * ((self.features(texts) - self.mean) / self.spread)  # [N, d]
        whole, last = terms[:, :H].sum(axis=1), terms[:, H:].sum(axis=1)
        totals = np.clip(whole + last, -LIMIT, LIMIT)
        return [
            Score(float(total), (("all tokens", float(a)), ("the last token", float(b))))
            for total, a, b in zip(totals, whole, last, strict=True)
        ]

    def strengths(self, comparisons: Sequence[Comparison]) -> list[float]:
        """P(the text that was chosen is chosen), of each choice: near 1 where it was clear, below 0.5 where it surprises."""
        scores = self.score_many([text for c in comparisons for text in (c.better, c.worse)])
        better, worse = (np.array([score.total for score in scores[side::2]]) for side in (0, 1))
        strengths: list[float] = preference_probability(better - worse).tolist()
        return strengths


def fit(examples: Examples, *, prior: float = PRIOR, name: str = "reward model") -> RewardModel:
    """The reward model that all of the choices make most likely."""
    return finished(examples, deque(train(examples, prior=prior), maxlen=1)[0], name=name)


def finished(examples: Examples, step: TrainingStep, *, name: str = "reward model") -> RewardModel:
    """The reward model as it is after that step of its training."""
    return RewardModel(examples.features, examples.mean, examples.spread, step.head, name)


# How far it can be trusted


@dataclass(frozen=True)
class Bin:
    """Choices whose foretold probabilities lie in [low, high): what was foretold on average, and what came."""

    low: float
    high: float
    count: int
    foretold: float  # mean P(the first text is chosen)
    chosen: float  # share of choices that the first text won
    error: float  # standard error of `chosen`, by Wilson's interval: not 0 where all went one way


@dataclass(frozen=True, eq=False)
class HeldOut:
    """Choices foretold by models that had seen neither of their texts: every fold by one that learned from the others."""

    comparisons: tuple[Comparison, ...]  # m
    probabilities: NDArray[np.float64]  # [m], P(the chosen text is chosen)
    weights: NDArray[np.float64]  # [m]

    def __len__(self) -> int:
        return len(self.comparisons)

    @property
    def agreement(self) -> float | None:
        """The share of choices that were foretold; None where none could be held out."""
        return agreement(self.probabilities - 0.5, self.weights)

    @property
    def error(self) -> float | None:
        """The standard error of `agreement`, sqrt(p (1 - p) / n) with one foretold and one missed choice added, n counted by
        the choices' weights; None where none could be held out."""
        p, n = self.agreement, float(self.weights.sum())
        if p is None:
            return None
        p = (p * n + 1) / (n + 2)
        return sqrt(p * (1 - p) / (n + 2))

    def calibration(self, bins: int = 5) -> list[Bin]:
        """P(the first text is chosen) in `bins` of equal width, against the share that was; empty bins are left out."""
        first = np.array([c.chosen == 0 for c in self.comparisons], dtype=bool)
        p = np.where(first, self.probabilities, 1 - self.probabilities)
        at = np.minimum((p * bins).astype(np.int64), bins - 1)
        return [
            Bin(
                b / bins,
                (b + 1) / bins,
                len(inside),
                float(p[inside].mean()),
                float(first[inside].mean()),
                _wilson(first[inside]),
            )
            for b in range(bins)
            if len(inside := np.flatnonzero(at == b))
        ]


def cross_validated(examples: Examples, *, prior: float = PRIOR) -> HeldOut:
    """Foretell every choice whose two texts can be held out together, from all choices of other texts."""
    P = np.full(len(examples), np.nan)
    for fold in range(FOLDS):
        tested = examples.held_out(fold)
        if tested.any() and examples.without(fold).any():
            last = deque(train(examples, fold, prior=prior), maxlen=1)[0]
            P[tested] = preference_probability(examples.differences[tested] @ last.head)
    known = np.flatnonzero(~np.isnan(P))
    return HeldOut(tuple(examples.comparisons[i] for i in known), P[known], examples.weights[known])


def growth(examples: Examples, sizes: Sequence[int], *, prior: float = PRIOR) -> Iterator[tuple[int, HeldOut]]:
    """(n, how a model that learned from the first n choices foretells all later ones of texts it has not seen)."""
    texts = [{c.one, c.other} for c in examples.comparisons]
    for n in sizes:
        seen = set().union(*texts[:n])
        later = [i for i in range(n, len(examples)) if not texts[i] & seen]
        if later and n:
            head = deque(train(_first(examples, n), prior=prior), maxlen=1)[0].head
            P = preference_probability(examples.differences[later] @ head)
            yield n, HeldOut(tuple(examples.comparisons[i] for i in later), P, examples.weights[later])


def _first(examples: Examples, n: int) -> Examples:
    return replace(
        examples,
        comparisons=examples.comparisons[:n],
        differences=examples.differences[:n],
        weights=examples.weights[:n],
        folds=examples.folds[:n],
    )


def _wilson(won: NDArray[np.bool_]) -> float:
    n, p = len(won), float(won.mean())
    return sqrt(p * (1 - p) / n + 1 / (4 * n * n)) / (1 + 1 / n)


def remarks(comparisons: Sequence[Comparison]) -> list[str]:
    """What is odd about these choices, in sentences for a visitor: nothing that cannot be learned from."""
    sentences = []
    sides = {c.chosen for c in comparisons}
    if len(comparisons) >= 8 and len(sides) == 1:
        sentences.append(
            f"All {len(comparisons)} choices are of the {'second' if sides == {1} else 'first'} text: "
            "if it is its place that you like, there is nothing to learn from the words."
        )
    winners = {(c.better, c.worse) for c in comparisons}
    contradictions = sum((worse, better) in winners for better, worse in winners) // 2
    if contradictions:
        pairs = "pair of texts was" if contradictions == 1 else "pairs of texts were"
        sentences.append(
            f"{contradictions} {pairs} judged both ways: the model takes them for close, and their P stays near one half."
        )
    return sentences
