"""A score that anybody can write down: a formula on one text, such as `sentiment(text) - 0.1 * count(text, "!")`.

It is read by a whitelist, so that it can do nothing but count: no loop, no name but `text` and the functions, no number
beyond 1,000,000,000. Every part is worked out once at most, and texts are short, so that its time is bounded.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, field

from mdp_core.tokens.formula.bounds import bound
from mdp_core.tokens.formula.errors import FormulaError, UnscoredError
from mdp_core.tokens.formula.evaluation import TOO_LARGE, Evaluator, PlacedError
from mdp_core.tokens.formula.functions import FUNCTIONS
from mdp_core.tokens.formula.intervals import LARGEST, Interval, add, subtract
from mdp_core.tokens.formula.syntax import column_of, read, source_of, terms, typed
from mdp_core.tokens.scores import Score

__all__ = ["FUNCTIONS", "LARGEST", "MAX_TEXT", "Formula", "FormulaError", "UnscoredError"]

MAX_TEXT = 5_000  # characters; a longer text is not scored


@dataclass(frozen=True)
class Formula:
    """The reward that `source` describes. Two of the same source are equal.

    Score: the formula's number, where true is 1 and false 0; parts: the terms of the sum that it is, in order, each with
    its sign and named by what is written there. Raises FormulaError for a formula that cannot be read; when called,
    UnscoredError for a text that it has no number for. Safe to call from several threads.
    """

    source: str
    _typed: str = field(init=False, repr=False, compare=False)
    _terms: tuple[tuple[int, ast.expr], ...] = field(init=False, repr=False, compare=False)
    _evaluator: Evaluator = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_typed", typed(self.source))
        object.__setattr__(self, "_terms", tuple(terms(read(self.source))))
        object.__setattr__(self, "_evaluator", Evaluator())

    def __call__(self, text: str) -> Score:
        if len(text) > MAX_TEXT:
            raise UnscoredError(f"A formula reads at most {MAX_TEXT:,} characters, not {len(text):,}.", 1, text)
        try:
            values = self._evaluator.values(text, [node for _, node in self._terms])
        except PlacedError as error:
            raise UnscoredError(error.sentence, column_of(self._typed, error.node), text) from None
        total, parts = 0.0, []
        for (sign, node), value in zip(self._terms, values, strict=True):
            written = source_of(self._typed, node)
            parts.append((written if sign > 0 else f"- {written}", sign * value))
            total += sign * value
            if not abs(total) <= LARGEST:
                raise UnscoredError(TOO_LARGE, column_of(self._typed, node), text)
        return Score(total, tuple(parts))

    def range(self, longest: int = MAX_TEXT) -> tuple[float, float]:
        """A lowest and a highest score, for all texts of at most `longest` characters: no text scores outside, and one may
        not reach either."""
        total = Interval(0.0, 0.0)
        for sign, node in self._terms:
            total = (add if sign > 0 else subtract)(total, bound(node, min(longest, MAX_TEXT)))
        return total.low, total.high
