"""Value iteration: its iterates by hand, its promise on the error, and what it refuses."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mdp_core.grid.maps import parse_map
from mdp_core.grid.presets import world
from mdp_core.grid.world import GridWorld
from mdp_core.solvers.value_iteration import value_iteration
from mdp_core.tabular import TabularMDP


def forest():
    """Three ages of a wood: waiting pays 4 in the oldest and burns down with probability 0.1; cutting pays 0, 1, 2."""
    S = 3
    nxt = np.array([[[0, 1], [0, 0]], [[0, 2], [0, 0]], [[0, 2], [0, 0]]], dtype=np.int32)
    p = np.tile(np.array([[0.1, 0.9], [1.0, 0.0]]), (S, 1, 1))
    r = np.zeros((S, 2, 2))
    r[2, 0], r[1, 1], r[2, 1] = 4.0, 1.0, 2.0
    no = np.zeros((S, 2, 2), dtype=bool)
    return TabularMDP(
        nxt, p, r, no, np.ones((S, 2), bool), np.zeros(S, bool), np.array([1.0, 0, 0]), (0, 1, 2), ("wait", "cut")
    )


def test_the_iterates_of_the_two_corners_by_hand():
    iterates = [world("corners").on_map(i.v) for i in value_iteration(world("corners").tabular(), 1.0)]
    np.testing.assert_array_equal(iterates[0], np.zeros((4, 4)))
    np.testing.assert_array_equal(iterates[1], [[0, -1, -1, -1], [-1, -1, -1, -1], [-1, -1, -1, -1], [-1, -1, -1, 0]])
    np.testing.assert_array_equal(iterates[2][0], [0, -1, -2, -2])
    np.testing.assert_array_equal(iterates[3][0], [0, -1, -2, -3])
    assert len(iterates) == 5  # the fourth sweep changes nothing


def test_sweeps_and_residuals_are_those_of_the_values():
    last = None
    for k, iterate in enumerate(value_iteration(world("lake").tabular(), 0.9)):
        assert iterate.sweep == k
        if last is None:
            assert iterate.residual == np.inf
        else:
            assert iterate.residual == np.abs(iterate.v - last.v).max()
        last = iterate


@pytest.mark.parametrize(("gamma", "expected"), [(0.9, [26.244, 29.484, 33.484]), (0.96, [74.6496, 78.1056, 82.1056])])
def test_the_forest_has_its_published_values(gamma, expected):
    *_, last = value_iteration(forest(), gamma)
    np.testing.assert_allclose(last.v, expected, atol=1e-9)


@settings(max_examples=30)
@given(st.floats(0.1, 0.97), st.sampled_from([1e-2, 1e-4, 1e-6]))
def test_the_values_are_within_the_tolerance_of_the_limit(gamma, tolerance):
    *_, exact = value_iteration(forest(), gamma, tolerance=1e-12)
    *_, last = value_iteration(forest(), gamma, tolerance=tolerance)
    assert np.abs(last.v - exact.v).max() <= tolerance


def test_starting_at_the_values_ends_after_one_sweep_and_terminals_stay_zero():
    mdp = world("lake").tabular()
    *_, last = value_iteration(mdp, 0.9)
    assert len(list(value_iteration(mdp, 0.9, v0=last.v, tolerance=1e-6))) == 2
    first = next(value_iteration(mdp, 0.9, v0=np.full(16, 5.0)))
    assert np.all(first.v[mdp.terminal] == 0)
    *_, from_five = value_iteration(mdp, 0.9, v0=np.full(16, 5.0))
    np.testing.assert_allclose(from_five.v, last.v, atol=2e-9)


def test_gamma_zero_is_the_best_next_reward():
    mdp = GridWorld(parse_map("x: reward 3\nSxG")).tabular()
    *_, last = value_iteration(mdp, 0.0)
    assert last.v.tolist() == [3.0, 1.0, 0.0]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"gamma": -0.1}, "gamma"),
        ({"gamma": 1.1}, "gamma"),
        ({"gamma": np.nan}, "gamma"),
        ({"tolerance": 0.0}, "tolerance"),
        ({"v0": np.zeros(3)}, "16 finite values"),
        ({"v0": np.full(16, np.nan)}, "16 finite values"),
    ],
)
def test_bad_arguments_are_refused(change, message):
    arguments = {"gamma": 0.9} | change
    with pytest.raises(ValueError, match=message):
        next(value_iteration(world("lake").tabular(), **arguments))
