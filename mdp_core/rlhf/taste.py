"""A room's taste: the reward model that its votes teach, and how many of the votes on other texts it foretells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import sqrt

import numpy as np

from mdp_core.rlhf.agreement import accuracy_ceiling
from mdp_core.rlhf.features import TextFeatures, UnreadableTextError
from mdp_core.rlhf.raters import preference_probability
from mdp_core.rlhf.reward_model import HeldOut, RewardModel, cross_validated, fit
from mdp_core.rlhf.reward_training import Examples
from mdp_core.rlhf.votes import Vote, tallies, voted_choices

Texts = Mapping[int, tuple[str, str]]  # the two texts of each pair, by its number


@dataclass(frozen=True)
class Foretold:
    """How a reward model that learned from `votes` votes foretells choices of texts that it has not seen."""

    votes: int
    accuracy: float | None  # the share of choices, those of "the same" left out; None where none could be held out
    error: float | None  # its standard error
    ceiling: (
        float | None
    )  # what no model can pass, by the raters' own disagreement; None where no two chose of one pair


@dataclass(frozen=True, eq=False)
class Taste:
    """What was learned from all votes so far."""

    model: RewardModel
    foretold: Foretold
    probabilities: Mapping[int, float]  # P(the first text is chosen) of every pair that can be read
    ranked: tuple[tuple[str, float], ...]  # all texts with their scores, the best first


def learn_taste(features: TextFeatures, texts: Texts, votes: Sequence[Vote], name: str) -> Taste:
    """The reward model, called `name`, of the votes on those pairs of texts that the features can read.

    Raises FewChoicesError, in a sentence for a visitor: what counts is in how many pairs each text was chosen at all.
    """
    known = _readable(features, texts)
    examples = _examples(features, known, votes)
    model = fit(examples, name=name)
    pool = list(dict.fromkeys(text for both in known.values() for text in both))
    scores = dict(zip(pool, (score.total for score in model.score_many(pool)), strict=True))
    margins = [scores[one] - scores[other] for one, other in known.values()]
    return Taste(
        model,
        _foretold(examples, known, votes),
        dict(zip(known, preference_probability(margins).tolist(), strict=True)),
        tuple(sorted(scores.items(), key=lambda pair: -pair[1])),
    )


def foretold_by(features: TextFeatures, texts: Texts, votes: Sequence[Vote]) -> Foretold:
    """The same, without the reward model of all votes. Raises FewChoicesError."""
    known = _readable(features, texts)
    return _foretold(_examples(features, known, votes), known, votes)


def chance_of_second(model: RewardModel, texts: Sequence[tuple[str, str]]) -> float:
    """The share of choices that fall on the second text of these pairs, as the reward model has it: the mean of
    sigmoid(r(second) - r(first)). Raises ValueError for no pairs, and UnreadableTextError."""
    if not texts:
        raise ValueError("there is no pair to foretell")
    first, second = ([s.total for s in model.score_many([pair[side] for pair in texts])] for side in (0, 1))
    return float(preference_probability(np.array(second) - np.array(first)).mean())


def _readable(features: TextFeatures, texts: Texts) -> dict[int, tuple[str, str]]:
    def reads(text: str) -> bool:
        try:
            features.check(text)
        except UnreadableTextError:
            return False
        return True

    return {pair: both for pair, both in texts.items() if all(map(reads, both))}


def _examples(features: TextFeatures, known: Texts, votes: Sequence[Vote]) -> Examples:
    return Examples.of(features, voted_choices(known, votes), [text for both in known.values() for text in both])


def _foretold(examples: Examples, known: Texts, votes: Sequence[Vote]) -> Foretold:
    counted = [vote for vote in votes if vote.pair in known]
    held = _of_choices(cross_validated(examples), known, counted)
    return Foretold(
        len(counted), held.agreement if held.weights.any() else None, _error(held), accuracy_ceiling(counted)
    )


def _of_choices(held: HeldOut, known: Texts, votes: Sequence[Vote]) -> HeldOut:
    """Weighed by who chose: "the same" teaches, and there is nothing about it to foretell. The ceiling leaves it out too."""
    chose: dict[tuple[str, str, int], float] = {}
    for pair, (first, second, _) in tallies(votes).items():
        for chosen, count in ((0, first), (1, second)):
            key = (*known[pair], chosen)
            chose[key] = chose.get(key, 0) + count
    weights = np.array([float(chose.get((c.one, c.other, c.chosen), 0)) for c in held.comparisons])
    return replace(held, weights=weights)


def _error(held: HeldOut) -> float | None:
    """The standard error of the accuracy, the wider of two: of independent choices, and of pairs, whose votes are alike
    (of a ratio of sums over m pairs: sqrt(m / (m - 1) sum (hits - p votes)^2) / sum votes)."""
    p, n = (held.agreement if held.weights.any() else None), float(held.weights.sum())
    if p is None:
        return None
    by_pair: dict[frozenset[str], list[float]] = {}
    hits = (np.sign(held.probabilities - 0.5) + 1) / 2
    for choice, hit, weight in zip(held.comparisons, hits, held.weights, strict=True):
        sums = by_pair.setdefault(frozenset((choice.one, choice.other)), [0.0, 0.0])
        sums[0] += weight * hit
        sums[1] += weight
    m = len(by_pair)
    spread = sum((hit - p * weight) ** 2 for hit, weight in by_pair.values())
    clustered = sqrt(m / (m - 1) * spread) / n if m > 1 else 0.0
    return max(clustered, held.error or 0.0)
