"""Worlds of the published kinds with other walls, slips, prices, discounts and sizes, against formulas."""

from collections import deque

import gymnasium
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mdp_core.grid.gymnasium_table import from_gymnasium
from mdp_core.grid.world import ACTIONS, MOVES
from mdp_core.solvers.backward_induction import plan
from mdp_core.solvers.policy import of_actions, uniform
from mdp_core.solvers.policy_evaluation import policy_values
from mdp_core.solvers.policy_iteration import policy_iteration
from mdp_core.solvers.solution import solve
from mdp_core.solvers.value_iteration import value_iteration
from tests.published import worlds


@settings(max_examples=40)
@given(st.integers(0, 2**32 - 1), st.sampled_from([0.5, 0.95, 1.0]))
def test_a_maze_is_worth_gamma_to_the_length_of_the_way(seed, gamma):
    rng = np.random.default_rng(seed)
    rows, columns = rng.integers(2, 9, size=2)
    signs = np.where(rng.random((rows, columns)) < 0.25, "#", ".")
    signs[0, 0], signs[-1, -1] = "S", "G"
    here = worlds.grid(map("".join, signs))
    steps = {(int(rows) - 1, int(columns) - 1): 0}
    queue = deque(steps)
    while queue:
        r, c = queue.popleft()
        for dr, dc in MOVES:
            cell = (r + dr, c + dc)
            if cell in here.states and cell not in steps:
                steps[cell] = steps[r, c] + 1
                queue.append(cell)
    expected = [gamma ** (steps[s] - 1) if steps.get(s) else 0.0 for s in here.states]
    np.testing.assert_allclose(solve(here.tabular(), gamma).v, expected, atol=1e-9)


@pytest.mark.parametrize("n", [2, 3, 8])
def test_a_slippery_corridor_is_a_geometric_series(n):
    """Between walls, going sideways is staying: a step ahead with 1 - slip, else another try, each try at the price 1."""
    for slip in (0.0, 0.3, 0.6):
        here = worlds.grid(["S" + "." * (n - 1) + "G"], f"slip: {slip}", "step: -1", "G: goal, reward -1")
        v = solve(here.tabular(), 1.0).v
        np.testing.assert_allclose(v, [-(n - i) / (1 - slip) for i in range(n)] + [0.0], atol=1e-9)
        discounted = solve(here.tabular(), 0.8).v[n - 1]
        assert discounted == pytest.approx(-1 / (1 - 0.8 * slip))


@pytest.mark.parametrize(("rows", "columns", "fall"), [(2, 5, -100), (4, 12, -5), (3, 8, -1)])
def test_cliffs_of_other_sizes(rows, columns, fall):
    edge = "S" + "C" * (columns - 2) + "G"
    here = worlds.grid(
        ["." * columns] * (rows - 1) + [edge], "step: -1", f"C: cliff, reward {fall}", "G: goal, reward -1"
    )
    assert solve(here.tabular(), 1.0).v @ here.tabular().start == pytest.approx(-(columns + 1))


@pytest.mark.parametrize("gamma", [0.5, 0.9, 0.99])
@pytest.mark.parametrize(("distance", "reward"), [(3, 7.0), (5, 10.0)])
def test_a_jump_for_ever(gamma, distance, reward):
    """Exercise 3.24 in other sizes: v(A) = reward / (1 - gamma^(distance + 1))."""
    env = {
        "size": [distance + 2, 3],
        "special": {"A": {"cell": [0, 1], "all_actions_to": [distance, 1], "reward": reward}},
        "off_grid": {"reward": -1},
        "other_reward": 0,
    }
    here = worlds.jumps(env)
    v = solve(here.tabular(), gamma).v
    assert v[here.index((0, 1))] == pytest.approx(reward / (1 - gamma ** (distance + 1)))


