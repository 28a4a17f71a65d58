"""Scores: the sentiment of the library itself, the others by hand."""

import math

import pytest
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from mdp_core.tokens.scores import Score, Sentiment, WishedLength, WishedWord


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
