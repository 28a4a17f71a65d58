"""The hand that draws a curve: every place on its way is set, and what is left out is filled in."""

import pytest

from components.instruments.sketch import checked
from tests.node import engine


@pytest.fixture(scope="module")
def ask():
    return engine("components/instruments/sketch/engine.js")


def test_a_stroke_sets_every_place_on_its_way_whichever_way_it_goes(ask):
    blank = [None] * 5
    there, back, still = ask(
        ["drawn", blank, 0, 0, 4, 8],
        ["drawn", blank, 4, 8, 0, 0],
        ["drawn", blank, 2.4, 7, 2.4, 7],
    )
    assert there == back == [0, 2, 4, 6, 8]
    assert still == [None, None, 7, None, None]


def test_gaps_are_straight_and_ends_are_level(ask):
    filled, nothing = ask(["filled", [None, 1, None, None, 4, None]], ["filled", [None, None]])
    assert filled == pytest.approx([1, 1, 2, 3, 4, 4])
    assert nothing is None


def test_curves_are_apart_by_the_mean_of_their_distances(ask):
    assert ask(["apart", [0, 0, 0], [1, -2, 3, 100]]) == [pytest.approx(2)]


@pytest.mark.parametrize("curve", [None, [0.0], [0.0, "1"], [0.0, float("nan")], [True, 0.0], {"0": 1}])
def test_what_is_no_curve_is_none(curve):
    assert checked(curve, 2, -1.0, 1.0) is None


def test_a_curve_is_kept_within_its_axes():
    assert checked([-5, 0.25], 2, -1.0, 1.0) == (-1.0, 0.25)
