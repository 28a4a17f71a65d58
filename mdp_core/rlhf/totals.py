"""The scores of many texts at once, where a reward can read them so."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import isfinite

import numpy as np
from numpy.typing import NDArray

from mdp_core.rlhf.tuning_step import ScoreError
from mdp_core.tokens.scores import Reward, Score


class Totals:
    """A reward as a function from text to number, which `totals` may ask for many texts at once."""

    def __init__(self, reward: Reward) -> None:
        self.reward = reward

    def __call__(self, text: str) -> float:
        """The total of one text's score."""
        return self.reward(text).total


def totals(score: Callable[[str], float], texts: Sequence[str]) -> NDArray[np.float64]:
    """[N], the number of each text. Where `score` is the Totals of a reward that has a method `score_many`, as a reward
    model has, all are read together; else one after the other."""
    many = getattr(score.reward, "score_many", None) if isinstance(score, Totals) else None
    if many is None:
        return np.array([score(text) for text in texts], dtype=np.float64)
    scores: Sequence[Score] = many(texts)
    return np.array([answer.total for answer in scores], dtype=np.float64)


def checked_totals(reward: Reward, texts: Sequence[str]) -> NDArray[np.float64]:
    """[N], the total of each text's score. Raises ScoreError for the first that is no finite number."""
    if hasattr(reward, "score_many"):
        return np.array([checked_score(x, t) for x, t in zip(totals(Totals(reward), texts), texts, strict=True)])
    return np.array([checked_score(reward(text).total, text) for text in texts])


def checked_score(score: object, text: str) -> float:
    """The score as a number. Raises ScoreError for what is no finite one."""
    if isinstance(score, (int, float, np.number)) and isfinite(score):
        return float(score)
    raise ScoreError(score, text)
