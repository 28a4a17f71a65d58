"""Solutions: what solve returns, and that it says so when there is none."""

import numpy as np
import pytest

from mdp_core.grid.maps import parse_map
from mdp_core.grid.presets import world
from mdp_core.grid.world import GridWorld
from mdp_core.solvers.ending import EndlessError
from mdp_core.solvers.policy_evaluation import policy_values
from mdp_core.solvers.policy_iteration import policy_iteration
from mdp_core.solvers.solution import solve
from mdp_core.tabular import TabularMDP
from mdp_core.transitions import from_transitions


def test_a_solution_by_hand():
    # Right pays 0.5 and ends; down pays -1 for one step, then 2 at the end.
    mdp = GridWorld(parse_map("step: -1\nr: goal, reward 0.5\nd: goal, reward 2\nSr\n.#\nd#")).tabular()
    solution = solve(mdp, 0.9)
    np.testing.assert_allclose(solution.v[0], -1 + 0.9 * 2)
    np.testing.assert_allclose(solution.q[0], [-1 + 0.9 * 0.8, 0.5, 0.8, -1 + 0.9 * 0.8])
    assert solution.policy[0].tolist() == [0, 0, 1, 0]
    assert solution.gamma == 0.9
    assert solution.residual == 0.0
    assert solution.error == 0.0


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
    with pytest.raises(
        EndlessError, match=r"rewards can be collected for ever, .* take gamma below 1, or a finite horizon"
    ):
        solve(world("jumps").tabular(), 1.0)
    with pytest.raises(ValueError, match="did not settle within 0 rounds"):
        solve(world("lake").tabular(), 0.9, max_rounds=0)


def test_a_circle_that_gains_has_no_value_at_gamma_one():
    """Around the coin costs 1 and pays 3: told while improving, since rewards of both signs could cancel."""
    round_trip = GridWorld(parse_map("step: -1\nc: reward 3\nScG")).tabular()
    with pytest.raises(EndlessError, match="goes on for ever and is paid"):
        solve(round_trip, 1.0)
    # A cheaper coin is taken once on the way: 0.5 - 1 for a turn more would be a loss.
    assert solve(GridWorld(parse_map("step: -1\nc: reward 0.5\nScG")).tabular(), 1.0).v[0] == pytest.approx(1.5)


def test_a_goal_behind_a_wall_has_no_value_at_gamma_one():
    walled = GridWorld(parse_map("step: -1\nS#G")).tabular()
    with pytest.raises(EndlessError, match=r"From state \(0, 0\) no policy is sure to come to an end") as caught:
        solve(walled, 1.0)
    assert caught.value.states == (0,)
    assert solve(walled, 0.9).v[0] == pytest.approx(-10.0)


def test_what_no_start_can_reach_spoils_nothing():
    solution = solve(GridWorld(parse_map("step: -1\nG: goal, reward 0\nS.G#.")).tabular(), 1.0)
    np.testing.assert_allclose(solution.v, [-1.0, 0.0, 0.0, np.nan])
    assert np.isnan(solution.q[3]).all()
    np.testing.assert_allclose(solution.policy.sum(axis=1), 1.0)
    # Nothing is paid in there: then 0 is right.
    assert solve(GridWorld(parse_map("S.G#.")).tabular(), 1.0).v.tolist() == [1.0, 1.0, 0.0, 0.0]


def test_going_around_for_nothing_is_better_than_a_pit():
    mdp = GridWorld(parse_map("H: pit, reward -1\nS.H")).tabular()
    assert solve(mdp, 1.0).v.tolist() == [0.0, 0.0, 0.0]
    assert solve(mdp, 1.0, v0=[-1.0, -1.0, 0.0]).v.tolist() == [0.0, 0.0, 0.0]


def test_undiscounted_values_from_before_an_edit_do_not_stay():
    """Where walking in circles is free, old values satisfy Bellman's equation too, though nothing pays them any more."""
    old = solve(GridWorld(parse_map("G: goal, reward 5\nS..G")).tabular(), 1.0).v
    assert old.tolist() == [5.0, 5.0, 5.0, 0.0]
    cheaper = GridWorld(parse_map("G: goal, reward 2\nS..G")).tabular()
    assert solve(cheaper, 1.0, v0=old).v.tolist() == [2.0, 2.0, 2.0, 0.0]


