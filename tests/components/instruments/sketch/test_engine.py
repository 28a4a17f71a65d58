"""The hand that draws a curve: every place on its way is set, and what is left out is filled in."""

from itertools import pairwise

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


def touches(line, box):
    """Whether the line comes into the box, looked at every pixel of its way."""
    left, top, right, bottom = box
    for (x0, y0), (x1, y1) in pairwise(line):
        for x in range(x0, x1 + 1):
            y = y0 + (x - x0) / (x1 - x0) * (y1 - y0)
            if left < x < right and top < y < bottom:
                return True
    return False


def test_a_name_stands_on_no_line_and_on_no_other_name(ask):
    frame = [60, 0, 700, 300]
    falls = [[60, 40], [600, 45], [690, 120]]  # a bend below its end: above it would stand on the line
    rises = [[60, 280], [400, 200], [690, 130]]
    lines = [falls, rises]
    (what,) = ask(["beside", falls, 120, 20, frame, lines, []])
    (guess,) = ask(["beside", rises, 100, 20, frame, lines, [what]])
    for box in (what, guess):
        assert not any(touches(line, box) for line in lines)
        assert box[0] >= frame[0]
        assert box[2] <= frame[2]
        assert box[1] >= frame[1]
        assert box[3] <= frame[3]
    assert guess[0] >= what[2] or guess[2] <= what[0] or guess[1] >= what[3] or guess[3] <= what[1]
    (crowded,) = ask(["beside", falls, 120, 20, [60, 30, 700, 130], lines, []])
    assert crowded[0] >= 60


@pytest.mark.parametrize("curve", [None, [0.0], [0.0, "1"], [0.0, float("nan")], [True, 0.0], {"0": 1}])
def test_what_is_no_curve_is_none(curve):
    assert checked(curve, 2, -1.0, 1.0) is None


def test_a_curve_is_kept_within_its_axes():
    assert checked([-5, 0.25], 2, -1.0, 1.0) == (-1.0, 0.25)
