"""Prioritized sweeping: which state it takes next, by hand, and the values that every other solver has too."""

from dataclasses import replace

import numpy as np
import pytest

from mdp_core.grid import PRESETS, parse_map, world
from mdp_core.grid.world import GridWorld
from mdp_core.solvers import EndlessError, prioritized_sweeping, solve, value_iteration, value_iteration_in_place
from mdp_core.transitions import from_transitions


def chain():
    """0 -> 1 -> 2 -> the end, which pays 8; and 3, which pays 6 at once."""
    return from_transitions(
        {0: {"on": [(1, 1, 0)]}, 1: {"on": [(1, 2, 0)]}, 2: {"on": [(1, 4, 8)]}, 3: {"on": [(1, 4, 6)]}}, terminal=4
    )


def test_it_follows_the_largest_error_back_by_hand():
    steps = list(prioritized_sweeping(chain(), 0.5, every=1))
    assert [(s.updates, s.state, s.priority) for s in steps] == [
        (0, 2, 8.0),  # first what pays most
        (1, 3, 6.0),  # what came before 2 is off by 4 now, and 3 still by 6
        (2, 1, 4.0),
        (3, 0, 2.0),
        (4, None, 0.0),
    ]
    assert [s.v.tolist() for s in steps] == [
        [0, 0, 0, 0, 0],
        [0, 0, 8, 0, 0],
        [0, 0, 8, 6, 0],
        [0, 4, 8, 6, 0],
        [2, 4, 8, 6, 0],
    ]


def test_a_state_that_leads_to_itself_comes_up_again():
    mdp = from_transitions({"a": {"stay": [(0.5, "a", 1.0), (0.5, "end", 1.0)]}})
    steps = list(prioritized_sweeping(mdp, 1.0, every=1, tolerance=0.3))
    assert [(s.updates, s.v[0], s.priority) for s in steps] == [(0, 0, 1), (1, 1, 0.5), (2, 1.5, 0.25)]


@pytest.mark.parametrize("gamma", [0.0, 0.5, 0.99])
@pytest.mark.parametrize("name", PRESETS)
def test_the_values_are_within_the_tolerance_that_is_promised(name, gamma):
    mdp = world(name).tabular()
    exact = solve(mdp, gamma, tolerance=1e-12).v
    *_, last = prioritized_sweeping(mdp, gamma, tolerance=1e-3)
    assert np.abs(last.v - exact).max() <= 1e-3
    errors = np.abs(mdp.q_from_v(last.v, gamma)[~mdp.terminal].max(axis=1) - last.v[~mdp.terminal])
    assert last.priority == pytest.approx(errors.max(), abs=1e-12)


@pytest.mark.parametrize("name", ["lake8", "norvig", "cliff"])
def test_undiscounted_and_from_other_values(name):
    mdp = world(name).tabular()
    *_, exact = value_iteration(mdp, 1.0, tolerance=1e-11)
    *_, last = prioritized_sweeping(mdp, 1.0, tolerance=1e-11)
    np.testing.assert_allclose(last.v, exact.v, atol=1e-7)
    best = solve(mdp, 0.9, tolerance=1e-13).v
    assert [step.updates for step in prioritized_sweeping(mdp, 0.9, v0=best, tolerance=1e-6)] == [0]


def test_it_needs_far_fewer_updates_than_sweeps_do_where_news_is_rare():
    mdp = GridWorld(parse_map("S" + "." * 60 + "G")).tabular()
    *_, swept = value_iteration_in_place(mdp, 0.9, tolerance=1e-6)
    *_, last = prioritized_sweeping(mdp, 0.9, tolerance=1e-6)
    assert last.updates == 61  # each place once, from the goal back
    assert swept.sweep * 61 > 30 * last.updates


def test_it_ends_where_floats_of_the_size_of_the_values_can_tell_no_more():
    """Values near 1e12 have gaps of 1e-4: a tolerance of 1e-9 cannot be reached, and is not waited for."""
    mdp = GridWorld(parse_map("step: -0.1\nslip: 0.3\nS....\n.....\n....G")).tabular()
    mdp = replace(mdp, reward=1e12 * mdp.reward)
    *_, last = prioritized_sweeping(mdp, 0.95, tolerance=1e-9, max_updates=20_000)
    assert last.updates < 20_000
    assert 4 * np.spacing(1e12) > 1e-9 * 0.05
    np.testing.assert_allclose(last.v, solve(mdp, 0.95).v, rtol=1e-12)


def test_it_shows_itself_as_often_as_asked_and_stops_where_told():
    mdp = world("lake8").tabular()
    seen = [step.updates for step in prioritized_sweeping(mdp, 0.99, every=7, max_updates=20)]
    assert seen == [0, 7, 14, 20]
    assert [s.updates for s in prioritized_sweeping(mdp, 0.99, max_updates=2 * len(mdp.states))] == [
        0,
        len(mdp.states),
        2 * len(mdp.states),
    ]
    only_ends = from_transitions({"end": {}}, terminal="end")
    assert [(s.updates, s.state, s.priority) for s in prioritized_sweeping(only_ends, 0.9)] == [(0, None, 0.0)]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [({"gamma": 1.5}, "gamma"), ({"tolerance": 0.0}, "tolerance"), ({"every": 0}, "every"), ({"v0": [1.0]}, "v0")],
)
def test_what_cannot_be_swept_is_refused(arguments, says):
    with pytest.raises(ValueError, match=says):
        next(prioritized_sweeping(chain(), **{"gamma": 0.9, **arguments}))


def test_a_sum_that_grows_without_end_is_refused_before_the_first_update():
    endless = from_transitions({"a": {"stay": [(1, "a", 1)]}})
    with pytest.raises(EndlessError, match="without end"):
        next(prioritized_sweeping(endless, 1.0))


def test_it_ends_where_floats_of_that_size_can_tell_no_more():
    mdp = from_transitions({"a": {"stay": [(1, "a", 1.0)]}})
    *_, before, last = prioritized_sweeping(mdp, 0.999, every=1, tolerance=1e-300)
    least = 4 * 2.0**-52 * last.v[0]
    assert 0 < last.priority <= least < before.priority
    assert last.v[0] == pytest.approx(1000)
