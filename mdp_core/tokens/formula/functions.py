"""The functions of a formula: what each takes, what it gives, and between which numbers that lies."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

import mdp_core.tokens.formula.intervals as intervals
import mdp_core.tokens.formula.measures as measures
from mdp_core.tokens.formula.errors import ImpossibleError
from mdp_core.tokens.formula.intervals import TRUTH, Interval
from mdp_core.tokens.scores import Sentiment, folded

Kind = Literal["text", "wanted", "number"]  # the text; a text in quotation marks; a number

UNFOLDED = 4  # characters that one may become when its case is folded


@dataclass(frozen=True)
class Function:
    """One function: `value` of its arguments, and `bound`, which gives its interval.

    A bound takes the most characters that a text has, then its argument if it is in quotation marks, then the intervals of
    its arguments that are numbers.
    """

    takes: tuple[Kind, ...]
    means: str  # for the visitor
    example: str
    value: Callable[..., float]
    bound: Callable[..., Interval]
    any_number: bool = False  # of further arguments, like the last one


def _has(text: str, wanted: str) -> float:
    return float(measures.occurrences(text, wanted) > 0)


def _near(number: float, wished: float) -> float:
    return max(0.0, 1 - abs(number - wished) / abs(wished))


def _square_root(number: float) -> float:
    if number < 0:
        raise ImpossibleError("A negative number has no square root.")
    return math.sqrt(number)


def _logarithm(number: float) -> float:
    if number <= 0:
        raise ImpossibleError("Only a number above 0 has a logarithm.")
    return math.log(number)


def _times(longest: int, wanted: str) -> Interval:
    return Interval(0.0, float(UNFOLDED * longest // max(len("".join(folded(wanted).split())), 1)))


def _up_to_length(longest: int) -> Interval:
    return Interval(0.0, float(longest))


def _share(longest: int, *arguments: object) -> Interval:
    return TRUTH


FUNCTIONS: Mapping[str, Function] = MappingProxyType(
    {
        "sentiment": Function(
            ("text",),
            "how positive it sounds, −1 to 1 (VADER)",
            "sentiment(text)",
            lambda text: Sentiment()(text).total,
            lambda longest: Interval(-1.0, 1.0),
        ),
        "has": Function(("text", "wanted"), "1 if it is there, else 0", 'has(text, "good")', _has, _share),
        "count": Function(
            ("text", "wanted"),
            "how many times it is there",
            'count(text, "!")',
            lambda text, wanted: float(measures.occurrences(text, wanted)),
            _times,
        ),
        "words": Function(
            ("text",),
            "the number of words",
            "words(text)",
            lambda text: float(len(measures.words(text))),
            _up_to_length,
        ),
        "letters": Function(
            ("text",),
            "the number of letters",
            "letters(text)",
            lambda text: float(measures.letters(text)),
            _up_to_length,
        ),
        "sentences": Function(
            ("text",),
            "the number of sentences",
            "sentences(text)",
            lambda text: float(measures.sentences(text)),
            _up_to_length,
        ),
        "repetition": Function(
            ("text",),
            "the share of word pairs that were there before, 0 to 1",
            "repetition(text)",
            measures.repetition,
            _share,
        ),
        "rhyme": Function(
            ("text",), "the share of lines whose last words rhyme, 0 to 1", "rhyme(text)", measures.rhyme, _share
        ),
        "readability": Function(
            ("text",),
            "Flesch's reading ease: 100 very easy, 0 very hard",
            "readability(text)",
            measures.readability,
            lambda longest: Interval(0.0, measures.EASIEST),
        ),
        "near": Function(
            ("number", "number"),
            "1 where the first is the second, less the further off, 0 from its double on",
            "near(words(text), 10)",
            _near,
            lambda longest, number, wished: intervals.near(number, wished),
        ),
        "min": Function(
            ("number", "number"),
            "the least",
            "min(words(text), 10)",
            min,
            lambda longest, *numbers: intervals.least(*numbers),
            any_number=True,
        ),
        "max": Function(
            ("number", "number"),
            "the greatest",
            "max(0, sentiment(text))",
            max,
            lambda longest, *numbers: intervals.greatest(*numbers),
            any_number=True,
        ),
        "abs": Function(
            ("number",), "without its sign", "abs(sentiment(text))", abs, lambda longest, x: intervals.absolute(x)
        ),
        "sqrt": Function(
            ("number",),
            "the square root",
            "sqrt(words(text))",
            _square_root,
            lambda longest, x: intervals.square_root(x),
        ),
        "log": Function(
            ("number",),
            "the natural logarithm",
            "log(1 + words(text))",
            _logarithm,
            lambda longest, x: intervals.logarithm(x),
        ),
    }
)
