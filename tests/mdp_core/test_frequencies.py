"""Frequencies add up, grow towards the probabilities, and keep the draws when the distribution changes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdp_core.distribution import Categorical
from mdp_core.frequencies import counts, largest_differences, uniforms
from mdp_core.rollout import Draws


def test_counts_by_hand():
    assert counts(Categorical("abc", [0.5, 0.0, 0.5]), [0.0, 0.49, 0.5, 0.99]).tolist() == [2, 0, 2]
    assert counts(Categorical.certain("a"), uniforms(7, n=1000)).tolist() == [1000]


def test_largest_differences_by_hand():
    found = largest_differences(Categorical("ab", [0.75, 0.25]), [0.1, 0.9, 0.2, 0.3])
    assert found == pytest.approx([0.25, 0.25, 2 / 3 - 0.75 + 1 / 6, 0.0])


def test_a_longer_call_begins_with_the_shorter_one_and_streams_differ():
    assert uniforms(3, 1, 2, n=50)[:20].tolist() == uniforms(3, 1, 2, n=20).tolist()
    assert uniforms(3, 1, n=5).tolist() != uniforms(3, 2, n=5).tolist()
    assert uniforms(3, n=5).tolist() != Draws(3).actions(5).tolist()
    with pytest.raises(ValueError, match="must not be negative"):
        uniforms(-1, n=3)


def test_they_close_in_on_p():
    """Hoeffding: 100,000 samples are off by more than 0.01 with a probability below 3 * 2 exp(-20) < 2e-8."""
    third = Categorical("abc", np.full(3, 1 / 3))
    assert largest_differences(third, uniforms(7, n=100_000))[-1] < 0.01


@given(st.lists(st.floats(0.01, 1), min_size=1, max_size=6), st.integers(0, 2000), st.integers(0, 100))
def test_counts_add_up_and_agree_with_drawing_one_by_one(weights, n, seed):
    p = np.array(weights) / sum(weights)
    distribution = Categorical(range(len(p)), p)
    draws = uniforms(seed, n=n)
    found = counts(distribution, draws)
    assert found.sum() == n
    one_by_one = [distribution.sample(u) for u in draws[:50]]
    assert counts(distribution, draws[:50]).tolist() == [one_by_one.count(k) for k in range(len(p))]
    if n:
        assert largest_differences(distribution, draws)[-1] == pytest.approx(np.abs(found / n - p).max())
