"""Finite horizons, the span rule and average reward, against sums that can be done by hand."""

import numpy as np
import pytest

from mdp_core.grid.maps import parse_map
from mdp_core.grid.presets import world
from mdp_core.grid.world import ACTIONS, GridWorld
from mdp_core.solvers.average_reward import average_reward, relative_value_iteration
from mdp_core.solvers.backward_induction import backward_evaluation, backward_induction, plan
from mdp_core.solvers.policy import of_actions, uniform
from mdp_core.solvers.policy_evaluation import policy_evaluation
from mdp_core.solvers.span import span_sweeps, until_span
from mdp_core.solvers.value_iteration import value_iteration
from mdp_core.transitions import from_arrays, from_transitions


def test_a_horizon_gives_reward_for_ever_a_sum():
    """Two jumps, undiscounted: from A, 10 at once, and 10 again five steps later."""
    here = world("jumps")
    A = here.index((0, 1))
    found = plan(here.tabular(), 1.0, 11)
    assert [found.v[11 - left, A] for left in (0, 1, 5, 6, 10, 11)] == [0, 10, 10, 20, 20, 30]


def test_what_is_best_depends_on_the_time_that_is_left():
    """1 is two moves away, 4 is ten: with nine decisions left, only the near one can be had."""
    here = world("chain")
    start = here.index(here.map.start)
    found = plan(here.tabular(), 1.0, 12)
    assert found.v[12 - 10, start] == 4
    assert found.v[12 - 9, start] == 1
    assert ACTIONS[int(found.policy[12 - 10, start].argmax())] == "right"
    assert found.policy[12 - 9, start, ACTIONS.index("left")] > 0


def test_a_final_value_is_paid_where_the_horizon_cuts():
    mdp = GridWorld(parse_map("S.G")).tabular()
    stages = list(backward_induction(mdp, 0.5, 2, final=[8.0, 0.0, 99.0]))
    assert [s.step for s in stages] == [2, 1, 0]
    assert stages[0].v.tolist() == [8.0, 0.0, 0.0]  # behind an end nothing comes
    assert stages[1].v.tolist() == [4.0, 4.0, 0.0]
    assert stages[2].v.tolist() == [2.0, 2.0, 0.0]  # half of a half of 8: more than the 1 at the goal
    assert stages[0].policy is None


def test_a_policy_over_a_horizon_is_its_iterates():
    mdp = world("lake").tabular()
    *_, first = backward_evaluation(mdp, uniform(mdp), 1.0, 100)
    iterates = policy_evaluation(mdp, uniform(mdp), 1.0, tolerance=1e-300, max_sweeps=100)
    *_, last = iterates
    np.testing.assert_allclose(first.v, last.v, atol=1e-14)


def test_no_horizon_and_too_long_ones():
    mdp = world("lake").tabular()
    assert plan(mdp, 0.9, 0).v.tolist() == [[0.0] * 16]
    assert plan(mdp, 0.9, 0).policy.shape == (0, 16, 4)
    for horizon in (-1, 100_001):
        with pytest.raises(ValueError, match="from 0 to 100,000"):
            plan(mdp, 0.9, horizon)


# The span rule.


def test_it_stops_at_the_first_small_span_and_its_policy_is_good():
    mdp = world("jumps").tabular()
    *_, last = until_span(value_iteration(mdp, 0.9), 0.9, 0.01)
    assert last.span < 0.01 * 0.1 / 0.9
    spans = [i.span for i in value_iteration(mdp, 0.9)]
    assert next(k for k, span in enumerate(spans) if span < 0.01 * 0.1 / 0.9) == last.sweep


def test_its_bound_by_hand():
    """Both states go to 0 with a quarter at least: k = 3/4, and the first span is 4, so ceil(log(1/400)/log(3/8))."""
    mdp = from_arrays([[[0.25, 0.75], [1.0, 0.0]]], [[5.0], [1.0]])
    assert span_sweeps(mdp, 0.5, 0.01) == 7
    iterates = list(until_span(value_iteration(mdp, 0.5), 0.5, 0.01))
    assert iterates[-1].sweep == 8
    assert span_sweeps(from_arrays([[[1.0, 0.0], [1.0, 0.0]]], [[5.0], [1.0]]), 0.5, 0.01) == 1
    assert span_sweeps(from_arrays([[[1.0, 0.0], [1.0, 0.0]]], [[5.0], [5.0]]), 0.5, 0.01) == 0


@pytest.mark.parametrize(("gamma", "epsilon"), [(1.0, 0.1), (0.0, 0.1), (0.9, 0.0), (0.9, -1.0)])
def test_the_span_rule_needs_a_discount(gamma, epsilon):
    with pytest.raises(ValueError, match=r"gamma must be in \(0, 1\)|epsilon must be positive"):
        span_sweeps(world("jumps").tabular(), gamma, epsilon)


# Average reward.


def test_two_jumps_pay_two_a_step_at_best():
    """10 every five steps by A; 5 every three by B is less."""
    here = world("jumps")
    *_, last = relative_value_iteration(here.tabular())
    assert last.gain == pytest.approx(2.0, abs=1e-9)
    assert last.lower <= 2.0 + 1e-12 <= last.upper + 1e-9
    gain, h = average_reward(here.tabular(), last.policy)
    assert gain == pytest.approx(2.0, abs=1e-12)
    np.testing.assert_allclose(h - h[0], last.h, atol=1e-6)


def test_a_world_that_swings_settles_all_the_same():
    swing = from_transitions({"tick": {0: [(1.0, "tock", 1.0)]}, "tock": {0: [(1.0, "tick", 4.0)]}})
    *_, last = relative_value_iteration(swing)
    assert last.gain == pytest.approx(2.5)
    gain, h = average_reward(swing, uniform(swing))
    assert (gain, h[1]) == (pytest.approx(2.5), pytest.approx(1.5))


@pytest.mark.parametrize("fire", [0.05, 0.1, 0.5])
def test_a_wood_that_is_never_cut(fire):
    """Waiting for ever is in the oldest of S ages for a share (1 - p)^(S - 1) of the time, and is paid 4 there."""
    for ages in (2, 3, 7):
        rows = {
            s: {"wait": [(fire, 0, 4.0 * (s == ages - 1)), (1 - fire, min(s + 1, ages - 1), 4.0 * (s == ages - 1))]}
            for s in range(ages)
        }
        gain, _ = average_reward(from_transitions(rows), np.ones((ages, 1)))
        assert gain == pytest.approx(4 * (1 - fire) ** (ages - 1))


def test_averages_that_there_are_not():
    with pytest.raises(ValueError, match="worlds that go on for ever"):
        next(relative_value_iteration(world("lake").tabular()))
    apart = from_transitions({0: {0: [(1.0, 0, 1.0)]}, 1: {0: [(1.0, 1, 2.0)]}})
    with pytest.raises(ValueError, match="2 different parts"):
        average_reward(apart, uniform(apart))
    with pytest.raises(
        ValueError, match="did not settle within 50 sweeps; the best one may depend on where one starts"
    ):
        list(relative_value_iteration(apart, max_sweeps=50))
    with pytest.raises(ValueError, match="h0 must be 2 finite values"):
        next(relative_value_iteration(apart, h0=[0.0]))
    assert of_actions(apart, [0, 0]).tolist() == [[1.0], [1.0]]
