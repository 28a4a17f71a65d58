"""Value iteration in place and modified policy iteration: their own iterates, the same limit."""

import numpy as np
import pytest

from mdp_core.grid.maps import parse_map
from mdp_core.grid.presets import PRESETS, world
from mdp_core.grid.world import GridWorld
from mdp_core.solvers.modified_policy_iteration import adaptive_policy_iteration, modified_policy_iteration
from mdp_core.solvers.policy import uniform
from mdp_core.solvers.policy_evaluation import policy_evaluation_in_place
from mdp_core.solvers.value_iteration import value_iteration, value_iteration_in_place


def test_news_runs_through_in_one_sweep_where_the_order_is_good():
    towards = GridWorld(parse_map("G: goal, reward 8\nG...S")).tabular()
    away = GridWorld(parse_map("G: goal, reward 8\nS...G")).tabular()
    assert [i.v.tolist() for i in value_iteration_in_place(towards, 0.5)][1] == [0, 8, 4, 2, 1]
    assert [i.v.tolist() for i in value_iteration_in_place(away, 0.5)][:3] == [
        [0, 0, 0, 0, 0],
        [0, 0, 0, 8, 0],
        [0, 0, 4, 8, 0],
    ]


@pytest.mark.parametrize("name", PRESETS)
def test_it_takes_no_more_sweeps_and_ends_at_the_same_values(name):
    mdp = world(name).tabular()
    *_, two = value_iteration(mdp, 0.9)
    *_, one = value_iteration_in_place(mdp, 0.9)
    assert one.sweep <= two.sweep
    np.testing.assert_allclose(one.v, two.v, atol=2e-9)


def test_news_runs_through_in_one_sweep_of_the_order_that_is_given():
    away = GridWorld(parse_map("G: goal, reward 8\nS...G")).tabular()
    assert [i.v.tolist() for i in value_iteration_in_place(away, 0.5, order=[4, 3, 2, 1, 0])][1] == [1, 2, 4, 8, 0]
    # One that comes twice in a sweep is updated twice: 2 after 3, and 3 once more after it.
    twice = value_iteration_in_place(away, 0.5, order=np.array([2, 3, 2, 0, 1]))
    assert [i.v.tolist() for i in twice][1] == [0, 2, 4, 8, 0]
    right = np.tile([0.0, 1.0, 0.0, 0.0], (5, 1))
    swept = policy_evaluation_in_place(away, right, 0.5, order=[3, 2, 1, 0])
    assert [i.v.tolist() for i in swept][1] == [1, 2, 4, 8, 0]
    assert [i.v.tolist() for i in policy_evaluation_in_place(away, right, 0.5)][1] == [0, 0, 0, 8, 0]


@pytest.mark.parametrize(
    ("order", "says"),
    [
        ([0, 1, 2], r"state \(0, 3\) is missing in the order"),
        ([0, 1, 2, 3, 5], "integers from 0 to 4"),
        ([-1, 0, 1, 2, 3], "integers from 0 to 4"),
        ([0.0, 1.0, 2.0, 3.0], "integers from 0 to 4"),
        ([[0, 1, 2, 3]], "integers from 0 to 4"),
        ([True, True, True, True], "integers from 0 to 4"),
    ],
)
def test_an_order_that_leaves_out_a_state_is_none(order, says):
    mdp = GridWorld(parse_map("S...G")).tabular()
    for iterates in (
        value_iteration_in_place(mdp, 0.5, order=order),
        policy_evaluation_in_place(mdp, uniform(mdp), 0.5, order=order),
    ):
        with pytest.raises(ValueError, match=says):
            next(iterates)


@pytest.mark.parametrize("sweeps", [1, 2, 20, 100])
@pytest.mark.parametrize(("name", "gamma"), [("lake8", 0.95), ("jumps", 0.9), ("norvig", 1.0), ("cliff", 1.0)])
def test_modified_policy_iteration_between_value_and_policy_iteration(name, gamma, sweeps):
    mdp = world(name).tabular()
    *_, exact = value_iteration(mdp, gamma, tolerance=1e-11)
    *_, last = modified_policy_iteration(mdp, gamma, sweeps=sweeps)
    np.testing.assert_allclose(last.v, exact.v, atol=1e-8)
    if sweeps == 1:
        for ours, theirs in zip(
            modified_policy_iteration(mdp, gamma, sweeps=1), value_iteration(mdp, gamma), strict=True
        ):
            assert (ours.sweep, ours.residual, ours.span) == (theirs.sweep, theirs.residual, theirs.span)
            np.testing.assert_array_equal(ours.v, theirs.v)


def test_two_sweeps_a_round_by_hand():
    """The goal pays 1, a step 0: each round moves the news by two cells, if the policy already leads there."""
    mdp = GridWorld(parse_map("S...G")).tabular()
    rounds = [i.v.tolist() for i in modified_policy_iteration(mdp, 0.5, sweeps=2)]
    # In round 1 every cell but the last still goes up, into the border.
    assert rounds[1] == [0, 0, 0, 1, 0]
    assert rounds[2] == [0, 0, 0.5, 1, 0]
    assert rounds[-1] == [0.125, 0.25, 0.5, 1, 0]


@pytest.mark.parametrize("gamma", [0.0, 0.9, 0.99, 0.99999])
@pytest.mark.parametrize("name", PRESETS)
def test_evaluating_for_as_long_as_it_pays_ends_at_the_same_values(name, gamma):
    mdp = world(name).tabular()
    *_, exact = adaptive_policy_iteration(mdp, gamma, tolerance=1e-12)
    backed_up = np.where(mdp.terminal, 0.0, mdp.q_from_v(exact.v, gamma).max(axis=1))
    np.testing.assert_allclose(backed_up, exact.v, atol=1e-10 * max(1.0, np.abs(exact.v).max()))


def test_what_makes_no_sense_is_refused():
    mdp = world("lake").tabular()
    with pytest.raises(ValueError, match="sweeps must be at least 1, not 0"):
        next(modified_policy_iteration(mdp, 0.9, sweeps=0))
    with pytest.raises(ValueError, match="gamma must be below 1"):
        next(adaptive_policy_iteration(mdp, 1.0))
    for ask in (modified_policy_iteration, adaptive_policy_iteration, value_iteration_in_place):
        with pytest.raises(ValueError, match="gamma must be in"):
            next(ask(mdp, 1.5))
        with pytest.raises(ValueError, match="tolerance must be positive"):
            next(ask(mdp, 0.9, tolerance=-1))
        with pytest.raises(ValueError, match="16 finite values"):
            next(ask(mdp, 0.9, v0=[np.inf] * 16))