@pytest.mark.parametrize("gamma", [0.9, 0.99, 0.9999, 1.0])
def test_an_edit_starts_from_the_old_values_and_ends_where_a_fresh_start_does(gamma):
    rows = ["S...H...", "..#.....", "..#..H..", ".......G"]
    before = solve(GridWorld(parse_map("\n".join(["slip: 0.2", *rows]))).tabular(), gamma)
    rows[3] = ".....#.G"
    after = GridWorld(parse_map("\n".join(["slip: 0.2", *rows]))).tabular()
    old = np.delete(before.v, 3 * 8 + 5 - 2)  # one state less
    np.testing.assert_allclose(solve(after, gamma, v0=old).v, solve(after, gamma).v, atol=2e-9)


@pytest.mark.parametrize("tolerance", [1e-1, 1e-3, 1e-6, 1e-9])
@pytest.mark.parametrize("name", ["lake8", "norvig", "jumps", "coin", "wind"])
def test_the_error_is_bounded_as_promised(name, tolerance):
    mdp = world(name).tabular()
    for gamma in (0.5, 0.9, 0.99, 0.999):
        *_, exact = policy_iteration(mdp, gamma)
        solution = solve(mdp, gamma, tolerance=tolerance)
        rounding = 1e-12 * np.abs(exact.v).max() / (1 - gamma)
        assert np.abs(solution.v - exact.v).max() <= solution.error + rounding
        assert solution.error <= tolerance


def test_a_large_world_is_solved():
    """100 by 100, with holes: v is what Bellman's equation makes of it, within the tolerance."""
    rng = np.random.default_rng(7)
    signs = np.where(rng.random((100, 100)) < 0.05, "H", ".")
    signs[0, 0], signs[99, 99] = "S", "G"
    mdp = GridWorld(parse_map("\n".join(["slip: 0.2", *map("".join, signs)]))).tabular()
    solution = solve(mdp, 0.99, tolerance=1e-6)
    backed_up = np.where(mdp.terminal, 0.0, mdp.q_from_v(solution.v, 0.99).max(axis=1))
    assert np.abs(backed_up - solution.v).max() * 0.99 / 0.01 <= 1e-6
    assert 0.05 < solution.v[0] < 0.99**198


def test_a_large_reward_does_not_ask_for_more_than_a_float_can_hold():
    solution = solve(GridWorld(parse_map("step: 1000000\nS.")).tabular(), 0.999)
    assert solution.v[0] == pytest.approx(1e9, rel=1e-9)


@pytest.mark.parametrize("gamma", [0.9, 0.999, 1.0])
def test_a_long_way_is_solved(gamma):
    """3,000 steps in a row, each at the price 1: -(1 - gamma^n) / (1 - gamma) with n steps left."""
    n = 3_000
    mdp = from_transitions({i: {"back": [(1.0, max(i - 1, 0), -1.0)], "on": [(1.0, i + 1, -1.0)]} for i in range(n)})
    left = np.arange(n, -1, -1)
    expected = -left if gamma == 1.0 else -(1 - gamma**left) / (1 - gamma)
    np.testing.assert_allclose(solve(mdp, gamma).v, expected, atol=1e-8)


@pytest.mark.parametrize("gamma", [0.9, 0.9999])
def test_a_world_where_all_is_near_to_all_is_solved(gamma):
    """No factorisation stays small there; 2,000 states, four successors a pair."""
    rng = np.random.default_rng(3)
    shape = (2_000, 2, 4)
    mdp = TabularMDP(
        next_state=rng.integers(0, 2_000, shape).astype(np.int32),
        probability=rng.dirichlet(np.ones(4), shape[:2]),
        reward=rng.normal(size=shape),
        terminated=np.zeros(shape, dtype=bool),
        allowed=np.ones(shape[:2], dtype=bool),
        terminal=np.zeros(2_000, dtype=bool),
        start=np.eye(1, 2_000)[0],
        states=range(2_000),
        actions_named=range(2),
    )
    solution = solve(mdp, gamma, tolerance=1e-6)
    backed_up = mdp.q_from_v(solution.v, gamma).max(axis=1)
    assert np.abs(backed_up - solution.v).max() * gamma / (1 - gamma) <= 1e-6
    v = policy_values(mdp, solution.policy, gamma)
    np.testing.assert_allclose(v, solution.v, atol=2e-6)
