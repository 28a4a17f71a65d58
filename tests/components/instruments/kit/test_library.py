"""What the instruments' modules share: numbers as they are written, scales, and a glide from frame to frame."""

import math

import pytest

from tests.node import engine

KIT = "components/instruments/kit"


@pytest.fixture(scope="module")
def numbers():
    return engine(f"{KIT}/numbers.js")


@pytest.fixture(scope="module")
def axis():
    return engine(f"{KIT}/axis.js")


@pytest.fixture(scope="module")
def motion():
    return engine(f"{KIT}/motion.js")


def test_numbers_for_the_eye(numbers):
    assert numbers(
        ["figure", -0.001],
        ["figure", -1.239],
        ["figure", 0.5, 3],
        ["amount", -0.04],
        ["amount", 10],
        ["amount", 0.125],
        ["lowered", 12],
        ["raised", 305],
        ["clamp", "x", 0, 1, 0.5],
        ["clamp", 7, 0, 1],
        ["signed", 0.126],
        ["signed", -0.126],
        ["signed", 0, 3],
    ) == ["0.00", "−1.24", "0.500", "−0.04", "10", "0.13", "₁₂", "³⁰⁵", 0.5, 1, "+0.13", "−0.13", "0.000"]


def test_what_was_drawn_is_never_said_to_be_impossible(numbers):
    said = numbers(*(["chance", p] for p in (1, 0.126, 0.0099, 5e-5, 4.9e-5, 1e-300)))
    assert said == ["p 1.00", "p 0.13", "p 0.0099", "p 0.0001", "p < 0.0001", "p < 0.0001"]


def test_the_larger_a_number_the_fewer_its_decimals(numbers):
    ticks = numbers(*(["tick", value] for value in (0.005, -0.25, 1200, 0, -3e7, 0.0005, -1.5e-6)))
    assert ticks == ["0.005", "−0.25", "1200", "0", "−3e+7", "5e-4", "−1.5e-6"]
    sentence = numbers(*(["digits", value] for value in (-0.004, -0.126, 12.34, 123.4, 2.5e9)))
    assert sentence == ["0.00", "−0.13", "12.3", "123", "2.5e+9"]
    cell = numbers(*(["short", value] for value in (0.5, -12.34, 123.4, 9999, -12_345, 2.5e6)))
    assert cell == ["0.50", "−12.3", "123", "9999", "−12k", "2.5M"]
    assert numbers(*(["stepped", value, 10, 1] for value in (10, -1.25, 0.125))) == ["10", "−1.3", "0.13"]


def test_a_scale_holds_everything_and_has_a_span(axis):
    assert axis(["extent", [[0, 4e-6]], 0.06, 1e-3]) == [pytest.approx([-0.5, 0.5], abs=1e-5)]
    span, flat, none, exact = axis(
        ["extent", [[0, None, 1], [3]], 0.1],
        ["extent", [[2, 2]]],
        ["extent", [[]]],
        ["extent", [[4, -1]], 0],
    )
    assert span == pytest.approx([-0.3, 3.3])
    assert (flat, none, exact) == ([1.5, 2.5], [0, 1], [-1, 4])


def test_marks_are_round_and_two_at_least(axis):
    assert axis(["marks", -0.1, 1.05, 6], ["marks", -420, 10, 5]) == [
        [0, 0.2, 0.4, 0.6, 0.8, 1],
        [-400, -300, -200, -100, 0],
    ]
    assert axis(["marks", 1, 1, 3], ["marks", 2, 2, 5]) == [[1], [2]]
    assert axis(["marks", -0.3, 0.4, 3.4], ["marks", 15.5, 16.5, 3]) == [[-0.2, 0, 0.2, 0.4], [15.5, 16, 16.5]]


def test_a_glide_takes_the_same_path_at_any_frame_rate(motion):
    once, half = motion(["approach", 0, 1, 100, 85], ["approach", 0, 1, 100 * math.log(2), 100])
    assert once == pytest.approx(1 - math.exp(-100 / 85))
    assert half == pytest.approx(0.5)
    value = 0.0
    for _ in range(10):
        (value,) = motion(["approach", value, 1, 10, 85])
    assert value == pytest.approx(once)
    assert motion(["approach", 0.2, 1, 16, 0], ["approach", 0.9999, 1, 16, 85]) == [1, 1]
