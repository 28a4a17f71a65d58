"""Intervals by hand: tight, so that a formula's picture is no wider than its scores."""

import math

import pytest

from mdp_core.tokens.formula import intervals
from mdp_core.tokens.formula.intervals import ANY, LARGEST, Interval

ALWAYS, NEVER, OPEN = (1, 1), (0, 0), (0, 1)


def between(low, high):
    return Interval(float(low), float(high))


@pytest.mark.parametrize(
    ("operation", "operands", "expected"),
    [
        ("add", [(1, 2), (10, 20)], (11, 22)),
        ("subtract", [(1, 2), (10, 20)], (-19, -8)),
        ("multiply", [(-2, 3), (-5, 7)], (-15, 21)),
        ("divide", [(-2, 6), (2, 4)], (-1, 3)),
        ("divide", [(-2, 6), (-4, -2)], (-3, 1)),
        ("divide", [(1, 2), (0, 4)], (-LARGEST, LARGEST)),
        ("divide", [(1, 2), (-4, 0)], (-LARGEST, LARGEST)),
        ("remainder", [(-9, 9), (2, 5)], (0, 5)),
        ("remainder", [(-9, 9), (-5, -2)], (-5, 0)),
        ("power", [(2, 3), (2, 2)], (4, 9)),
        ("power", [(-3, 2), (2, 2)], (0, 9)),
        ("power", [(-3, -2), (2, 2)], (4, 9)),
        ("power", [(-3, -2), (-2, -2)], (1 / 9, 1 / 4)),
        ("power", [(-3, 2), (3, 3)], (-27, 8)),
        ("power", [(-3, 2), (1, 1)], (-3, 2)),
        ("power", [(-3, -2), (3, 3)], (-27, -8)),
        ("power", [(0.25, 4), (0.5, 1)], (0.25, 4)),
        ("power", [(-3, 2), (1, 2)], (-9, 9)),
        ("power", [(0, 2), (-1, 1)], (0, LARGEST)),
        ("negative", [(-2, 5)], (-5, 2)),
        ("absolute", [(-2, 5)], (0, 5)),
        ("absolute", [(-5, -2)], (2, 5)),
        ("absolute", [(2, 5)], (2, 5)),
        ("square_root", [(4, 9)], (2, 3)),
        ("square_root", [(-4, 9)], (0, 3)),
        ("logarithm", [(1, math.e)], (0, 1)),
        ("logarithm", [(-1, 1)], (math.log(5e-324), 0)),
        ("least", [(1, 5), (2, 3)], (1, 3)),
        ("greatest", [(1, 5), (2, 3)], (2, 5)),
        ("hull", [(1, 2), (4, 5)], (1, 5)),
        ("near", [(4, 8), (4, 4)], (0, 1)),
        ("near", [(5, 6), (4, 4)], (0.5, 0.75)),
        ("near", [(2, 3), (4, 4)], (0.5, 0.75)),
        ("near", [(-5, -3), (-4, -4)], (0.75, 1)),
        ("near", [(1, 2), (0, 4)], (0, 1)),
        ("less", [(1, 2), (3, 4)], ALWAYS),
        ("less", [(1, 3), (3, 4)], OPEN),
        ("less", [(3, 4), (1, 3)], NEVER),
        ("less", [(3, 4), (1, 3.5)], OPEN),
        ("at_most", [(1, 3), (3, 4)], ALWAYS),
        ("at_most", [(1, 3.5), (3, 4)], OPEN),
        ("at_most", [(3, 4), (1, 3)], OPEN),
        ("at_most", [(3.5, 4), (1, 3)], NEVER),
        ("equal", [(2, 2), (2, 2)], ALWAYS),
        ("equal", [(2, 2), (1, 3)], OPEN),
        ("equal", [(1, 2), (2, 2)], OPEN),
        ("equal", [(1, 2), (2, 3)], OPEN),
        ("equal", [(1, 2), (1, 2)], OPEN),
        ("equal", [(1, 2), (3, 4)], NEVER),
        ("equal", [(3, 4), (1, 2)], NEVER),
        ("flipped", [(0, 0)], ALWAYS),
        ("flipped", [(1, 2)], NEVER),
        ("flipped", [(0, 2)], OPEN),
        ("flipped", [(-1, 0)], OPEN),
    ],
)
def test_every_operation_encloses_no_more_than_it_must(operation, operands, expected):
    found = getattr(intervals, operation)(*(between(*operand) for operand in operands))
    assert (found.low, found.high) == pytest.approx(expected, rel=1e-11, abs=1e-11)


@pytest.mark.parametrize("operation", ["add", "subtract", "multiply"])
def test_what_would_be_larger_than_the_largest_is_held_there(operation):
    found = getattr(intervals, operation)(ANY, ANY)
    assert (found.low, found.high) == (-LARGEST, LARGEST)


def test_powers_and_logarithms_have_a_little_slack_and_stay_below_the_largest():
    wide = intervals.power(between(2, 3), between(2, 2))
    assert 4 - 1e-11 < wide.low < 4 < 9 < wide.high < 9 + 1e-10
    assert intervals.power(between(10, 1e9), between(9, 9)).high == LARGEST
    # of a logarithm below 0 the slack leads down, too
    assert intervals.logarithm(between(0.5, 0.5)).low < math.log(0.5) < intervals.logarithm(between(0.5, 0.5)).high
