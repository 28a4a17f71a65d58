"""Scores of many texts: all at once where a reward can, and as many numbers as there are texts."""

import numpy as np
import pytest

from mdp_core.rlhf.totals import Totals, checked_totals, totals
from mdp_core.rlhf.tuning_step import ScoreError
from mdp_core.tokens.scores import Score


class AtOnce:
    """Reads texts together, and gives the first `most` of them a score."""

    def __init__(self, most=9):
        self.most, self.asked = most, []

    def __call__(self, text):
        raise AssertionError("one alone")

    def score_many(self, texts):
        self.asked.append(tuple(texts))
        return [Score(float(len(text)), ()) for text in texts[: self.most]]


def one_by_one(text):
    return Score(float("inf") if text == "?" else float(len(text)), ())


def test_a_reward_that_reads_many_is_asked_once():
    reward = AtOnce()
    np.testing.assert_array_equal(checked_totals(reward, ["a", "bcd"]), [1.0, 3.0])
    np.testing.assert_array_equal(totals(Totals(reward), ["ef"]), [2.0])
    assert reward.asked == [("a", "bcd"), ("ef",)]
    np.testing.assert_array_equal(checked_totals(one_by_one, ["a", "bcd"]), [1.0, 3.0])


def test_a_text_without_a_score_is_no_text_of_another_score():
    with pytest.raises(ValueError, match="longer than"):
        checked_totals(AtOnce(most=1), ["a", "bcd"])


def test_what_is_no_finite_number_is_said_with_its_text():
    with pytest.raises(ScoreError, match=r"The score of “\?” is inf"):
        checked_totals(one_by_one, ["a", "?"])
