"""What is drawn of returns: hand-computed."""

import numpy as np
import pytest

from mdp_core.grid.maps import parse_map
from mdp_core.grid.world import GridWorld
from mdp_core.learners.curve import band, greedy_walk, smoothed


def test_a_moving_mean_takes_fewer_at_the_beginning():
    assert smoothed([[2.0, 4.0, 9.0, 1.0]], 2).tolist() == [[2.0, 3.0, 6.5, 5.0]]
    assert smoothed([1.0, 2.0, 6.0], 9).tolist() == [1.0, 1.5, 3.0]
    assert smoothed(np.zeros((3, 0)), 5).shape == (3, 0)
    with pytest.raises(ValueError, match="at least 1 episode"):
        smoothed([1.0], 0)


def test_the_band_holds_the_middle_half():
    low, high = band(np.arange(5.0)[:, None])
    assert (low.tolist(), high.tolist()) == ([1.0], [3.0])


def test_a_greedy_walk_ends_at_the_end_and_at_a_state_it_has_seen():
    mdp = GridWorld(parse_map("S..G")).tabular()
    right = np.eye(4)[[1, 1, 1, 1]]
    assert greedy_walk(mdp, right, 50) == [0, 1, 2, 3]
    assert greedy_walk(mdp, right, 1) == [0, 1]
    back = np.eye(4)[[1, 3, 1, 1]]
    assert greedy_walk(mdp, back, 50) == [0, 1, 0]
