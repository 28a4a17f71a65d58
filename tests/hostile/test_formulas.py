"""Every hostile formula has the right value, or a sentence with its place; and what it is asked of cannot make it slow."""

import random

import pytest
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from mdp_core.tokens.formula import MAX_TEXT, Formula
from mdp_core.tokens.scores import Sentiment
from tests.hostile.formulas import CASES, answer


@pytest.mark.parametrize("kind", CASES)
def test_hostile_formulas_are_answered(kind):
    wrong = {}
    for source, right in CASES[kind]:
        said = answer(source)
        if isinstance(right, tuple):
            fits = isinstance(said, tuple) and said[0] == right[0] and right[1] in said[1]
        else:
            fits = said == pytest.approx(right, rel=1e-12, abs=0)
        if not fits:
            wrong[source] = said
    assert wrong == {}


def test_there_are_enough_of_them_and_none_stands_twice():
    sources = [source for cases in CASES.values() for source, _ in cases]
    assert len(set(sources)) == len(sources) >= 200


# The library's own takes a time that grows with the square of them: two minutes for the longest of these.
@pytest.mark.parametrize("text", ["😀" * 20_000, "good but not bad " * 1_000])
def test_a_feeling_takes_a_time_in_proportion_to_the_text(text):
    assert Sentiment()(text).total == 1.0


def test_any_script_and_any_number_of_emoji_can_be_felt():
    assert Formula("sentiment(text)")("良い" * (MAX_TEXT // 2)).total == 0  # VADER knows English
    assert Formula("sentiment(text)")("😀" * MAX_TEXT).total == pytest.approx(1, abs=1e-3)


FELT = """not good bad GOOD kind of least at very never so this the but without doubt no nor or 😀 bomb hand to mouth ass
yeah right isn't sort cut mustard shit bus stop kiss death !! ? :) VERY barely die for"""


def test_a_feeling_is_the_one_of_the_library():
    draws, library = random.Random(1), SentimentIntensityAnalyzer()
    for _ in range(2_000):
        text = " ".join(draws.choices(FELT.split(), k=draws.randint(1, 14)))
        assert Sentiment()(text).total == library.polarity_scores(text)["compound"], text
