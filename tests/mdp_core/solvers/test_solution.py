"""Solutions: what solve returns, and that it says so when there is none."""

import numpy as np
import pytest

from mdp_core.grid.maps import parse_map
from mdp_core.grid.presets import world
from mdp_core.grid.world import GridWorld
from mdp_core.solvers.solution import solve


def test_a_solution_by_hand():
    # Right pays 0.5 and ends; down pays -1 for one step, then 2 at the end.
    mdp = GridWorld(parse_map("step: -1\nr: goal, reward 0.5\nd: goal, reward 2\nSr\n.#\nd#")).tabular()
    solution = solve(mdp, 0.9)
    np.testing.assert_allclose(solution.v[0], -1 + 0.9 * 2)
    np.testing.assert_allclose(solution.q[0], [-1 + 0.9 * 0.8, 0.5, 0.8, -1 + 0.9 * 0.8])
    assert solution.policy[0].tolist() == [0, 0, 1, 0]
    assert solution.gamma == 0.9
    assert solution.iterations == 3
    assert solution.residual == 0.0


def test_v_and_q_satisfy_bellmans_optimality_equation():
    mdp = world("norvig").tabular()
    solution = solve(mdp, 1.0)
    np.testing.assert_allclose(np.where(mdp.terminal, 0, solution.q.max(axis=1)), solution.v, atol=1e-9)
    np.testing.assert_allclose(solution.policy.sum(axis=1), 1.0)
    assert np.all(solution.q[solution.policy > 0] >= np.repeat(solution.v, (solution.policy > 0).sum(axis=1)) - 1e-8)


def test_forbidden_actions_are_never_chosen():
    here = GridWorld(parse_map("edges: forbidden\nS.\n.."))
    solution = solve(here.tabular(), 0.9)
    assert solution.q[0, 0] == -np.inf
    assert solution.policy[0].tolist() == [0.0, 0.5, 0.5, 0.0]


def test_reward_for_ever_has_no_value_at_gamma_one():
    with pytest.raises(ValueError, match=r"did not settle within 1000 sweeps; .* take gamma below 1"):
        solve(world("jumps").tabular(), 1.0, max_sweeps=1000)
    with pytest.raises(ValueError, match="did not settle within 0 sweeps"):
        solve(world("lake").tabular(), 0.9, max_sweeps=0)


def test_a_goal_behind_a_wall_has_no_value_at_gamma_one():
    walled = GridWorld(parse_map("step: -1\nS#G")).tabular()
    with pytest.raises(ValueError, match="did not settle"):
        solve(walled, 1.0, max_sweeps=500)
    assert solve(walled, 0.9).v[0] == pytest.approx(-10.0)


def test_a_large_reward_does_not_ask_for_more_than_a_float_can_hold():
    solution = solve(GridWorld(parse_map("step: 1000000\nS.")).tabular(), 0.999)
    assert solution.v[0] == pytest.approx(1e9, rel=1e-9)