@pytest.mark.parametrize("goal", [8, 50, 100])
@pytest.mark.parametrize("p", [0.25, 0.4, 0.5, 0.55])
def test_gamblers(goal, p):
    """Timid play is a walk whose chances are known; no play is better than it at p >= 1/2, bold play is at p < 1/2."""
    table = worlds.gambler(p, goal)
    timid = of_actions(table, np.zeros(table.shape[0], dtype=int))
    ratio = (1 - p) / p
    known = {s: s / goal if p == 0.5 else (1 - ratio**s) / (1 - ratio**goal) for s in range(1, goal)} | {0: 0, goal: 0}
    expected = np.array([known[s] for s in table.states])
    np.testing.assert_allclose(policy_values(table, timid, 1.0), expected, atol=1e-9)
    best = solve(table, 1.0).v
    if p >= 0.5:
        np.testing.assert_allclose(best, expected, atol=1e-9)
    else:
        assert best[table.states.index(goal // 2)] == pytest.approx(p)
        assert np.all(best >= expected - 1e-12)


@pytest.mark.parametrize("gamma", [0.5, 0.9, 0.99])
@pytest.mark.parametrize(("alpha", "beta"), [(0.8, 0.5), (0.3, 0.1), (0.95, 0.9)])
def test_recycling_robots_that_search_and_recharge(alpha, beta, gamma):
    table = worlds.recycling_robot(alpha, beta, 2.0, 1.0)
    chosen = of_actions(table, [table.actions_named.index(a) for a in ("search", "recharge")])
    high = 2.0 / (1 - gamma * (alpha + (1 - alpha) * gamma))
    np.testing.assert_allclose(policy_values(table, chosen, gamma), [high, gamma * high])
    assert np.all(solve(table, gamma).v >= [high - 1e-8, gamma * high - 1e-8])


@pytest.mark.parametrize("beta", [0.0, 0.3, 0.8, 0.95, 0.999])
def test_puterman_s_two_states_at_every_discount(beta):
    """Above 10/11 it is better to stay: v(0) = (5 - 5.5 b) / ((1 - b/2)(1 - b)); below it to move: 10 - b / (1 - b)."""
    v = solve(worlds.two_states(), beta).v
    stay = (5 - 5.5 * beta) / ((1 - 0.5 * beta) * (1 - beta))
    move = 10 - beta / (1 - beta)
    np.testing.assert_allclose(v, [max(stay, move), -1 / (1 - beta)], atol=1e-8)
    assert (stay > move) == (beta > 10 / 11)


@pytest.mark.parametrize("ages", [2, 3, 10, 40])
@pytest.mark.parametrize(("fire", "gamma"), [(0.1, 0.9), (0.0, 0.5), (0.6, 0.96)])
def test_woods_of_every_age(ages, fire, gamma):
    """Waiting for ever, from the oldest age: v = 4 + gamma (p v_0 + (1 - p) v), v_0 = c v with the way there discounted."""
    table = worlds.forest(ages, fire)
    v = policy_values(table, of_actions(table, np.zeros(ages, dtype=int)), gamma)
    young = gamma * (1 - fire)
    share = (1 - young) * young ** (ages - 1) / (1 - young - gamma * fire * (1 - young ** (ages - 1)))
    oldest = 4 / (1 - gamma * (fire * share + 1 - fire))
    np.testing.assert_allclose([v[-1], v[0]], [oldest, share * oldest], atol=1e-12)
    *_, best = policy_iteration(table, gamma)
    np.testing.assert_allclose(solve(table, gamma).v, best.v, atol=1e-8)


@pytest.mark.parametrize("n", [1, 4, 9])
def test_slippery_walks_are_gamblers_ruins(n):
    """Staying does not change who wins: a walk with 3/4 ahead and 1/4 back."""
    table = worlds.slippery_walk(n)
    order = [table.states.index(s) for s in range(n + 2)]
    expected = [0.0, *((1 - 3.0**-s) / (1 - 3.0 ** -(n + 1)) for s in range(1, n + 1)), 0.0]
    np.testing.assert_allclose(solve(table, 1.0).v[order], expected, atol=1e-12)


@pytest.mark.parametrize("reward", [-2.0, -0.4, -0.04, 0.0])
@pytest.mark.parametrize("noise", [0.0, 0.2, 0.5])
def test_the_4x3_world_at_other_prices_satisfies_its_equation(reward, noise):
    """U(s) = R(s) + max of the expected U behind it, for all nine cells, read off the map and not off the tables."""
    here = worlds.aima(reward, noise)
    U = here.on_map(solve(here.tabular(), 1.0).v)
    assert (U[0, 3], U[1, 3]) == (1.0, -1.0)

    def landing(r, c, a):
        to = (r + MOVES[a][0], c + MOVES[a][1])
        inside = 0 <= to[0] < 3 and 0 <= to[1] < 4 and to != (1, 1)
        return U[to] if inside else U[r, c]

    for r, c in [(r, c) for r in range(3) for c in range(4) if (r, c) not in [(1, 1), (0, 3), (1, 3)]]:
        best = max(
            (1 - noise) * landing(r, c, a) + noise / 2 * (landing(r, c, (a + 1) % 4) + landing(r, c, (a - 1) % 4))
            for a in range(len(ACTIONS))
        )
        assert U[r, c] == pytest.approx(reward + best, abs=1e-9)


@pytest.mark.parametrize("size", [4, 8])
@pytest.mark.parametrize("rate", [0.2, 1 / 3, 0.8])
def test_lakes_of_gymnasium_as_maps_of_ours(size, rate):
    """The same ice, once from Gymnasium's table and once typed: the same values, for every chance of success."""
    env = gymnasium.make("FrozenLake-v1", map_name=f"{size}x{size}", is_slippery=True, success_rate=rate)
    theirs = from_gymnasium(env)
    rows = ["".join(sign.decode() for sign in row) for row in env.unwrapped.desc]
    ours = worlds.grid(rows, f"slip: {1 - rate!r}").tabular()
    for gamma in (0.9, 0.99, 1.0):
        np.testing.assert_allclose(solve(ours, gamma).v, solve(theirs, gamma).v, atol=2e-9)
    np.testing.assert_allclose(plan(ours, 1.0, 100).v[0], plan(theirs, 1.0, 100).v[0], atol=1e-12)
    assert (
        plan(theirs, 1.0, 100).v[0, 0] < solve(theirs, 1.0).v[0]
    )  # Gymnasium's own limit of 100 steps costs something


def test_two_corners_of_other_sizes_by_both_kinds_of_sweep():
    """In a row with an end at each side the random walk takes s (n - s) moves, four tries each two of which go nowhere."""
    for n in (3, 6, 11):
        here = worlds.corners({"size": [1, n], "terminal_cells": [[0, 0], [0, n - 1]]})
        v = policy_values(here.tabular(), uniform(here.tabular()), 1.0)
        np.testing.assert_allclose(v, [-2.0 * s * (n - 1 - s) for s in range(n)], atol=1e-9)
        *_, last = value_iteration(here.tabular(), 1.0)
        assert last.v.tolist() == [-min(s, n - 1 - s) for s in range(n)]
