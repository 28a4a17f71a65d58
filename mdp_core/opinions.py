"""Opinions: what many people answer to one question, and how far that moves when they are asked again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import eq
from statistics import median
from typing import TypeVar

A = TypeVar("A")
MOST_BINS = 21
CurveAnswer = tuple[float, ...]


@dataclass(frozen=True)
class Split:
    """How people are divided over a few options."""

    counts: tuple[int, ...]  # an option each

    @property
    def total(self) -> int:
        """How many answered."""
        return sum(self.counts)

    def share(self, option: int) -> float:
        """Of those who answered, in 0..1; 0 where nobody did."""
        return self.counts[option] / self.total if self.total else 0.0

    @property
    def most(self) -> int:
        """The option that most chose, the first of them where several are equal."""
        return max(range(len(self.counts)), key=lambda option: self.counts[option])


def split(answers: Iterable[int], options: int) -> Split:
    """Count answers, each the index of one of `options` options."""
    counts = Counter(answers)
    return Split(tuple(counts[option] for option in range(options)))


@dataclass(frozen=True)
class Histogram:
    """How often which number was said; numbers lie whole steps above `low`, and a bin holds `width` of them."""

    low: float
    step: float
    width: int
    counts: tuple[int, ...]

    def place(self, number: float) -> float:
        """Where a number lies between the left edge of the first bin and the right edge of the last, in 0..1."""
        share = ((number - self.low) / self.step + 0.5) / (self.width * len(self.counts))
        return min(max(share, 0.0), 1.0)

    def first(self, bin: int) -> float:
        """The lowest number of a bin."""
        return self.low + bin * self.width * self.step


def histogram(numbers: Iterable[float], low: float, high: float, step: float) -> Histogram:
    """Count numbers from `low` to `high`, whole steps apart, in at most MOST_BINS bins of 1, 2, 5, 10, 20, ... steps."""
    values = round((high - low) / step) + 1
    width = next(w for w in _round_numbers() if -(-values // w) <= MOST_BINS)
    counts = Counter(min(max(round((number - low) / step), 0), values - 1) // width for number in numbers)
    return Histogram(low, step, width, tuple(counts[bin] for bin in range(-(-values // width))))


def _round_numbers() -> Iterable[int]:
    ten = 1
    while True:
        yield from (ten, 2 * ten, 5 * ten)
        ten *= 10


def middle(numbers: Iterable[float]) -> float | None:
    """The median; None of nothing."""
    known = list(numbers)
    return float(median(known)) if known else None


def middle_curve(curves: Sequence[CurveAnswer]) -> CurveAnswer:
    """The curve of the medians, place by place, over the places that all curves have; empty of nothing."""
    return tuple(float(median(heights)) for heights in zip(*curves, strict=False))


def apart(one: Sequence[float], other: Sequence[float]) -> float:
    """How far two curves are apart on average, over the places that both have."""
    pairs = list(zip(one, other, strict=False))
    return sum(abs(a - b) for a, b in pairs) / max(len(pairs), 1)


@dataclass(frozen=True)
class Moved:
    """What became of answers when people were asked again."""

    both: int  # who answered both times
    changed: int  # of them, who now say something else


def moved(before: Mapping[int, A], after: Mapping[int, A], same: Callable[[A, A], bool] = eq) -> Moved:
    """Compare two rounds of answers, each by who gave it; `same` tells whether two answers say the same."""
    both = before.keys() & after.keys()
    return Moved(len(both), sum(not same(before[who], after[who]) for who in both))
