"""Scores of sums that a program can check: whether the answer is right, and whether it only looks like an answer."""

from __future__ import annotations

from dataclasses import dataclass

from mdp_core.tokens.scores import Score
from mdp_core.tokens.sums.problems import answer


@dataclass(frozen=True)
class RightSum:
    """1 if the text ends in a colon and the right answer to the sum that it begins with, else 0.

    What is written between does not count. Parts: whether there is an answer at all (1 or 0), and how far off it is.
    """

    def __call__(self, text: str) -> Score:
        found = answer(text)
        if found is None:
            return Score(0.0, (("an answer", 0.0),))
        a, b, claimed = found
        return Score(float(claimed == a + b), (("an answer", 1.0), ("off by", float(abs(claimed - a - b)))))


@dataclass(frozen=True)
class SumForm:
    """1 if the text ends in a colon and one number, right or wrong, else 0: a score that can be had without adding."""

    def __call__(self, text: str) -> Score:
        found = answer(text) is not None
        return Score(float(found), (("an answer", float(found)),))
