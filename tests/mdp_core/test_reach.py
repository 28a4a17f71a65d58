"""Reach and histories, against maps that can be walked with a finger."""

from itertools import pairwise

import gymnasium
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdp_core.grid.gymnasium_table import from_gymnasium
from mdp_core.grid.maps import parse_map
from mdp_core.grid.presets import PRESETS, world
from mdp_core.grid.world import GridWorld
from mdp_core.reach import distances, reachable, two_histories
from tests.mdp_core.solvers.random_mdps import random_mdp


def steps(text):
    made = GridWorld(parse_map(text))
    return dict(zip(made.states, distances(made.tabular()).tolist(), strict=True))


def test_the_fewest_steps_go_around_walls():
    assert steps("S#.\n...") == {(0, 0): 0, (0, 2): 4, (1, 0): 1, (1, 1): 2, (1, 2): 3}


def test_nobody_walks_on_behind_a_goal():
    assert steps("SG.") == {(0, 0): 0, (0, 1): 1, (0, 2): -1}


def test_a_slip_leads_where_no_action_does():
    far = steps("slip: 0.1\nedges: forbidden\n\nS.\n..")
    assert far == {(0, 0): 0, (0, 1): 1, (1, 0): 1, (1, 1): 2}


def test_the_wind_keeps_cells_out_of_reach():
    assert int(reachable(world("wind").tabular()).sum()) == 63  # of 70, as counted on Sutton & Barto's figure


def test_the_taxi_reaches_404_of_500_states():
    """Gymnasium's documentation: 400 during an episode, and 4 when a passenger has been dropped off."""
    table = from_gymnasium(gymnasium.make("Taxi-v4"))
    assert int(reachable(table).sum()) == 404


def test_the_cliff_is_no_place_to_stand():
    table = from_gymnasium(gymnasium.make("CliffWalking-v1"))
    seen = reachable(table)
    assert np.flatnonzero(~seen).tolist() == list(range(37, 47))


def test_another_start_may_be_given():
    made = world("corridor")
    assert distances(made.tabular(), start=20)[0] == -1  # the goal, behind which nothing comes
    assert distances(made.tabular(), start=19).max() == 19


def test_two_ways_around_a_wall():
    made = GridWorld(parse_map("S..\n.#.\n..."))
    a, b = two_histories(made.tabular(), made.index((2, 2)))
    assert sorted([[made.states[s] for s in a][1], [made.states[s] for s in b][1]]) == [(0, 1), (1, 0)]
    assert len(a) == len(b) == 5


def test_in_a_corridor_the_other_history_bumps_or_turns_around():
    made = world("corridor")
    a, b = two_histories(made.tabular(), 3)
    assert a == [0, 1, 2, 3]
    assert b != a
    assert b[-1] == 3


def test_there_are_not_always_two():
    assert two_histories(GridWorld(parse_map("S#G")).tabular(), 1) is None
    assert two_histories(GridWorld(parse_map("edges: forbidden\n\nSG")).tabular(), 1) is None


@given(st.sampled_from(sorted(PRESETS)), st.integers(0, 200), st.integers(0, 9))
def test_histories_are_walks_that_may_happen(name, target, variant):
    made = world(name)
    table = made.tabular()
    target %= len(made.states)
    found = two_histories(table, target, variant)
    if distances(table)[target] < 0:
        assert found is None
    if found is None:
        return
    assert found[0] != found[1]
    for walk in found:
        assert (walk[0], walk[-1]) == (table.initial_state(), target)
        for s, after in pairwise(walk):
            assert not table.terminal[s]
            assert np.any((table.next_state[s] == after) & (table.probability[s] > 0))
    assert len(found[0]) - 1 == distances(table)[target]


@pytest.mark.parametrize("name", sorted(PRESETS))
def test_distances_agree_with_powers_of_the_graph(name):
    table = world(name).tabular()
    S = table.shape[0]
    leads = np.zeros((S, S), dtype=bool)
    for s in np.flatnonzero(~table.terminal):
        leads[s, table.next_state[s][table.probability[s] > 0]] = True
    seen = table.start > 0
    expected = np.where(seen, 0, -1)
    for step in range(1, S):
        seen = seen | (seen & ~table.terminal) @ leads
        expected[(expected < 0) & seen] = step
    assert distances(table).tolist() == expected.tolist()


@given(st.integers(0, 10_000), st.integers(0, 6))
def test_distances_are_those_of_a_search_step_by_step(seed, start):
    """Some of these steps end the episode: what they lead to is reached, and nothing behind it by them."""
    table = random_mdp(seed, S=7, A=2, K=2, ends=0.3)
    steps, walking, step = {start: 0}, {start}, 0
    at = walking
    while at:
        step += 1
        outcomes = [o for s in at if not table.terminal[s] for a in table.actions(s) for o, _ in table.transition(s, a)]
        for outcome in outcomes:
            steps.setdefault(outcome.next_state, step)
        at = {o.next_state for o in outcomes if not o.terminated} - walking
        walking = walking | at
    assert distances(table, start).tolist() == [steps.get(s, -1) for s in range(table.shape[0])]
