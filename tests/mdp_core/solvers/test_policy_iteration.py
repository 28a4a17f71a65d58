"""Policy iteration and improvement: the textbook's rounds, ties, and starts of one's own."""

import numpy as np
import pytest

from mdp_core.grid.maps import parse_map
from mdp_core.grid.policies import always_arrows, random_arrows
from mdp_core.grid.presets import world
from mdp_core.grid.world import ACTIONS, GridWorld
from mdp_core.solvers.ending import EndlessError
from mdp_core.solvers.policy import of_actions
from mdp_core.solvers.policy_improvement import policy_improvement
from mdp_core.solvers.policy_iteration import policy_iteration


def test_one_improvement_of_the_random_policy_is_optimal_in_the_two_corners():
    """Sutton & Barto, figure 4.1: the greedy policy on the random policy's values is an optimal one."""
    here = world("corners")
    evaluated, improved, again, last = policy_iteration(here.tabular(), 1.0)
    np.testing.assert_allclose(here.on_map(evaluated.v)[0], [0, -14, -20, -22], atol=1e-9)
    assert (evaluated.phase, improved.phase, improved.changed) == ("evaluation", "improvement", 14)
    np.testing.assert_allclose(
        here.on_map(again.v), [[0, -1, -2, -3], [-1, -2, -3, -2], [-2, -3, -2, -1], [-3, -2, -1, 0]]
    )
    assert (last.round, last.changed) == (2, 0)


def test_improvement_shares_between_equals():
    """The figure's arrows: in a corner of the map that is no end, two ways are equally good."""
    here = world("corners")
    *_, last = policy_iteration(here.tabular(), 1.0)
    arrows = here.on_map(policy_improvement(here.tabular(), last.v, 1.0))
    assert dict(zip(ACTIONS, arrows[0, 3], strict=True)) == {"up": 0, "right": 0, "down": 0.5, "left": 0.5}
    assert dict(zip(ACTIONS, arrows[0, 1], strict=True)) == {"up": 0, "right": 0, "down": 0, "left": 1}


def test_policies_are_whole_in_every_iterate():
    for name in ("lake", "norvig", "jumps"):
        for iterate in policy_iteration(world(name).tabular(), 0.9):
            np.testing.assert_allclose(iterate.policy.sum(axis=1), 1.0)


def test_a_policy_of_ones_own_is_where_it_starts_and_an_optimal_one_stays():
    here = world("lake")
    mdp, right = here.tabular(), always_arrows(here, "right")
    first, *_, last = policy_iteration(mdp, 0.9, policy0=right)
    np.testing.assert_array_equal(first.policy[~mdp.terminal], right[~mdp.terminal])
    assert len(list(policy_iteration(mdp, 0.9, policy0=last.policy))) == 2
    *_, from_random = policy_iteration(mdp, 0.9, policy0=random_arrows(here))
    np.testing.assert_allclose(last.v, from_random.v, atol=1e-12)


def test_undiscounted_it_begins_with_a_policy_that_ends():
    """A cell that costs and cannot be left but at random: the uniform policy ends too; always up does not."""
    here = world("norvig")
    *_, last = policy_iteration(here.tabular(), 1.0)
    np.testing.assert_allclose(here.on_map(last.v)[2, 0], 0.705308, atol=1e-6)
    up = of_actions(here.tabular(), np.zeros(len(here.states), dtype=int))
    with pytest.raises(EndlessError):
        next(policy_iteration(GridWorld(parse_map("step: -1\nS\nG")).tabular(), 1.0, policy0=[[1, 0, 0, 0]] * 2))
    first = next(policy_iteration(here.tabular(), 0.5, policy0=up))
    assert np.isfinite(first.v).all()


def test_undiscounted_a_bad_trap_that_can_be_avoided_does_not_stop_it():
    """From the right-hand cells nothing ends and each step costs: the uniform policy has no sum, the best one has."""
    trap = GridWorld(parse_map("x: jump to y, reward -1\ny: jump to x, reward -1\nG: goal, reward 1\nGS.x\n##.y"))
    mdp = trap.tabular()
    with pytest.raises(EndlessError, match="no policy is sure to come to an end"):
        next(policy_iteration(mdp, 1.0))  # who stands in the trap has no sum at all, and the start can get there
    free = GridWorld(parse_map("x: jump to y, reward 0\ny: jump to x, reward 0\nG: goal, reward 1\nGS.x\n##.y"))
    *_, last = policy_iteration(free.tabular(), 1.0)
    assert last.v.tolist() == [0.0, 1.0, 1.0, 0.0, 1.0, 0.0]


def test_rounds_are_limited():
    with pytest.raises(ValueError, match="did not end within 1 rounds"):
        list(policy_iteration(world("cliff").tabular(), 0.9, max_rounds=1))
