"""Rewards by what they are called: the black box that a ScoreSpec describes, and between which numbers its scores lie."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mdp_core.tokens.formula import MAX_TEXT, Formula
from mdp_core.tokens.scores import Reward, ScoreSpec, Sentiment, WishedLength, WishedWord
from mdp_core.tokens.sums.scores import RightSum, SumForm

if TYPE_CHECKING:
    from mdp_core.tokens.text_model import TextModel


def reward_from(spec: ScoreSpec) -> Reward:
    """The reward that `spec` describes.

    Raises ValueError for an unknown kind, an empty word or a length below 1, and FormulaError, which is one, for a formula
    that cannot be read.
    """
    if spec.kind == "sentiment":
        return Sentiment()
    if spec.kind == "formula":
        return Formula(spec.formula)
    if spec.kind == "word":
        return WishedWord(spec.word)
    if spec.kind == "length":
        return WishedLength(spec.length)
    if spec.kind == "sum":
        return RightSum()
    if spec.kind == "form":
        return SumForm()
    raise ValueError(f"There is no score called {spec.kind!r}: choose sentiment, word, length, formula, sum or form.")


def intended(spec: ScoreSpec) -> Reward | None:
    """What whoever pays by `spec` is after, where a text can have the score without it, and a program can tell."""
    return RightSum() if spec.kind == "form" else None


def score_range(spec: ScoreSpec, longest: int = MAX_TEXT) -> tuple[float, float]:
    """The lowest and the highest score that `spec` can give to a text of at most `longest` characters."""
    if spec.kind == "formula":
        return Formula(spec.formula).range(longest)
    return (-1.0, 1.0) if spec.kind == "sentiment" else (0.0, 1.0)


def longest_text(model: TextModel, prompt: str, max_tokens: int) -> int:
    """More characters than a text has that goes on from `prompt` with at most `max_tokens` tokens."""
    return 2 * len(prompt) + max_tokens * model.longest_piece
