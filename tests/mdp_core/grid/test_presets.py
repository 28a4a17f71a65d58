"""What the presets teach, as numbers."""

import numpy as np
import pytest

from mdp_core.grid.maps import MapError
from mdp_core.grid.presets import PRESETS, preset, world
from mdp_core.grid.world import ACTIONS
from mdp_core.solvers.solution import solve


def v(name, gamma=None, slip=None):
    here = world(name, slip=slip)
    return here.on_map(solve(here.tabular(), preset(name).solve_gamma if gamma is None else gamma).v)


def best(name, cell, gamma, slip=None):
    here = world(name, slip=slip)
    row = solve(here.tabular(), gamma).policy[here.index(cell)]
    return {a: p for a, p in zip(ACTIONS, row.tolist(), strict=True) if p}


def test_an_unknown_name_is_answered_with_the_known_ones():
    with pytest.raises(ValueError, match=r"no grid world “moon”; choose one of lake, cliff, .*lake8"):
        preset("moon")
    with pytest.raises(ValueError, match="no grid world “that”"):
        preset("x" * 1000)
    with pytest.raises(MapError):
        world("lake", "S?")
    assert world("no such", "S.G").map.rows == ("S.G",)


def test_every_preset_says_what_it_teaches():
    for name, p in PRESETS.items():
        assert p.name == name
        assert 0 < len(p.question) <= 120
        assert 20 <= p.max_steps <= 200
        assert p.title
        assert p.source


def test_lake_is_crossed_with_probability_14_17_for_gamma_1():
    assert v("lake", 1.0)[0, 0] == pytest.approx(14 / 17, abs=1e-6)


def test_lake_for_gamma_099():
    expected = [
        [0.54202593, 0.49880319, 0.47069569, 0.4568517],
        [0.55845096, 0.0, 0.35834807, 0.0],
        [0.59179874, 0.64307982, 0.61520756, 0.0],
        [0.0, 0.74172044, 0.86283743, 0.0],
    ]
    np.testing.assert_allclose(v("lake", 0.99), expected, atol=2e-8)
    assert best("lake", (0, 0), 0.99) == {"left": 1.0}
    assert best("lake", (1, 2), 0.99) == {"right": 0.5, "left": 0.5}


def test_lake_for_gamma_09_slippery_and_not():
    assert v("lake", 0.9)[0, 0] == pytest.approx(0.0688909, abs=6e-8)
    assert v("lake", 0.9, slip=0.0)[0, 0] == pytest.approx(0.9**5)


def test_cliff_costs_thirteen():
    assert v("cliff", 1.0)[3, 0] == pytest.approx(-13.0)
    assert best("cliff", (3, 0), 1.0) == {"up": 1.0}


def test_russell_and_norvigs_utilities():
    expected = [[0.812, 0.868, 0.918, 1.0], [0.762, np.nan, 0.660, -1.0], [0.705, 0.655, 0.611, 0.388]]
    np.testing.assert_allclose(v("norvig", 1.0), expected, atol=5.5e-4)
    assert best("norvig", (2, 0), 1.0) == {"up": 1.0}
    assert best("norvig", (2, 3), 1.0) == {"left": 1.0}


@pytest.mark.parametrize(
    ("reward", "cell", "below", "above"),
    [(-0.0850, (2, 1), "right", "left"), (-0.0221, (2, 3), "left", "down")],
)
def test_russell_and_norvigs_policy_changes_at_the_published_rewards(reward, cell, below, above):
    def policy(step):
        text = preset("norvig").text.replace("step: -0.04", f"step: {step}")
        here = world("norvig", text)
        best = solve(here.tabular(), 1.0, tolerance=1e-12).policy.argmax(axis=1)
        return {cell: ACTIONS[a] for cell, a in zip(here.states, best.tolist(), strict=True)}

    one, other = policy(reward - 6e-5), policy(reward + 6e-5)
    assert {c: (one[c], other[c]) for c in one if one[c] != other[c]} == {cell: (below, above)}


def test_two_jumps_for_gamma_09():
    expected = [
        [21.98, 24.42, 21.98, 19.42, 17.48],
        [19.78, 21.98, 19.78, 17.80, 16.02],
        [17.80, 19.78, 17.80, 16.02, 14.42],
        [16.02, 17.80, 16.02, 14.42, 12.98],
        [14.42, 16.02, 14.42, 12.98, 11.68],
    ]
    np.testing.assert_allclose(v("jumps", 0.9), expected, atol=0.0051)
    assert best("jumps", (0, 1), 0.9) == dict.fromkeys(ACTIONS, 0.25)
    assert best("jumps", (1, 0), 0.9) == {"up": 0.5, "right": 0.5}
    # A pays 10 every five steps: the geometric series, exactly
    assert v("jumps", 0.9)[0, 1] == pytest.approx(10 / (1 - 0.9**5), abs=1e-7)


