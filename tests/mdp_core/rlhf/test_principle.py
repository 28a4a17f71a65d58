"""The principle that texts are scored by."""

import pytest

from mdp_core.rlhf.principle import Principle
from mdp_core.tokens.formula import FormulaError
from mdp_core.tokens.scores import Score, ScoreSpec, Sentiment


class Learned:
    """A reward model that likes long texts."""

    name = "a taste\nfor length"
    key = ("taste", 3)

    def range(self):
        return 0.0, 9.0

    def __call__(self, text):
        return Score(min(len(text), 9.0), ())


def test_a_score_is_sentiment_until_another_is_chosen():
    plain = Principle()
    assert (plain.name, plain.reward(), plain.range(8)) == ("sentiment", Sentiment(), (-1.0, 1.0))


def test_a_formula_is_named_by_itself_and_bounded_by_the_model_that_writes(pocket):
    long = "words(text) + " + " + ".join(["1"] * 40)
    chosen = Principle(ScoreSpec("formula", formula=long))
    assert len(chosen.name) == 60
    assert chosen.name.endswith("…")
    assert chosen.range(8)[1] == 5_000 + 40
    assert 50 < chosen.range(8, pocket, "the movie was")[1] < 250
    assert chosen.key == Principle(ScoreSpec("formula", formula=long)).key != Principle().key
    with pytest.raises(FormulaError):
        Principle(ScoreSpec("formula", formula="words(")).reward()


def test_a_reward_model_takes_the_place_of_the_score():
    learned = Principle(model=Learned(), true=Sentiment())
    assert (learned.name, learned.range(8), learned.key) == ("a taste for length", (0.0, 9.0), ("model", ("taste", 3)))
    assert learned.reward()("abc").total == 3
