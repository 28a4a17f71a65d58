"""Page Score's memory of one visitor: the formula as it is typed, the texts that it scores, and what was guessed."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import TYPE_CHECKING

import streamlit as st

from components.shell.principle import choose_principle, principle
from mdp_core.frames import key_of
from mdp_core.rlhf.principle import Principle
from mdp_core.scenarios import TextScenario
from mdp_core.tokens.formula import Formula, FormulaError, UnscoredError
from mdp_core.tokens.formula.weights import WeightedSum, weighted_sum
from mdp_core.tokens.scores import Score, ScoreSpec

if TYPE_CHECKING:
    from mdp_core.tokens.language_model import LanguageModel

FIRST = "sentiment(text) + 0.5 * near(words(text), 8)"
TEXTS = 6  # that are scored at once
PAIRS = 10  # further texts, of which two are to be compared


@dataclass(frozen=True)
class Scored:
    """A text and its score, or why it has none."""

    text: str
    score: Score | None
    problem: str = ""


@dataclass
class Written:
    """Texts of a model: TEXTS that are shown, and PAIRS of which two are asked about. Written token by token."""

    key: str
    coming: Generator[None, None, tuple[str, ...]]
    most: int  # tokens of a text
    tokens: int = 0
    texts: tuple[str, ...] = ()
    problem: str = ""
    stopped: bool = False

    @property
    def done(self) -> bool:
        """Whether they are there, or will not come."""
        return bool(self.texts or self.problem)

    def work(self) -> None:
        """Write one more token of each."""
        try:
            next(self.coming)
            self.tokens = min(self.tokens + 1, self.most)
        except StopIteration as end:
            self.texts = end.value
        except ValueError as error:
            self.problem = str(error)


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
    written: Written | None = None
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
            found = weighted_sum(typed)
        except FormulaError as error:
            self.error = error
            return
        self.formula = typed
        if found is not None:
            word = found.word if "word" in found.weights else self.sum.word
            length = found.length if "length" in found.weights else self.sum.length
            self.sum = WeightedSum(found.weights, word, length)

    def weigh(self, name: str, weight: float) -> None:
        """Give a ready-made score another weight: the formula is written anew."""
        self.set(replace(self.sum, weights={**self.sum.weights, name: weight}).formula())

    def wish(self, **wished: str | int) -> None:
        """Wish for another word or length."""
        self.sum = replace(self.sum, **wished)
        if self.weighted:
            self.set(self.sum.formula())

    def set(self, formula: str) -> None:
        """Write `formula` into the field."""
        self.command += 1
        self.type(formula)

    def see(self, model: LanguageModel, text: TextScenario) -> Written:
        """The texts that `model` writes after the prompt of `text`, with the seed; begun anew where something changed."""
        key = key_of("scored", replace(text, forced=(), score="", word="", length=0, formula=""), self.seed)
        if self.written is None or self.written.key != key:
            self.written = Written(key, _writing(model, text, self.seed), text.max_tokens)
        return self.written

    def scored(self, texts: Sequence[str]) -> list[Scored]:
        """Every text with its score under the last good formula."""
        formula = Formula(self.formula)
        found = []
        for text in texts:
            try:
                found.append(Scored(text, formula(text)))
            except UnscoredError as error:
                found.append(Scored(text, None, error.sentence))
        return found

    def range(self, model: LanguageModel, text: TextScenario) -> tuple[float, float]:
        """Between which numbers the last good formula's scores lie, of any text that `model` can make of the prompt."""
        return Principle(self.spec).range(text.max_tokens, model, text.prompt)

    def pair(self, texts: Sequence[str]) -> tuple[Scored, Scored] | None:
        """Two neighbours whose scores differ; None if there are none."""
        found = [scored for scored in self.scored(list(dict.fromkeys(texts))) if scored.score is not None]
        for first, second in pairwise(found):
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


def _writing(model: LanguageModel, text: TextScenario, seed: int) -> Generator[None, None, tuple[str, ...]]:
    import numpy as np

    from mdp_core.tokens.generation import generate_by_token
    from mdp_core.tokens.sampling import Sampling

    uniforms = np.random.default_rng([seed, 17]).random((TEXTS + PAIRS, text.max_tokens))
    sampling = Sampling(text.temperature, text.top_k, text.top_p)
    texts = yield from generate_by_token(model, model.encode(text.prompt), uniforms, sampling)
    return tuple(model.decode(ids) for ids in texts)


def scoring() -> Scoring:
    """This visitor's; begins with the formula that was chosen last."""
    if "scoring" not in st.session_state:
        chosen = principle().spec
        st.session_state["scoring"] = Scoring(chosen.formula if chosen.kind == "formula" else FIRST)
    found: Scoring = st.session_state["scoring"]
    return found