def test_two_jumps_for_a_random_walker():
    mdp = world("jumps").tabular()
    S = mdp.shape[0]
    P, r = np.zeros((S, S)), mdp.expected_reward.mean(axis=1)
    for s in range(S):
        for a in range(4):
            P[s, mdp.next_state[s, a, 0]] += 0.25
    values = world("jumps").on_map(np.linalg.solve(np.eye(S) - 0.9 * P, r))
    np.testing.assert_allclose(values[0], [3.31, 8.79, 4.43, 5.32, 1.49], atol=0.0051)
    np.testing.assert_allclose(values[4], [-1.86, -1.35, -1.23, -1.42, -1.98], atol=0.0051)


@pytest.mark.parametrize("gamma", [0.5, 0.9, 1.0])
def test_corridor_is_gamma_to_the_moves_that_are_left(gamma):
    np.testing.assert_allclose(v("corridor", gamma)[0, :20], gamma ** np.arange(19, -1, -1.0), atol=1e-9)


def test_chain_flips_at_the_fourth_root_of_one_half():
    flip = 4 ** (-1 / 8)
    assert flip == pytest.approx(0.8408964, abs=1e-7)
    assert best("chain", (0, 2), flip - 1e-4) == {"left": 1.0}
    assert best("chain", (0, 2), flip + 1e-4) == {"right": 1.0}
    assert best("chain", (0, 2), flip) == {"right": 0.5, "left": 0.5}
    assert v("chain", flip)[0, 2] == pytest.approx(flip)


def test_corners_cost_the_steps_to_the_nearest():
    np.testing.assert_allclose(
        v("corners", 1.0), [[0, -1, -2, -3], [-1, -2, -3, -2], [-2, -3, -2, -1], [-3, -2, -1, 0]]
    )


def test_maze_is_fourteen_moves():
    assert v("maze", 0.95)[2, 0] == pytest.approx(0.95**13)


def test_wind_takes_fifteen_steps():
    assert v("wind", 1.0)[3, 0] == pytest.approx(-15.0)


def test_coin_is_worth_more_than_the_goal_to_who_is_paid_for_it():
    gamma = preset("coin").solve_gamma
    here = world("coin")
    goal_at_once = 0.2 * gamma**2 + gamma**5
    # three moves to the coin, then on it again every second move, for ever
    for_ever = 0.2 * gamma**2 / (1 - gamma**2)
    assert solve(here.tabular(), gamma).v[here.index((1, 0))] == pytest.approx(for_ever, abs=1e-8)
    assert for_ever > goal_at_once


@pytest.mark.parametrize("name", list(PRESETS))
@pytest.mark.parametrize("slip", [0.0, 0.1, 0.5, 0.9, 1.0])
def test_the_greedy_policy_exists_at_every_slip(name, slip):
    solution = solve(world(name, slip=slip).tabular(), preset(name).solve_gamma)
    assert np.all(np.isfinite(solution.v))


def test_reinforcejs_grid_can_be_said_as_a_map():
    """Paid on leaving, a jump from the goal to the corner, no actions off the map."""
    walls = {(2, c) for c in (1, 2, 3, 4, 6, 7, 8)} | {(r, 4) for r in range(3, 8)}
    bad = {divmod(s, 10)[::-1] for s in (54, 64, 65, 85, 86, 37, 33, 67, 57)}  # s = 10 column + row
    signs = {(0, 0): "S", (5, 5): "G", **dict.fromkeys(walls, "#"), **dict.fromkeys(bad, "x")}
    rows = ["".join(signs.get((r, c), ".") for c in range(10)) for r in range(10)]
    head = ["pays: leaving", "edges: forbidden", "G: jump to S, reward 1", "x: reward -1", ""]
    here = world("own", "\n".join([*head, *rows]))
    values = here.on_map(solve(here.tabular(), 0.9).v)
    expected = [
        [0.22, 0.25, 0.27, 0.3, 0.34, 0.38, 0.34, 0.3, 0.34, 0.38],
        [0.25, 0.27, 0.3, 0.34, 0.38, 0.42, 0.38, 0.34, 0.38, 0.42],
        [0.22, np.nan, np.nan, np.nan, np.nan, 0.46, np.nan, np.nan, np.nan, 0.46],
        [0.2, 0.22, 0.25, -0.78, np.nan, 0.52, 0.57, 0.64, 0.57, 0.52],
        [0.22, 0.25, 0.27, 0.25, np.nan, 0.08, -0.36, 0.71, 0.64, 0.57],
        [0.25, 0.27, 0.3, 0.27, np.nan, 1.2, 0.08, 0.79, -0.29, 0.52],
        [0.27, 0.3, 0.34, 0.3, np.nan, 1.08, 0.97, 0.87, -0.21, 0.57],
        [0.31, 0.34, 0.38, -0.58, np.nan, -0.03, -0.13, 0.79, 0.71, 0.64],
        [0.34, 0.38, 0.42, 0.46, 0.52, 0.57, 0.64, 0.71, 0.64, 0.57],
        [0.31, 0.34, 0.38, 0.42, 0.46, 0.52, 0.57, 0.64, 0.57, 0.52],
    ]
    np.testing.assert_allclose(values, expected, atol=0.0051)
