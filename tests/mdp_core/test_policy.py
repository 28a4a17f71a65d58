"""Policies: ties shared, epsilon by hand and softmax by hand."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from mdp_core.policy import (
    epsilon_greedy_probabilities,
    greedy_probabilities,
    softmax_probabilities,
)


def test_greedy_shares_ties_and_leaves_out_what_is_not_allowed():
    assert greedy_probabilities([1.0, 3.0, 3.0]).tolist() == [0.0, 0.5, 0.5]
    assert greedy_probabilities([-np.inf, -5.0, -6.0]).tolist() == [0.0, 1.0, 0.0]
    assert greedy_probabilities([0.3, 0.1 + 0.2]).tolist() == [0.5, 0.5]
    assert greedy_probabilities([1e6, 1e6 + 1e-4]).tolist() == [0.5, 0.5]
    assert greedy_probabilities([0.0, 1e-8]).tolist() == [0.0, 1.0]


def test_greedy_of_a_whole_table_is_greedy_of_every_row():
    table = greedy_probabilities([[1.0, 2.0], [4.0, 4.0]])
    assert table.tolist() == [[0.0, 1.0], [0.5, 0.5]]


@pytest.mark.parametrize("q", [[-np.inf, -np.inf], [np.nan, 1.0], [[1.0], [-np.inf]]])
def test_greedy_on_nothing_is_refused(q):
    with pytest.raises(ValueError, match="no allowed action"):
        greedy_probabilities(q)


def test_epsilon_greedy_by_hand():
    np.testing.assert_allclose(epsilon_greedy_probabilities([0.0, 1.0, 0.0, 0.0], 0.2), [0.05, 0.85, 0.05, 0.05])
    np.testing.assert_allclose(epsilon_greedy_probabilities([-np.inf, 1.0, 0.0], 0.5), [0.0, 0.75, 0.25])
    np.testing.assert_allclose(epsilon_greedy_probabilities([[1.0, 0.0], [0.0, 0.0]], 0.1), [[0.95, 0.05], [0.5, 0.5]])


@pytest.mark.parametrize("epsilon", [-0.1, 1.1, math.nan])
def test_epsilon_outside_its_range_is_refused(epsilon):
    with pytest.raises(ValueError, match="epsilon"):
        epsilon_greedy_probabilities([0.0], epsilon)


def test_softmax_by_hand_and_without_overflow():
    np.testing.assert_allclose(softmax_probabilities([0.0, math.log(3)], 1.0), [0.25, 0.75])
    np.testing.assert_allclose(softmax_probabilities([0.0, math.log(3)], 0.5), [0.1, 0.9])
    np.testing.assert_allclose(softmax_probabilities([1e4, 0.0], 1.0), [1.0, 0.0])
    assert softmax_probabilities([-np.inf, 0.0], 1.0).tolist() == [0.0, 1.0]
    with pytest.raises(ValueError, match="temperature"):
        softmax_probabilities([0.0], 0.0)


@given(
    arrays(np.float64, st.tuples(st.integers(1, 5), st.integers(1, 6)), elements=st.floats(-1e6, 1e6)), st.floats(0, 1)
)
def test_rows_are_distributions_and_nothing_beats_greedy(q, epsilon):
    greedy, soft = greedy_probabilities(q), epsilon_greedy_probabilities(q, epsilon)
    np.testing.assert_allclose(greedy.sum(axis=-1), 1.0)
    np.testing.assert_allclose(soft.sum(axis=-1), 1.0)
    slack = 1e-9 * np.maximum(1.0, np.abs(q).max(axis=-1)) * 2
    assert np.all((greedy * q).sum(axis=-1) >= q.max(axis=-1) - slack)
