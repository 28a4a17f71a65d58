"""Raters: who says which of two texts is better, a person or a simulated one with a taste of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import isfinite
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mdp_core.tokens.scores import WORD, Reward, Score, Sentiment

STARS = 5
MAX_RATIONALITY = 100.0


@dataclass(frozen=True)
class Comparison:
    """Two texts, and which of them was chosen. Raises ValueError for a text that is compared with itself, a choice of
    neither, or a weight that is not above 0 and finite."""

    one: str
    other: str
    chosen: int  # 0: `one`, 1: `other`
    simulated: bool = False
    weight: float = 1.0  # how many choices it counts as

    def __post_init__(self) -> None:
        if self.one == self.other:
            raise ValueError("These two texts are the same, and neither is better: compare two different ones.")
        if isinstance(self.chosen, bool) or self.chosen not in (0, 1):
            raise ValueError(f"The choice is 0 for the first text or 1 for the second, not {self.chosen!r}.")
        if not (isfinite(self.weight) and self.weight > 0):
            raise ValueError(f"A choice counts as some number above 0, not {self.weight!r}.")

    @property
    def better(self) -> str:
        """The text that was chosen."""
        return self.other if self.chosen else self.one

    @property
    def worse(self) -> str:
        """The text that was not."""
        return self.one if self.chosen else self.other


def comparisons_from_stars(stars: Sequence[tuple[str, int]], *, simulated: bool = False) -> tuple[Comparison, ...]:
    """The choices that stars (1 to 5) say: of every two texts with different stars, the one with more is better.

    How many more does not matter, and equal stars say nothing. K texts make up to K (K - 1) / 2 pairs, which are far from
    independent: each weighs 2 / K, so that all of them count as K - 1 choices at most (Ouyang et al. 2022 weigh the pairs
    of one ranking in this way too). Raises ValueError for stars out of their range or a text that is rated twice.
    """
    for _, count in stars:
        if isinstance(count, bool) or not isinstance(count, int) or not 1 <= count <= STARS:
            raise ValueError(f"Stars go from 1 to {STARS}, and {count!r} is outside.")
    if len({text for text, _ in stars}) < len(stars):
        raise ValueError("A text is rated twice: keep its last rating only.")
    return tuple(
        Comparison(one, other, int(second > first), simulated, 2 / len(stars))
        for (one, first), (other, second) in combinations(stars, 2)
        if first != second
    )


# Tastes


def _repeated(text: str) -> float:
    """The share of the longer words (four letters or more) that were said before."""
    words = [word for word in _words(text) if len(word) > 3]
    return (len(words) - len(set(words))) / len(words) if words else 0.0


def _words(text: str) -> list[str]:
    return [word.casefold() for word in WORD.findall(text)]


def _any_of(*wanted: str) -> Callable[[str], float]:
    return lambda text: float(not set(wanted).isdisjoint(_words(text)))


MEASURES = MappingProxyType(
    {
        "sentiment": lambda text: Sentiment()(text).total,  # VADER's compound, -1 to 1
        "words over 8": lambda text: max(0.0, len(_words(text)) - 8.0),
        "words": lambda text: min(float(len(_words(text))), 24.0),  # more than so many are no longer counted
        "repeated": _repeated,  # 0 to 1
        "exclamation marks": lambda text: min(float(text.count("!")), 4.0),
        "but": _any_of("but", "yet", "though", "although"),  # 0 or 1
        "I": _any_of("i", "my", "me", "we", "our"),  # 0 or 1
    }
)


@dataclass(frozen=True)
class Taste:
    """What a rater likes: a weighted sum of simple measures of a text. A Reward, its parts the terms of the sum."""

    name: str
    title: str  # what it likes, for the screen
    weights: tuple[tuple[str, float], ...]  # of MEASURES

    def __call__(self, text: str) -> Score:
        parts = tuple((name, weight * MEASURES[name](text)) for name, weight in self.weights)
        return Score(sum(value for _, value in parts), parts)


TASTES = MappingProxyType(
    {
        taste.name: taste
        for taste in (
            Taste(
                "gentle",
                "kind words, said once and briefly",
                (("sentiment", 2.0), ("repeated", -4.0), ("words over 8", -0.1)),
            ),
            Taste("sober", "few words, and no exclamation marks", (("exclamation marks", -1.5), ("words", -0.15))),
            Taste("critic", "harsh words, with a “but”", (("sentiment", -2.0), ("but", 1.0))),
            Taste("storyteller", "long texts, told by an “I”", (("words", 0.15), ("I", 1.5), ("repeated", -4.0))),
        )
    }
)


@dataclass(frozen=True)
class SimulatedRater:
    """A rater that nobody has to wait for: it likes what its hidden `taste` scores well, and chooses by Bradley & Terry.

    P(one is chosen) = sigmoid(rationality (r(one) - r(other))): at 0 it tosses a coin, at MAX_RATIONALITY it nearly
    never errs. Raises ValueError for a rationality out of that range.
    """

    taste: Reward
    rationality: float = 2.0

    def __post_init__(self) -> None:
        if not 0 <= self.rationality <= MAX_RATIONALITY:
            raise ValueError(f"A rater's rationality goes from 0 to {MAX_RATIONALITY:g}, not to {self.rationality!r}.")

    def probability(self, one: str, other: str) -> float:
        """P(one is chosen of the two)."""
        margin = self.rationality * (self.taste(one).total - self.taste(other).total)
        return float(preference_probability(margin))

    def choose(self, one: str, other: str, u: float) -> Comparison:
        """The choice that the draw `u` in [0, 1) falls on: `one` where it is below P(one is chosen)."""
        return Comparison(one, other, int(u >= self.probability(one, other)), simulated=True)


def simulated_choices(
    rater: SimulatedRater, pairs: Sequence[tuple[str, str]], *, seed: int, first: int = 0
) -> tuple[Comparison, ...]:
    """What `rater` chooses of these pairs, which are numbers `first`, `first` + 1, ... of the seed: the draw of a pair
    depends on the seed and its number only."""
    return tuple(
        rater.choose(one, other, float(np.random.default_rng([seed, 13, first + i]).random()))
        for i, (one, other) in enumerate(pairs)
    )


def preference_probability(margins: ArrayLike) -> NDArray[np.float64]:
    """[...] -> [...]: P(the better is chosen) = sigmoid(r_better - r_worse), of margins r_better - r_worse, without overflow
    (Bradley & Terry 1952)."""
    result: NDArray[np.float64] = np.exp(-np.logaddexp(0, -np.asarray(margins)))
    return result
