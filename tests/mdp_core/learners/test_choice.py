"""The agent's own arithmetic against the policies and the distribution that the rest of the project uses."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdp_core.distribution import Categorical
from mdp_core.learners.choice import (
    draw,
    draw_epsilon_greedy,
    epsilon_greedy_table,
    epsilon_greedy_value,
    softmax_row,
    softmax_table,
)
from mdp_core.learners.next_values import action_value, expected_sarsa_value, q_learning_value
from mdp_core.learners.spec import DivergedError
from mdp_core.policy import epsilon_greedy_probabilities, softmax_probabilities

uniform = st.floats(0, 1, exclude_max=True)
values = st.lists(st.sampled_from([0.0, 1.0, -3.5, 1e9]) | st.floats(-1e3, 1e3), min_size=1, max_size=5)


@st.composite
def rows(draw_):
    """A row of action values in which some are not allowed, and the allowed actions."""
    row = draw_(values)
    keep = draw_(st.lists(st.booleans(), min_size=len(row), max_size=len(row)).filter(any))
    row = [value if kept else float("-inf") for value, kept in zip(row, keep, strict=True)]
    return row, tuple(np.flatnonzero(keep).tolist())


def clear(probabilities, u):
    """True where u does not fall on an edge, which rounding may move."""
    return np.min(np.abs(np.cumsum(probabilities) - u)) > 1e-9


@given(rows(), st.floats(0, 1), uniform)
def test_epsilon_greedy_draws_as_the_distribution_does(sample, epsilon, u):
    row, allowed = sample
    probabilities = epsilon_greedy_probabilities(row, epsilon)
    action = draw_epsilon_greedy(row, allowed, epsilon, u)
    assert action in allowed
    assert probabilities[action] > 0
    if clear(probabilities, u):
        assert action == Categorical(range(len(row)), probabilities).sample(u)


@given(rows(), st.floats(0, 1))
def test_epsilon_greedy_tables_and_values_are_those_of_the_policy(sample, epsilon):
    row, allowed = sample
    probabilities = epsilon_greedy_probabilities(row, epsilon)
    mask = np.isin(np.arange(len(row)), allowed)
    np.testing.assert_allclose(epsilon_greedy_table(np.array([row]), mask[None], epsilon)[0], probabilities, atol=1e-12)
    expected = expected_sarsa_value(row, probabilities)
    np.testing.assert_allclose(epsilon_greedy_value(row, allowed, epsilon), expected, rtol=1e-9, atol=1e-9)


@given(rows(), uniform)
def test_softmax_is_that_of_the_policy(sample, u):
    row, allowed = sample
    expected = softmax_probabilities(row, 1.0)
    np.testing.assert_allclose(softmax_row(row), expected, atol=1e-12)
    mask = np.isin(np.arange(len(row)), allowed)
    np.testing.assert_allclose(softmax_table(np.array([row]), mask[None])[0], expected, atol=1e-12)
    if clear(expected, u):
        assert draw(softmax_row(row), u) == Categorical(range(len(row)), expected).sample(u)


def test_the_last_possible_action_fills_the_bar():
    """0.1 ten times sums to a hair less than 1; a u in that hair falls on the last action that has a probability."""
    u = 1.0 - 2.0**-53
    assert draw([0.1] * 10 + [0.0], u) == 9
    assert draw_epsilon_greedy([0.0, 1.0, 0.0], (0, 1, 2), 0.0, u) == 1


def test_not_a_number_is_reported():
    with pytest.raises(DivergedError):
        softmax_row([float("inf"), 0.0])
    with pytest.raises(DivergedError):
        draw_epsilon_greedy([float("nan")], (0,), 0.1, 0.5)
    with pytest.raises(DivergedError):
        epsilon_greedy_value([float("nan")], (0,), 0.1)


def test_next_values_know_what_is_not_allowed():
    assert q_learning_value([[-np.inf, -2.0], [3.0, 1.0]]).tolist() == [-2.0, 3.0]
    assert expected_sarsa_value([[-np.inf, -2.0]], [[0.0, 1.0]]).tolist() == [-2.0]
    with pytest.raises(ValueError, match="sum to 1"):
        expected_sarsa_value([1.0, 2.0], [0.5, 0.6])
    with pytest.raises(IndexError):
        action_value([1.0, 2.0], 2)


@pytest.mark.parametrize(
    ("row", "value"),
    [
        ([1e9, 1e9 - 0.5], 1e9 - 0.25),  # a tie, as the difference is below 1e-9 of their size
        ([1e9, 1e9 - 2.0], 1e9),
        ([-1e9, -1e9 - 0.5], -1e9 - 0.25),
        ([1e-3, 1e-3 - 5e-10], 1e-3 - 2.5e-10),  # below 1 it is 1e-9 itself
        ([1e-3, 1e-3 - 2e-9], 1e-3),
        ([0.0, -5e-10], -2.5e-10),
    ],
)
def test_values_tie_relative_to_their_size_and_near_nought_absolutely(row, value):
    assert epsilon_greedy_value(row, (0, 1), 0.0) == pytest.approx(value, rel=1e-15, abs=0)
    tied = value != row[0]
    assert epsilon_greedy_table(np.array([row]), np.ones((1, 2), dtype=bool), 0.0).tolist() == [
        [0.5, 0.5] if tied else [1.0, 0.0]
    ]
    assert draw_epsilon_greedy(row, (0, 1), 0.0, 0.75) == int(tied)
