"""Solving press by press: the films, what they end at, and how a change runs through."""

import numpy as np
import pytest

from components.learn.solving import Film, Frame, Solving
from mdp_core.grid.editing import Brush, paint
from mdp_core.grid.maps import parse_map
from mdp_core.grid.presets import world
from mdp_core.grid.world import GridWorld
from mdp_core.solvers.solution import solve


def done(solving):
    while solving.busy:
        solving.work(1.0)
    return solving


def edited(solving, cells, brush):
    return done(solving.edited(GridWorld(paint(solving.world.map, cells, brush))))


def test_one_press_evaluates_and_one_improves():
    """Sutton & Barto, figure 4.1: the random policy on the 4x4 grid is worth -14 beside a corner and -22 at the far ones."""
    solving = Solving(world("corners"), 1.0)
    solving.evaluate()
    v = done(solving).world.on_map(solving.v)
    assert v[0].round(3).tolist() == [0.0, -14.0, -20.0, -22.0]
    assert solving.method == "policy evaluation"
    assert not solving.settled
    solving.improve()
    assert done(solving).film.frames[-1].label == "greedy on v: 14 states changed"
    assert solving.policy[1].tolist() == [0, 0, 0, 1]
    solving.evaluate()
    assert done(solving).world.on_map(solving.v)[0].round(3).tolist() == [0.0, -1.0, -2.0, -3.0]


@pytest.mark.parametrize("method", ["iterate_values", "iterate_policies"])
def test_both_methods_end_at_the_optimum(method):
    solving = Solving(world("norvig"), 0.95)
    getattr(solving, method)()
    assert np.allclose(done(solving).v, solve(solving.table, 0.95).v, atol=1e-5)
    assert solving.settled


def test_values_travel_one_step_a_sweep_down_the_corridor():
    solving = Solving(world("corridor"), 0.9)
    solving.iterate_values()
    done(solving)
    assert solving.sweeps == 21  # twenty steps, and one sweep in which nothing moves
    assert solving.film.residuals[:3] == pytest.approx([1.0, 0.9, 0.81])
    assert solving.v[0] == pytest.approx(0.9**19)
    assert [frame.v[19] for frame in solving.film.frames[:3]] == [0.0, 1.0, 1.0]


def test_a_change_runs_through_from_the_old_values():
    """The goal of a corridor pays 2 where it paid 1: every value doubles, one cell a sweep."""
    solving = Solving(GridWorld(parse_map("S..G")), 0.5)
    solving.iterate_values()
    after = edited(done(solving), [(0, 3)], Brush("goal", 2.0))
    changes = [frame.change[:3].tolist() for frame in after.film.frames]
    assert changes[:4] == [[0, 0, 0], [0, 0, 1], [0, 0.5, 1], [0.25, 0.5, 1]]
    assert (after.wave.sweeps, after.wave.anew, after.wave.felt, after.wave.states) == (4, 4, 3, 4)
    assert after.wave.largest == 1.0
    assert after.settled


def test_a_change_where_nothing_was_solved_yet_is_shown_against_the_optimum():
    fresh = Solving(GridWorld(parse_map("S..G")), 0.5)
    after = edited(fresh, [(0, 3)], Brush("goal", 2.0))
    assert after.film.frames[-1].change[:3].tolist() == [0.25, 0.5, 1.0]


def test_a_wall_that_nobody_needs_changes_nothing():
    solving = Solving(GridWorld(parse_map("S..G\n....")), 0.9)
    after = edited(solving, [(1, 3)], Brush("wall"))
    assert after.wave.felt == 0


def test_undiscounted_circles_do_not_keep_old_values():
    """With gamma 1 the old values would stay for ever once the goal is gone: the sweeps begin at 0 there."""
    solving = Solving(GridWorld(parse_map("S..G")), 1.0)
    solving.iterate_values()
    assert done(solving).v.tolist() == [1, 1, 1, 0]
    after = edited(solving, [(0, 3)], Brush("free"))
    assert after.v.tolist() == [0, 0, 0, 0]


def test_without_an_end_and_without_a_discount_a_horizon_helps():
    solving = Solving(world("jumps"), 1.0)
    solving.iterate_values()
    assert "With gamma 1 the sum of rewards need not exist: from row 1, column 2" in done(solving).problem
    assert solving.method == ""  # the last picture stays
    solving.look_ahead(6)
    assert done(solving).problem == ""
    # A, four steps back to it, and A again: 20 within 6 steps; with 5 to go only if the last one still counts.
    assert solving.world.on_map(solving.v)[0, 1] == 20.0
    assert solving.film.frames[5].label == "5 steps to go"
    assert solving.world.on_map(solving.film.frames[5].v)[0, 1] == 10.0


def test_a_long_evaluation_ends_with_the_exact_values():
    solving = Solving(world("cliff"), 1.0)
    solving.evaluate()
    assert done(solving).film.frames[-1].label == "in the limit, solved"
    v = solving.v
    pi = np.full((len(v), 4), 0.25)
    assert np.allclose((pi * solving.table.q_from_v(v, 1.0)).sum(axis=1)[:-1], v[:-1])


def test_a_film_keeps_the_first_frames_and_the_last_one():
    film = Film(20)
    for k in range(1_001):
        film.add(Frame(str(k), np.zeros(1), np.zeros((1, 4))), 1.0 if k else None)
    labels = [int(frame.label) for frame in film.frames]
    assert labels[:10] == list(range(10))
    assert labels[-1] == 1_000
    assert len(labels) <= 22
    assert len(film.residuals) == 1_000


def test_huge_rewards_settle_relative_to_their_size():
    solving = Solving(GridWorld(parse_map("G: goal, reward 1e6\nslip: 0.2\nS..G")), 0.9)
    solving.iterate_values()
    assert done(solving).settled
    assert solving.v[2] == pytest.approx(solve(solving.table, 0.9).v[2], rel=1e-6)
