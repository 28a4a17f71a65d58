"""Scores: the sentiment of the library itself, the others by hand."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from mdp_core.tokens.scores import Score, ScoreSpec, Sentiment, WishedLength, WishedWord, reward_from

KINDS = [ScoreSpec("sentiment"), ScoreSpec("word", word="good"), ScoreSpec("length", length=3)]


@pytest.mark.parametrize(
    "text",
    [
        "the movie was wonderful",
        "The movie was TERRIBLE!!!",
        "it is what it is",
        "",
        "😀 not bad, but boring",
        "<b>love</b>",
    ],
)
def test_sentiment_is_the_library_s(text):
    theirs = SentimentIntensityAnalyzer().polarity_scores(text)
    score = Sentiment()(text)
    assert score.total == theirs["compound"]
    assert dict(score.parts) == {
        "positive": theirs["pos"],
        "neutral": theirs["neu"],
        "negative": theirs["neg"],
        "compound": theirs["compound"],
    }


def test_sentiment_by_hand():
    # "wonderful" has valence 2.7 in the lexicon; the compound is s / sqrt(s^2 + 15), rounded to four places.
    assert Sentiment()("the movie was wonderful").total == round(2.7 / math.sqrt(2.7**2 + 15), 4) == 0.5719
    assert Sentiment()("the movie was").total == 0


@pytest.mark.parametrize(
    ("word", "text", "times"),
    [
        ("wonderful", "the movie was Wonderful.", 1),
        ("wonderful", "wonderfully made", 0),
        ("wonderful", "(wonderful) wonderful", 2),
        ("art", "heart arts art_", 0),
        ("don't", "I DON'T know", 1),
        ("great  film", "a great\nfilm", 1),
        ("STRASSE", "die Straße", 1),
        ("cafe\u0301", "the café", 1),
        ("c++", "c++ and C++, not c+++", 3),
        ("a.c", "abc", 0),
        ("🦊", "a🦊b 🦊", 1),
        ("رائعا", "كان الفيلم رائعا", 1),
    ],
)
def test_a_wished_for_word(word, text, times):
    assert WishedWord(word)(text) == Score(float(times > 0), (("times", float(times)),))


@pytest.mark.parametrize(
    ("text", "words", "total"),
    [
        ("the movie was good .", 4, 1.0),
        ("the movie was", 3, 0.75),
        ("", 0, 0.0),
        ("one two three four five", 5, 0.75),
        ("it's well-made, isn't it?", 4, 1.0),
        ("a b c d e f g h", 8, 0.0),
        ("a b c d e f g h i j", 10, 0.0),
        ("... !! 🦊", 0, 0.0),
    ],
)
def test_a_wished_for_length_of_four_words(text, words, total):
    assert WishedLength(4)(text) == Score(total, (("words", float(words)),))


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
