"""Page Score's memory of one visitor: the formula as it is typed, the texts that it scores, and what was guessed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from components.shell.principle import choose_principle, principle
from mdp_core.frames import key_of
from mdp_core.rlhf.principle import Principle
from mdp_core.scenarios import TextScenario
from mdp_core.stage.text_pool import write_texts
from mdp_core.tokens.formula import Formula, FormulaError, UnscoredError
from mdp_core.tokens.formula.weights import WeightedSum, weighted_sum
from mdp_core.tokens.scores import Score, ScoreSpec
from mdp_core.work import Work

if TYPE_CHECKING:
    from mdp_core.tokens.text_model import TextModel

FIRST = "sentiment(text) + 0.5 * near(words(text), 8)"
TEXTS = 6  # that are scored at once
LONGEST = 2_000  # characters of the visitor's own text
PAIRS = 10  # further texts, of which two are to be compared


@dataclass(frozen=True)
class Scored:
    """A text and its score, or why it has none."""

    text: str
    score: Score | None
    problem: str = ""


@dataclass
class Scoring:
    """Kept in session state under one key; lives as long as the browser tab, across pages."""

    typed: str = FIRST  # what stands in the field
    formula: str = FIRST  # the last one that could be read
    error: FormulaError | None = None  # of `typed`
    command: int = 0  # grows when the field is set from here
    sum: WeightedSum = field(default_factory=WeightedSum)  # the last weights
    seed: int = 0
    own: str = ""
    writing: Work[tuple[str, ...]] | None = None  # TEXTS that are shown, and PAIRS of which two are asked about
    writing_of: str = ""
    guesses: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.type(self.typed)

    @property
    def weighted(self) -> bool:
        """Whether the sliders can show the formula: it is a weighted sum of ready-made scores."""
        return weighted_sum(self.formula) is not None

    def type(self, typed: str) -> None:
        """Take `typed`; where it cannot be read, `error` says why, and the last good formula goes on scoring."""
        self.typed, self.error = typed, None
        try:
            read = weighted_sum(typed)
        except FormulaError as error:
            self.error = error
            return
        self.formula = typed
        if read is not None:
            word = read.word if "word" in read.weights else self.sum.word
            length = read.length if "length" in read.weights else self.sum.length
            self.sum = WeightedSum(read.weights, word, length)

    def weigh(self, name: str, weight: float) -> None:
        """Give a ready-made score another weight: the formula is written anew."""
        self.set(replace(self.sum, weights={**self.sum.weights, name: weight}).formula())

    def wish_quietly(self, *, word: str | None = None, length: int | None = None) -> None:
        """Wish for another word or length, without a word of it in the formula."""
        self.sum = replace(self.sum, word=word or self.sum.word, length=length or self.sum.length)

    def wish(self, *, word: str | None = None, length: int | None = None) -> None:
        """Wish for another word or length."""
        self.wish_quietly(word=word, length=length)
        if self.weighted:
            self.set(self.sum.formula())

    def set(self, formula: str) -> None:
        """Write `formula` into the field."""
        self.command += 1
        self.type(formula)

    def see(self, model: TextModel, text: TextScenario) -> Work[tuple[str, ...]]:
        """The texts that `model` writes after the prompt of `text`, with the seed; begun anew where something changed."""
        key = key_of("scored", replace(text, forced=(), score="", word="", length=0, formula=""), self.seed)
        if self.writing is None or self.writing_of != key:
            uniforms = np.random.default_rng([self.seed, 17]).random((TEXTS + PAIRS, text.max_tokens))
            self.writing, self.writing_of = Work(write_texts(model, text, uniforms)), key
        return self.writing

    def write_again(self) -> None:
        """Begin the texts anew: whoever writes them failed, and may be back."""
        self.writing_of = ""

    def scored(self, texts: Sequence[str]) -> list[Scored]:
        """Every text with its score under the last good formula."""
        formula = Formula(self.formula)
        scored = []
        for text in texts:
            try:
                scored.append(Scored(text, formula(text)))
            except UnscoredError as error:
                scored.append(Scored(text, None, error.sentence))
        return scored

    def range(self, model: TextModel, text: TextScenario) -> tuple[float, float]:
        """Between which numbers the last good formula's scores lie, of any text that `model` can make of the prompt."""
        return Principle(self.spec).range(text.max_tokens, model, text.prompt)

    def pair(self, texts: Sequence[str]) -> tuple[Scored, Scored] | None:
        """Two neighbours whose scores differ; None if there are none."""
        with_score = [scored for scored in self.scored(list(dict.fromkeys(texts))) if scored.score is not None]
        for first, second in pairwise(with_score):
            if first.score is not None and second.score is not None and first.score.total != second.score.total:
                return first, second
        return None

    @property
    def spec(self) -> ScoreSpec:
        """The last good formula, as a score."""
        return ScoreSpec("formula", formula=self.formula)

    def take(self) -> None:
        """Tune by the formula from now on."""
        choose_principle(Principle(self.spec))


def scoring() -> Scoring:
    """This visitor's."""
    if "scoring" not in st.session_state:
        st.session_state["scoring"] = begun()
    scored: Scoring = st.session_state["scoring"]
    return scored


def begun() -> Scoring:
    """A fresh one: it begins with the formula that was chosen last."""
    chosen = principle().spec
    return Scoring(chosen.formula if chosen.kind == "formula" else FIRST)
