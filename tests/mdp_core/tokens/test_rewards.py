"""Rewards from their specs, and the ranges of their scores."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdp_core.tokens.generation import generate
from mdp_core.tokens.rewards import longest_text, reward_from
from mdp_core.tokens.sampling import Sampling
from mdp_core.tokens.scores import ScoreSpec, Sentiment, WishedLength, WishedWord

KINDS = [ScoreSpec("sentiment"), ScoreSpec("word", word="good"), ScoreSpec("length", length=3)]


@pytest.mark.parametrize("spec", KINDS)
@given(text=st.text(max_size=80))
def test_every_score_is_finite_and_the_same_again(spec, text):
    reward = reward_from(spec)
    score = reward(text)
    assert -1 <= score.total <= 1
    assert all(math.isfinite(value) for _, value in score.parts)
    assert reward(text) == score


def test_a_spec_names_its_reward():
    assert reward_from(ScoreSpec()) == Sentiment()
    assert reward_from(ScoreSpec("word", word="joy")) == WishedWord("joy")
    assert reward_from(ScoreSpec("length", length=7)) == WishedLength(7)


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        (ScoreSpec("word", word="  "), "no word to wish for"),
        (ScoreSpec("length", length=0), "at least 1 word, not 0"),
        (ScoreSpec("rhyme"), "no score called 'rhyme'"),
    ],
)
def test_scores_that_cannot_be_are_refused(spec, message):
    with pytest.raises(ValueError, match=message):
        reward_from(spec)


def test_no_text_is_longer_than_the_longest(pocket):
    uniforms = np.random.default_rng(3).random((40, 16))
    texts = generate(pocket, pocket.encode("the movie was"), uniforms, Sampling(2.0))
    longest = longest_text(pocket, "the movie was", 16)
    assert max(len(pocket.decode(ids)) for ids in texts) <= longest < 500
