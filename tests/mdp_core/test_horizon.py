"""What is to be expected within n steps."""

import numpy as np
import pytest

from mdp_core.grid.policies import always_arrows, random_arrows
from mdp_core.grid.presets import world
from mdp_core.horizon import ended_by, expected_rewards, found_by
from mdp_core.learners.policy_value import start_values


def test_two_steps_by_hand():
    """A corridor S . G walked at random: a quarter of the moves goes right, three quarters stay or go back."""
    here = world("", "S.G")
    table, arrows = here.tabular(), random_arrows(here)
    # The goal needs two moves: right, right at once 1/16. After three moves: also right-stay-right (1/2 of the moves from
    # the middle stay: up and down) and stay-right-right (3/4 of those from the start): 1/16 * (1 + 1/2 + 3/4).
    assert ended_by(table, arrows, 3) == pytest.approx([0, 0, 1 / 16, 1 / 16 * (1 + 1 / 2 + 3 / 4)])
    assert expected_rewards(table, arrows, 3) == pytest.approx([0, 1 / 16, 1 / 16 * (1 / 2 + 3 / 4)])


@pytest.mark.parametrize(("name", "gamma"), [("lake", 0.99), ("cliff", 0.9), ("jumps", 0.9), ("norvig", 1.0)])
def test_a_long_horizon_gives_the_value_of_the_linear_system(name, gamma):
    table, arrows = world(name).tabular(), random_arrows(world(name))
    steps = 3_000
    value = expected_rewards(table, arrows, steps) @ gamma ** np.arange(steps)
    assert value == pytest.approx(float(start_values(table, arrows, gamma)), rel=1e-9)


def test_the_robot_that_goes_right_is_at_the_goal_after_twenty_moves():
    table, arrows = world("corridor").tabular(), always_arrows(world("corridor"), "right")
    assert found_by(table, arrows, 20).tolist() == [0.0] * 20 + [1.0]


def test_a_reward_that_ends_nothing_is_found_once():
    """In the world of the wrong reward the coin lies three cells away and may be taken again and again."""
    table, arrows = world("coin").tabular(), always_arrows(world("coin"), "right")
    found, ended = found_by(table, arrows, 6), ended_by(table, arrows, 6)
    assert found.tolist() == [0, 0, 0, 1, 1, 1, 1]
    assert ended.tolist() == [0, 0, 0, 0, 0, 0, 1]


def test_a_hole_ends_the_walk_and_finds_nothing():
    table, arrows = world("lake").tabular(), random_arrows(world("lake"))
    found, ended = found_by(table, arrows, 500), ended_by(table, arrows, 500)
    assert found[-1] == pytest.approx(
        float(start_values(table, arrows, 1.0))
    )  # one reward of 1: its chance is its value
    assert ended[-1] == pytest.approx(1.0)
    assert np.all(np.diff(found) >= 0)


def test_wrong_arguments():
    table, arrows = world("lake").tabular(), random_arrows(world("lake"))
    with pytest.raises(ValueError, match="negative"):
        expected_rewards(table, arrows, -1)
    with pytest.raises(ValueError, match="shape"):
        ended_by(table, arrows[:3], 5)
