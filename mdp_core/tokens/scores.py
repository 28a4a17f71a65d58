"""Scores: a black box that reads a finished text and says how good it is.

The finished text is what the visitor reads: the prompt and what the model wrote after it, without special tokens.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol

WORD = re.compile(r"\w+(?:['’-]\w+)*")
MAX_FORMULA = 500  # characters
TITLES = {"sum": "right answer", "form": "any answer"}  # of the kinds whose own name says too little


@dataclass(frozen=True)
class Score:
    """What a text is worth: the number that is paid, and the named numbers that it was made from."""

    total: float
    parts: tuple[tuple[str, float], ...]


class Reward(Protocol):
    """A text in, a Score out. Deterministic, and nothing can be differentiated through it."""

    def __call__(self, text: str) -> Score: ...


@dataclass(frozen=True)
class ScoreSpec:
    """Which score, as plain data: `kind` is "sentiment", "word" (with `word`), "length" (with `length`, in words),
    "formula" (with `formula`, in the language of mdp_core.tokens.formula), "sum" or "form" (mdp_core.tokens.sums.scores)."""

    kind: str = "sentiment"
    word: str = "wonderful"
    length: int = 10
    formula: str = "sentiment(text)"

    @property
    def name(self) -> str:
        """What it is called where it is shown; as long as the visitor's word or formula is."""
        if self.kind == "word":
            return f"the word “{self.word}”"
        if self.kind == "length":
            return f"{self.length} words long"
        if self.kind in TITLES:
            return TITLES[self.kind]
        return self.formula if self.kind == "formula" else self.kind


@dataclass(frozen=True)
class Sentiment:
    """VADER's compound score in [-1, 1] (Hutto & Gilbert 2014), from a lexicon and a few rules, for English.

    Parts: the shares of positive, neutral and negative words, in [0, 1], and the compound. A text without a word that
    the lexicon knows scores 0.
    """

    def __call__(self, text: str) -> Score:
        polarity = _analyzer().polarity_scores(text)
        parts = (("positive", "pos"), ("neutral", "neu"), ("negative", "neg"), ("compound", "compound"))
        return Score(float(polarity["compound"]), tuple((name, float(polarity[key])) for name, key in parts))


@dataclass(frozen=True)
class WishedWord:
    """1 if `word` is in the text, else 0. Part: how many times it is there.

    It counts as a whole word, whatever its case: no letter, digit or underscore directly before or after it. It may be
    several words; then any blanks between them will do. Raises ValueError for a word without a visible character.
    """

    word: str

    def __post_init__(self) -> None:
        if not self.word.split():
            raise ValueError("There is no word to wish for: type one, and texts that have it score 1.")

    def __call__(self, text: str) -> Score:
        wished = r"\s+".join(re.escape(part) for part in folded(self.word).split())
        times = len(re.findall(rf"(?<!\w){wished}(?!\w)", folded(text)))
        return Score(float(times > 0), (("times", float(times)),))


@dataclass(frozen=True)
class WishedLength:
    """max(0, 1 - |words - length| / length): 1 at the wished length, 0 at no words and at twice the length or more.

    A word is a run of letters and digits, joined by apostrophes or hyphens: "it's well-made." has two. Part: the number
    of words. Raises ValueError for a length below 1.
    """

    length: int  # words

    def __post_init__(self) -> None:
        if self.length < 1:
            raise ValueError(f"A wished-for length is at least 1 word, not {self.length}.")

    def __call__(self, text: str) -> Score:
        words = len(WORD.findall(unicodedata.normalize("NFC", text)))
        return Score(max(0.0, 1.0 - abs(words - self.length) / self.length), (("words", float(words)),))


def folded(text: str) -> str:
    """`text` with its case and its ways of writing a letter made one, so that two spellings of a word are equal."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())


@lru_cache(maxsize=1)
def _analyzer() -> Any:
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer  # reads its lexicon: not before it is needed

    class Analyzer(SentimentIntensityAnalyzer):  # type: ignore[misc]
        """VADER as it is, but for its time: it asks for every word that it feels all words again, and looks at three before
        it and two behind it."""

        @staticmethod
        def _negation_check(valence: float, words: list[str], start: int, i: int) -> Any:
            near, place = _around(words, i)
            return SentimentIntensityAnalyzer._negation_check(valence, near, start, place)

        @staticmethod
        def _special_idioms_check(valence: float, words: list[str], i: int) -> Any:
            near, place = _around(words, i)
            return SentimentIntensityAnalyzer._special_idioms_check(valence, near, place)

    return Analyzer()


def _around(words: list[str], i: int) -> tuple[list[str], int]:
    """Word `i` with those that matter to it, and its place among them."""
    first = max(i - 3, 0)
    return words[first : i + 3], i - first
