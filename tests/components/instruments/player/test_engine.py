"""The player's engine gives the numbers that the Python functions give, and moves as it should."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mdp_core.returns import discounted_return, discounts, returns_to_go
from tests.node import engine

ROOT = Path(__file__).parents[4]
CASES = json.loads((ROOT / "tests/cases/returns.json").read_text())


@pytest.fixture(scope="module")
def ask():
    """Ask the engine many questions in one process."""
    return engine("components/instruments/player/engine.js")


def test_returns_are_those_of_the_shared_cases(ask):
    names = {
        "discountedRewards": "discounted_rewards",
        "returnsToGo": "returns_to_go",
        "discountedReturn": "return",
    }
    for function, column in names.items():
        answers = ask(*([function, case["rewards"], case["gamma"]] for case in CASES))
        for case, got in zip(CASES, answers, strict=True):
            assert got == pytest.approx(case[column], abs=1e-9, rel=1e-12), (function, case)


rewards = st.lists(st.floats(-100, 100, allow_nan=False), max_size=30)


@settings(max_examples=15, deadline=None)
@given(st.lists(st.tuples(rewards, st.floats(0, 1)), min_size=20, max_size=40))
def test_the_engine_and_python_agree_on_anything(ask, cases):
    questions = [[name, *case] for case in cases for name in ("returnsToGo", "discountedReturn")]
    answers = iter(ask(*questions, *(["discounts", len(r), g] for r, g in cases)))
    for r, g in cases:
        np.testing.assert_allclose(next(answers), returns_to_go(r, g), rtol=1e-9, atol=1e-9)
        np.testing.assert_allclose(next(answers), discounted_return(r, g), rtol=1e-9, atol=1e-9)
    for r, g in cases:
        np.testing.assert_allclose(next(answers), discounts(len(r), g), rtol=1e-9)


def test_the_sum_names_only_what_is_paid(ask):
    (written,) = ask(["sumTerms", [0, 0, 2, 0, -1, 4], 0.5, 2])
    assert written["terms"] == [{"t": 2, "reward": 2}, {"t": 4, "reward": -1}]
    assert written["hidden"] == 1
    assert written["total"] == pytest.approx(2 * 0.25 - 0.0625 + 4 * 0.03125)


def test_the_scale_of_the_picture_holds_for_every_gamma(ask):
    rewards = [1, -2, 3, -4]
    (largest,) = ask(["largestReturn", rewards])
    assert largest == 4
    for gamma in np.linspace(0, 1, 21):
        assert np.abs(returns_to_go(rewards, gamma)).max() <= largest + 1e-12


WALK = [  # what walkThrough says where every row is shown
    {"phase": "observe", "begin": 0, "next": False},
    {"phase": "distribution", "begin": 0.08, "next": False},
    {"phase": "draw", "begin": 0.28, "next": False},
    {"phase": "act", "begin": 0.48, "next": False},
    {"phase": "transition", "begin": 0.6, "next": False},
    {"phase": "reward", "begin": 0.76, "next": False},
    {"phase": "observe", "begin": 0.88, "next": True},
]
FEW = [  # of the same durations, 0.08, 0.2 and 0.12 of a step, only three that share all of it
    {"phase": "observe", "begin": 0, "next": False},
    {"phase": "distribution", "begin": 0.2, "next": False},
    {"phase": "observe", "begin": 0.7, "next": True},
]


def test_a_step_is_walked_through_in_the_order_of_the_loop(ask):
    shares = [0, 0.1, 0.3, 0.5, 0.65, 0.8]
    scenes = ask(*(["scene", 1 + max(share, 0.001), 5, WALK] for share in shares))
    assert [seen["phase"] for seen in scenes] == ["observe", "distribution", "draw", "act", "transition", "reward"]


def test_a_walk_leaves_out_what_is_not_told_and_the_rest_shares_the_step(ask):
    begun, shown, ahead = ask(["scene", 2.1, 5, FEW], ["scene", 2.65, 5, FEW], ["scene", 2.75, 5, FEW])
    assert (begun["phase"], shown["phase"], ahead["phase"]) == ("observe", "distribution", "observe")
    assert (shown["at"], shown["drawn"]) == (2, False)
    assert ahead["at"] == 3


def test_the_walk_of_some_rows_is_made_of_their_phases(ask):
    everything, few, none = ask(
        ["walkThrough", ["observe", "distribution", "draw", "act", "transition", "transition", "reward"]],
        ["walkThrough", ["distribution", "observe"]],
        ["walkThrough", []],
    )
    for found, expected in ((everything, WALK), (few, FEW)):
        assert [part["phase"] for part in found] == [part["phase"] for part in expected]
        assert [part["next"] for part in found] == [part["next"] for part in expected]
        np.testing.assert_allclose([part["begin"] for part in found], [part["begin"] for part in expected])
    assert none == []


def test_the_scene_moves_the_agent_at_the_transition_and_looks_ahead_at_the_end(ask):
    at_rest, drawing, moving, ahead, end, beyond, quick = ask(
        ["scene", 3, 5, WALK],
        ["scene", 3.3, 5, WALK],
        ["scene", 3.7, 5, WALK],
        ["scene", 3.95, 5, WALK],
        ["scene", 5, 5, WALK],
        ["scene", 9.5, 5, WALK],
        ["scene", 3.7, 5, []],
    )
    rest = {"phase": None, "drawn": True, "acted": True, "moved": False}
    assert at_rest == {"at": 3, **rest}
    assert drawing == {"at": 3, "phase": "draw", "drawn": True, "acted": False, "moved": False}
    assert moving == {"at": 3, "phase": "transition", "drawn": True, "acted": True, "moved": True}
    assert ahead == {"at": 4, "phase": "observe", "drawn": False, "acted": False, "moved": False}
    assert end == {"at": 5, **rest}
    assert beyond == end
    assert quick == {"at": 3, **rest}
