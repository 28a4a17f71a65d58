"""What is drawn of returns: hand-computed."""

import numpy as np
import pytest

from mdp_core.grid.maps import parse_map
from mdp_core.grid.world import GridWorld
from mdp_core.learners.curve import (
    POINTS,
    Curve,
    band,
    bottom_of,
    greedy_walk,
    online_curve,
    smoothed,
    smoothing_window,
    worth_curve,
)


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


def test_a_long_curve_is_drawn_from_its_first_to_its_last_episode():
    returns = np.stack([np.arange(1000.0), np.arange(1000.0) + 4])
    curve = online_curve(returns, 1)
    assert len(curve.x) == POINTS == 400
    assert (curve.x[0], curve.x[1], curve.x[-1]) == (1, 3, 1000)  # 999 / 399 apart
    np.testing.assert_array_equal(curve.y, curve.x - 1 + 2)
    np.testing.assert_array_equal(curve.low, curve.x - 1 + 1)  # a quarter of the way from one agent to the other
    np.testing.assert_array_equal(curve.high, curve.x - 1 + 3)
    short = online_curve(returns[:, :3], 2)
    assert (short.x.tolist(), short.y.tolist()) == ([1, 2, 3], [2, 2.5, 3.5])


def test_a_single_agent_has_no_band_and_no_episode_no_curve():
    alone = online_curve(np.array([[5.0]]), 1)
    assert (alone.x.tolist(), alone.y.tolist(), alone.low, alone.high) == ([1], [5], None, None)
    nothing = online_curve(np.zeros((3, 0)), 1)
    assert (len(nothing.x), len(nothing.y), nothing.low) == (0, 0, None)


def test_a_curve_is_smoothed_over_a_fiftieth():
    assert [smoothing_window(episodes) for episodes in (1, 50, 99, 100, 500)] == [1, 1, 1, 2, 10]


def test_worth_is_the_median_and_unknown_where_most_are():
    curve = worth_curve([(0, np.array([1.0, 2.0, 9.0])), (10, np.array([-np.inf, np.nan, 3.0])), (20, np.arange(3.0))])
    assert curve.x.tolist() == [0, 10, 20]
    np.testing.assert_array_equal(curve.y, [2, np.nan, 1])
    assert (curve.low[0], curve.high[0]) == (1.5, 5.5)
    assert worth_curve([(0, np.array([2.0]))]).low is None
    assert len(worth_curve([]).x) == 0


def test_the_first_bad_episodes_are_left_below_the_picture():
    """The lowest of a hundred points lies far under the others: 8 % of the points may."""
    usual = np.linspace(0.0, 1.0, 100)
    bad = np.where(np.arange(100) == 0, -100.0, usual)
    eight = np.quantile(bad, 0.08)
    assert bottom_of([Curve(np.arange(100), bad)], None) == pytest.approx(1 - 1.6 * (1 - eight))
    assert bottom_of([Curve(np.arange(100), usual)], None) is None  # all of it can be seen
    # An optimum is a line of the picture, too: with one far above, what is bad is no longer far below.
    assert bottom_of([Curve(np.arange(100), bad)], 10.0) == pytest.approx(10 - 1.6 * (10 - eight))
    assert bottom_of([Curve(np.arange(100), bad)], 1000.0) is None
    assert bottom_of([Curve(np.arange(100), bad)], np.inf) == bottom_of([Curve(np.arange(100), bad)], None)
    assert bottom_of([Curve(np.arange(2), np.full(2, np.nan))], 1.0) is None
