"""Choices, stars, tastes, and the rater that is simulated."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdp_core.rlhf.raters import (
    MEASURES,
    TASTES,
    Comparison,
    SimulatedRater,
    comparisons_from_stars,
    simulated_choices,
)
from mdp_core.rlhf.recovery import rank_correlation, recovery
from mdp_core.tokens.scores import Score


def worth(text):
    """A text is worth its number."""
    return Score(float(text), ())


def test_a_choice_knows_its_better_and_its_worse_text():
    choice = Comparison("a", "b", 1)
    assert (choice.better, choice.worse) == ("b", "a")


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        (("a", "a", 0), "the same"),
        (("a", "b", 2), "0 for the first"),
        (("a", "b", True), "0 for the first"),
        (("a", "b", 0, False, 0.0), "above 0"),
        (("a", "b", 0, False, math.nan), "above 0"),
    ],
)
def test_what_is_no_choice_is_refused(fields, says):
    with pytest.raises(ValueError, match=says):
        Comparison(*fields)


def test_stars_are_choices_between_all_that_differ():
    found = comparisons_from_stars([("a", 5), ("b", 2), ("c", 5), ("d", 3)])
    assert [(c.better, c.worse) for c in found] == [("a", "b"), ("a", "d"), ("c", "b"), ("d", "b"), ("c", "d")]
    assert {c.weight for c in found} == {0.5}


@given(st.lists(st.integers(1, 5), min_size=1, max_size=9))
def test_rated_texts_count_as_at_most_one_choice_less_than_there_are(stars):
    found = comparisons_from_stars([(str(i), n) for i, n in enumerate(stars)])
    assert sum(c.weight for c in found) <= len(stars) - 1 + 1e-9
    if len(set(stars)) == len(stars):
        assert sum(c.weight for c in found) == pytest.approx(len(stars) - 1)


@pytest.mark.parametrize("stars", [0, 6, 2.5, True])
def test_stars_out_of_their_range_are_refused(stars):
    with pytest.raises(ValueError, match="from 1 to 5"):
        comparisons_from_stars([("a", stars)])
    with pytest.raises(ValueError, match="twice"):
        comparisons_from_stars([("a", 1), ("a", 2)])


def test_the_simulated_rater_chooses_by_bradley_and_terry():
    rater = SimulatedRater(worth, rationality=2.0)
    assert rater.probability("1", "0.5") == pytest.approx(math.e / (1 + math.e))
    assert rater.probability("0.5", "1") == pytest.approx(1 / (1 + math.e))
    assert rater.choose("1", "0.5", 0.73).chosen == 0
    assert rater.choose("1", "0.5", 0.74).chosen == 1
    assert rater.choose("1", "0.5", 0.74).simulated
    assert SimulatedRater(worth, 0).probability("9", "1") == 0.5
    with pytest.raises(ValueError, match="rationality"):
        SimulatedRater(worth, -1.0)


def test_a_draw_depends_on_the_seed_and_the_number_of_the_choice_only():
    rater = SimulatedRater(worth, 1.0)
    pairs = [(str(i), str(i + 1)) for i in range(30)]
    all_at_once = simulated_choices(rater, pairs, seed=4)
    assert all_at_once[10:] == simulated_choices(rater, pairs[10:], seed=4, first=10)
    assert all_at_once != simulated_choices(rater, pairs, seed=5)
    # 2,000 draws of P = 0.27 lie within four standard errors of it.
    many = simulated_choices(rater, [("0", "1")] * 2_000, seed=1)
    assert np.mean([c.chosen == 0 for c in many]) == pytest.approx(0.2689, abs=0.04)


def test_tastes_by_hand():
    text = "The movie was long! I think the movie was long, but nice!"
    # 12 words; of the longer ones movie, long, think, movie, long, nice two are said again.
    measured = {name: measure(text) for name, measure in MEASURES.items()}
    assert measured["words"] == 12
    assert measured["words over 8"] == 4
    assert measured["repeated"] == pytest.approx(2 / 6)
    assert (measured["exclamation marks"], measured["but"], measured["I"]) == (2, 1, 1)
    assert TASTES["sober"](text).total == pytest.approx(-1.5 * 2 - 0.15 * 12)
    assert TASTES["storyteller"](text).total == pytest.approx(0.15 * 12 + 1.5 - 4 * 2 / 6)
    assert TASTES["critic"]("bad, but short").parts[1] == ("but", 1.0)
    for taste in TASTES.values():
        assert taste("").total == pytest.approx(0)


def test_what_can_be_foretold_at_most():
    rater = SimulatedRater(worth, 1.0)
    texts = ["0", "1", "3", "1", "2", "2.5"]
    chances = [1 / (1 + math.exp(-d)) for d in (1, 2, 0.5)]
    same = recovery(lambda text: Score(3 * float(text) - 5, ()), rater, texts)
    assert (same.ceiling, same.agreement) == pytest.approx((np.mean(chances), np.mean(chances)))
    assert same.rank == pytest.approx(1)
    opposite = recovery(lambda text: Score(-float(text), ()), rater, texts)
    assert (opposite.agreement, opposite.rank) == pytest.approx((1 - np.mean(chances), -1))
    assert recovery(lambda text: Score(0.0, ()), rater, texts).agreement == 0.5
    with pytest.raises(ValueError, match="two texts"):
        recovery(worth, rater, ["1"])


@given(st.lists(st.tuples(st.integers(-3, 3), st.integers(-3, 3)), min_size=2, max_size=20))
def test_the_rank_correlation_is_scipys(pairs):
    from scipy.stats import spearmanr

    x, y = zip(*pairs, strict=True)
    expected = spearmanr(x, y).statistic if len(set(x)) > 1 and len(set(y)) > 1 else 0.0
    assert rank_correlation(x, y) == pytest.approx(expected, abs=1e-9)
