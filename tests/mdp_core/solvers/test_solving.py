"""Solving press by press: the films, what they end at, and how a change runs through."""

from functools import partial

import numpy as np
import pytest

from mdp_core.grid.editing import Brush, paint
from mdp_core.grid.maps import parse_map
from mdp_core.grid.presets import world
from mdp_core.grid.world import GridWorld
from mdp_core.solvers.reel import Reel, Still
from mdp_core.solvers.solution import solve
from mdp_core.solvers.solving import (
    Solving,
    evaluation,
    improvement,
    iteration_of_policies,
    iteration_of_values,
    looking_ahead,
)


def done(solving):
    """What is known once the method has come to its end."""
    solving.work.finish()
    return solving.known


def solved(world, gamma, method):
    solving = Solving(world, gamma)
    solving.begin(method)
    done(solving)
    return solving


def edited(solving, cells, brush):
    return done(solving.edited(GridWorld(paint(solving.known.world.map, cells, brush))))


def test_one_press_evaluates_and_one_improves():
    """Sutton & Barto, figure 4.1: the random policy on the 4x4 grid is worth -14 beside a corner and -22 at the far ones."""
    solving = solved(world("corners"), 1.0, evaluation)
    known = solving.known
    assert known.world.on_map(known.v)[0].round(3).tolist() == [0.0, -14.0, -20.0, -22.0]
    assert known.method == "policy evaluation"
    assert not known.settled
    solving.begin(improvement)
    assert done(solving).reel.stills[-1].label == "greedy on v: 14 states changed"
    assert solving.known.policy[1].tolist() == [0, 0, 0, 1]
    solving.begin(evaluation)
    assert known.world.on_map(done(solving).v)[0].round(3).tolist() == [0.0, -1.0, -2.0, -3.0]


@pytest.mark.parametrize("method", [iteration_of_values, iteration_of_policies])
def test_both_methods_end_at_the_optimum(method):
    known = solved(world("norvig"), 0.95, method).known
    assert np.allclose(known.v, solve(known.table, 0.95).v, atol=1e-5)
    assert known.settled


def test_values_travel_one_step_a_sweep_down_the_corridor():
    known = solved(world("corridor"), 0.9, iteration_of_values).known
    assert known.sweeps == 21  # twenty steps, and one sweep in which nothing moves
    assert known.reel.residuals[:3] == pytest.approx([1.0, 0.9, 0.81])
    assert known.v[0] == pytest.approx(0.9**19)
    assert [still.v[19] for still in known.reel.stills[:3]] == [0.0, 1.0, 1.0]


def test_a_change_runs_through_from_the_old_values():
    """The goal of a corridor pays 2 where it paid 1: every value doubles, one cell a sweep."""
    solving = solved(GridWorld(parse_map("S..G")), 0.5, iteration_of_values)
    after = edited(solving, [(0, 3)], Brush("goal", 2.0))
    changes = [still.change[:3].tolist() for still in after.reel.stills]
    assert changes[:4] == [[0, 0, 0], [0, 0, 1], [0, 0.5, 1], [0.25, 0.5, 1]]
    assert (after.wave.sweeps, after.wave.anew, after.wave.felt, after.wave.states) == (4, 4, 3, 4)
    assert after.wave.largest == 1.0
    assert after.settled
    assert after.reels == solving.known.reels + 1


def test_a_change_where_nothing_was_solved_yet_is_shown_against_the_optimum():
    fresh = Solving(GridWorld(parse_map("S..G")), 0.5)
    after = edited(fresh, [(0, 3)], Brush("goal", 2.0))
    assert after.reel.stills[-1].change[:3].tolist() == [0.25, 0.5, 1.0]


def test_a_wall_that_nobody_needs_changes_nothing():
    solving = Solving(GridWorld(parse_map("S..G\n....")), 0.9)
    after = edited(solving, [(1, 3)], Brush("wall"))
    assert after.wave.felt == 0


def test_undiscounted_circles_do_not_keep_old_values():
    """With gamma 1 the old values would stay for ever once the goal is gone: the sweeps begin at 0 there."""
    solving = solved(GridWorld(parse_map("S..G")), 1.0, iteration_of_values)
    assert solving.known.v.tolist() == [1, 1, 1, 0]
    after = edited(solving, [(0, 3)], Brush("free"))
    assert after.v.tolist() == [0, 0, 0, 0]


def test_without_an_end_and_without_a_discount_a_horizon_helps():
    solving = Solving(world("jumps"), 1.0)
    solving.begin(iteration_of_values)
    with pytest.raises(ValueError, match="With gamma 1 the sum of rewards need not exist: from row 1, column 2"):
        solving.work.finish()
    assert solving.known.method == ""  # the last picture stays
    solving.begin(partial(looking_ahead, horizon=6))
    known = done(solving)
    # A, four steps back to it, and A again: 20 within 6 steps; with 5 to go only if the last one still counts.
    assert known.world.on_map(known.v)[0, 1] == 20.0
    assert known.reel.stills[5].label == "5 steps to go"
    assert known.world.on_map(known.reel.stills[5].v)[0, 1] == 10.0


def test_looking_ahead_moves_the_values_by_what_one_more_step_pays():
    """Each step costs 1, and the last one, to the goal, pays 1: three steps to go are as good as any more."""
    known = solved(GridWorld(parse_map("step: -1\nS..G")), 1.0, partial(looking_ahead, horizon=5)).known
    assert [still.v.tolist() for still in known.reel.stills] == [
        [0, 0, 0, 0],
        [-1, -1, 1, 0],
        [-2, 0, 1, 0],
        [-1, 0, 1, 0],
        [-1, 0, 1, 0],
        [-1, 0, 1, 0],
    ]
    assert list(known.reel.residuals) == [1, 1, 1, 0, 0]


def test_where_it_was_endless_before_an_edit_is_said_of_the_world_before():
    """The edited world has fewer states than the number of the one that an episode may never leave."""
    endless = GridWorld(parse_map("R: reward 1\n...R\n...S"))
    solving = Solving(endless, 1.0).edited(GridWorld(parse_map("S")))
    with pytest.raises(ValueError, match="from row 2, column 4 an episode may go on for ever"):
        solving.work.finish()


def test_a_method_that_is_left_leaves_what_was_known():
    solving = solved(world("norvig"), 0.95, iteration_of_values)
    before = solving.known
    solving.begin(evaluation)
    solving.work.step()
    solving.work.close()
    assert solving.known is before


def test_a_long_evaluation_ends_with_the_exact_values():
    known = solved(world("cliff"), 1.0, evaluation).known
    assert known.reel.stills[-1].label == "in the limit, solved"
    v = known.v
    pi = np.full((len(v), 4), 0.25)
    assert np.allclose((pi * known.table.q_from_v(v, 1.0)).sum(axis=1)[:-1], v[:-1])


def test_a_reel_keeps_the_first_stills_and_the_last_one():
    reel = Reel(states=750)  # twenty stills
    for k in range(1_001):
        reel.add(Still(str(k), np.zeros(1), np.zeros((1, 4))), 1.0 if k else None)
    labels = [int(still.label) for still in reel.stills]
    assert labels[:10] == list(range(10))
    assert labels[-1] == 1_000
    assert len(labels) <= 22
    assert len(reel.residuals) == 1_000


def test_huge_rewards_settle_relative_to_their_size():
    known = solved(GridWorld(parse_map("G: goal, reward 1e6\nslip: 0.2\nS..G")), 0.9, iteration_of_values).known
    assert known.settled
    assert known.v[2] == pytest.approx(solve(known.table, 0.9).v[2], rel=1e-6)
