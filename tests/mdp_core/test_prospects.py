"""Prospects: the gamma at which the best action flips, against the solver that knows nothing of it."""

import pytest

from mdp_core.grid.presets import world
from mdp_core.prospects import crossing, prospects
from mdp_core.solvers.solution import solve


def test_the_chain_has_a_near_and_a_far_reward():
    near, far = prospects(world("chain").tabular())
    assert (near.reward, near.delay, far.reward, far.delay) == (1.0, 1, 4.0, 9)
    assert far.returns([0.5, 1.0]).tolist() == [4 / 512, 4.0]


@pytest.mark.parametrize(
    "rows",
    ["1.S.........4", "1S.4", "1.......S.........4", "1..\n.S.\n...\n..4"],
    ids=["chain", "near", "long", "square"],
)
def test_the_solver_turns_round_at_the_crossing(rows):
    here = world("", f"1: goal, reward 1\n4: goal, reward 4\n\n{rows}")
    table, s = here.tabular(), here.index(here.initial_state())
    near, far = prospects(table)
    gamma = crossing(near, far)
    assert gamma == pytest.approx(4 ** (-1 / (far.delay - near.delay)), rel=1e-12)
    below, above = (solve(table, gamma + step).policy[s] for step in (-1e-4, 1e-4))
    assert not (below * above).any()  # no action is best on both sides
    assert solve(table, gamma, tolerance=1e-12).v[s] == pytest.approx(float(near.returns([gamma])[0]))


def test_no_crossing_where_one_is_better_at_every_gamma():
    near, far = prospects(world("", "4: goal, reward 4\n1: goal, reward 1\n\n4S...1").tabular())
    assert crossing(near, far) is None


def test_a_goal_behind_a_wall_is_no_prospect():
    assert prospects(world("", "G.S#G").tabular()) == prospects(world("", "G.S").tabular())


@pytest.mark.parametrize(("name", "why"), [("lake", "not certain"), ("cliff", "on the way"), ("jumps", "on the way")])
def test_worlds_where_the_choice_is_another_one(name, why):
    with pytest.raises(ValueError, match=why):
        prospects(world(name).tabular())
