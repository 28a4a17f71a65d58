"""Means, and how far off they may be."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdp_core.estimates import half_width, running_means


def test_a_half_width_by_hand():
    # s of 1, 2, 3, 4 is sqrt(5 / 3); 1.96 sqrt(5 / 3) / 2
    assert half_width([1, 2, 3, 4]) == pytest.approx(1.959964 * np.sqrt(5 / 3) / 2, rel=1e-6)
    assert half_width([3.0]) == float("inf")


@given(st.lists(st.floats(-1e4, 1e4), min_size=1, max_size=40))
def test_running_means_are_the_means_of_the_beginnings(values):
    at = np.arange(1, len(values) + 1)
    mean, half = running_means(values, at)
    for n in at:
        assert mean[n - 1] == pytest.approx(np.mean(values[:n]), abs=1e-6)
        assert half[n - 1] == pytest.approx(half_width(values[:n]), abs=1e-3)


def test_large_numbers_keep_their_small_differences():
    _, half = running_means([1e9, 1e9 + 1, 1e9, 1e9 + 1], [4])
    assert half[0] == pytest.approx(half_width([0, 1, 0, 1]))


def test_counts_outside_of_the_sample():
    with pytest.raises(ValueError, match=r"1\.\.2"):
        running_means([1.0, 2.0], [3])
