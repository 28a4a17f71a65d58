"""Every published number of `tables.json`, through the public API; an entry without a test is a test that fails.

Those of RLHF are in `rlhf.json`, and `test_rlhf.py` is their test.
"""

import json
from collections import Counter
from pathlib import Path

import gymnasium
import numpy as np
import pytest

from mdp_core.grid.gymnasium_table import from_gymnasium
from mdp_core.grid.presets import world as preset_world
from mdp_core.grid.world import ACTIONS
from mdp_core.returns import returns_to_go
from mdp_core.solvers.average_reward import average_reward, relative_value_iteration
from mdp_core.solvers.backward_induction import plan
from mdp_core.solvers.policy import of_actions, uniform
from mdp_core.solvers.policy_evaluation import policy_evaluation, policy_values
from mdp_core.solvers.policy_iteration import policy_iteration
from mdp_core.solvers.solution import solve
from mdp_core.solvers.span import span_sweeps, until_span
from mdp_core.solvers.value_iteration import value_iteration, value_iteration_in_place
from mdp_core.transitions import from_transitions
from tests.mdp_core import test_returns
from tests.published import worlds

ENTRIES = json.loads((Path(__file__).parent / "tables.json").read_text(encoding="utf-8"))
ENTRY = {entry["id"]: entry for entry in ENTRIES}
REPRODUCED = {}

# Returns and errors of given rewards and values are reproduced where returns are tested.
RETURNS = {
    "rlax-lambda-returns": "test_lambda_returns_as_rlax_prints_them",
    "rlax-discounted-returns": "test_discounted_returns_with_a_bootstrapped_end_as_rlax_prints_them",
    "rlax-nstep-returns": "test_n_step_returns_as_rlax_prints_them",
    "rlax-gae-1.0": "test_gae_as_rlax_prints_it",
    "rlax-gae-0.7": "test_gae_as_rlax_prints_it",
    "rlax-td-errors": "test_td_errors_as_rlax_and_trfl_print_them",
    "rlax-td-lambda": "test_td_lambda_errors_as_rlax_prints_them",
    "rlax-sarsa-q-expected": "test_q_learning_and_double_q_errors_as_rlax_prints_them",
    "rlax-sarsa-lambda": "test_sarsa_lambda_errors_as_rlax_prints_them",
    "tianshou-returns": "test_returns_of_several_episodes_in_a_row_as_tianshou_prints_them",
    "tianshou-gae-term": "test_gae_of_terminated_episodes_as_tianshou_prints_it",
    "torchtune-gae-returns": "test_gae_returns_as_torchtune_prints_them",
}


def reproduces(*ids):
    """The function computes what the entries of these ids print, in the same shape."""

    def note(function):
        REPRODUCED.update(dict.fromkeys(ids, function))
        return function

    return note


def close(ours, printed, tolerance, path=""):
    """Numbers within the tolerance, words as sets of letters, None where there is nothing; dicts by what is printed."""
    if isinstance(printed, dict):
        assert set(ours) >= set(printed), path
        for key in printed:
            close(ours[key], printed[key], tolerance, f"{path}/{key}")
    elif isinstance(printed, list):
        assert len(ours) == len(printed), path
        for i, (x, y) in enumerate(zip(ours, printed, strict=True)):
            close(x, y, tolerance, f"{path}[{i}]")
    elif printed is None:
        assert np.isnan(ours), path
    elif isinstance(printed, str):
        assert set(ours) == set(printed), path
    else:
        assert abs(ours - printed) <= tolerance, f"{path}: {ours} instead of {printed}"


@pytest.mark.parametrize("id_", ENTRY)
def test_published_numbers(id_):
    entry = ENTRY[id_]
    close(REPRODUCED[id_](entry), entry["values"], entry["tolerance"])


def test_nothing_is_left_out():
    assert Counter(entry["category"] for entry in ENTRIES) == {
        "gridworld": 13,
        "tabular-mdp": 19,
        "gymnasium": 6,
        "chain": 4,
        "average-reward": 2,
    }
    assert set(REPRODUCED) == set(ENTRY)
    assert all(callable(getattr(test_returns, name)) for name in RETURNS.values())


# Grid worlds.


@reproduces("sb-ex3.5-random")
def random_jumps(entry):
    here = worlds.jumps(entry["env"])
    return here.on_map(policy_values(here.tabular(), uniform(here.tabular()), entry["env"]["gamma"])).tolist()


@reproduces("sb-ex3.8-optimal")
def best_jumps(entry):
    here = worlds.jumps(entry["env"])
    return here.on_map(solve(here.tabular(), entry["env"]["gamma"]).v).tolist()


@reproduces("sb-ex3.8-policy")
def arrows_of_jumps(entry):
    here = worlds.jumps(entry["env"])
    policy = here.on_map(solve(here.tabular(), entry["env"]["gamma"]).policy)
    letters = {"up": "N", "right": "E", "down": "S", "left": "W"}
    return [["".join(letters[ACTIONS[a]] for a in np.flatnonzero(cell > 0)) for cell in row] for row in policy]


@reproduces("sb-ex4.1-random-iterates")
def random_corners(entry):
    here = worlds.corners(entry["env"])
    table = here.tabular()
    iterates = [here.on_map(i.v).tolist() for i in policy_evaluation(table, uniform(table), entry["env"]["gamma"])]
    limit = here.on_map(policy_values(table, uniform(table), 1.0)).tolist()
    np.testing.assert_allclose(iterates[-1], limit, atol=1e-6)
    return {f"V_{k}": iterates[k] for k in (0, 1, 2, 3, 10)} | {"V_inf": limit}


@reproduces("sb-ex4.1-optimal")
def best_corners(entry):
    here = worlds.corners(entry["env"])
    return here.on_map(solve(here.tabular(), entry["env"]["gamma"]).v).tolist()


@reproduces("sb-cliff")
def cliff(entry):
    here = preset_world("cliff")
    assert list(here.map.shape) == entry["env"]["size"]
    return {"V_start": solve(here.tabular(), 1.0).v @ here.tabular().start}


@reproduces("sb-windy")
def windy(entry):
    here = preset_world("wind")
    assert list(here.map.wind) == entry["env"]["wind"]
    return -solve(here.tabular(), 1.0).v @ here.tabular().start


@reproduces("sb-dyna-maze")
def maze(entry):
    here = worlds.maze(entry["env"])
    return solve(here.tabular(), entry["env"]["gamma"]).v @ here.tabular().start


@reproduces("aima3-4x3")
def aima(entry):
    here = worlds.aima(entry["env"]["R"], entry["env"]["noise"])
    return here.on_map(solve(here.tabular(), entry["env"]["gamma"]).v).tolist()


@reproduces("aima3-4x3-thresholds")
def aima_thresholds(entry):
    def chosen(reward):
        here = worlds.aima(reward)
        table = here.tabular()
        return solve(table, 1.0).policy[: len(here.states) - 1].argmax(axis=1).tolist()

    found = []
    for printed in entry["values"]:
        low, high = printed - 5e-4, printed + 5e-4
        below = chosen(low)
        assert chosen(high) != below
        while high - low > 1e-6:
            middle = (low + high) / 2
            low, high = (middle, high) if chosen(middle) == below else (low, middle)
        found.append(low)
    return found


@reproduces("aimapy-4x3-g0.9", "aimapy-4x3-harsh-g0.9")
def aimapy(entry):
    """The iterate before the one whose residual is small enough, as that program returns it."""
    env = entry["env"]
    here, gamma = worlds.aima(env["rows"][0][0], env["noise"]), env["gamma"]
    iterates = list(value_iteration(here.tabular(), gamma))
    stop = next(i for i, it in enumerate(iterates) if it.residual <= 0.01 * (1 - gamma) / gamma)
    rows = here.map.shape[0]
    on_map = here.on_map(iterates[stop - 1].v)
    return {f"{c},{rows - 1 - r}": on_map[r, c] for r in range(rows) for c in range(here.map.shape[1])}


@reproduces("reinforcejs-gridworld-dp")
def reinforcejs(entry):
    here = worlds.reinforcejs(entry["env"])
    return here.on_map(solve(here.tabular(), entry["env"]["gamma"]).v).tolist()


# Gymnasium.


def made(entry):
    return from_gymnasium(gymnasium.make(entry["env"]["id"], **entry["env"].get("kwargs", {})))


@reproduces("frozenlake4-g1")
def lake_to_the_end(entry):
    table = made(entry)
    random = policy_values(table, uniform(table), 1.0) @ table.start
    assert random == pytest.approx(0.013939796242, abs=1e-9)  # of the entry's notes
    return solve(table, 1.0).v @ table.start


@reproduces("frozenlake4-g0.99")
def lake(entry):
    return solve(made(entry), entry["env"]["gamma"]).v.tolist()


@reproduces("frozenlake4-g0.99-policy")
def lake_arrows(entry):
    table = made(entry)
    policy = solve(table, entry["env"]["gamma"]).policy
    return {str(s): np.flatnonzero(policy[s] > 0).tolist() for s in np.flatnonzero(~table.terminal)}


@reproduces("frozenlake4-g0.9")
def two_lakes(entry):
    id_, size = entry["env"]["id"], entry["env"]["kwargs"]["map_name"]
    tables = {
        name: from_gymnasium(gymnasium.make(id_, map_name=size, is_slippery=name == "slippery"))
        for name in ("slippery", "deterministic")
    }
    return {name: solve(table, entry["env"]["gamma"]).v @ table.start for name, table in tables.items()}


@reproduces("taxi-optimal")
def taxi(entry):
    table = made(entry)
    v = solve(table, 1.0).v[table.start > 0]
    means = {f"mean_g{gamma}": solve(table, gamma).v @ table.start for gamma in (0.9, 0.99)}
    assert len(v) == 300
    return means | {"mean_g1": v.mean(), "min_g1": v.min(), "max_g1": v.max()}


@reproduces("gym-cliffwalking")
def gymnasium_cliff(entry):
    return solve(made(entry), 1.0).v[36]


# Chains.


@reproduces("sb-rw5")
def walk_of_five(entry):
    table = worlds.walk(5)
    return policy_values(table, uniform(table), 1.0)[[table.states.index(s) for s in range(1, 6)]].tolist()


@reproduces("sb-rw19")
def walk_of_nineteen(entry):
    table = worlds.walk(19, left=-1.0)
    return policy_values(table, uniform(table), 1.0)[[table.states.index(s) for s in range(1, 20)]].tolist()


@reproduces("sb-ex6.4-batch")
def you_are_the_predictor(entry):
    """Batch TD(0) answers with the values of the process that the episodes make most likely; Monte Carlo with averages."""
    episodes = [[("A", 0.0), ("B", 0.0)], *[[("B", 1.0)]] * 6, [("B", 0.0)]]
    seen = {"A": [], "B": []}
    returns = {"A": [], "B": []}
    for episode in episodes:
        following = [*(state for state, _ in episode[1:]), "end"]
        for (state, reward), to, G in zip(episode, following, returns_to_go([r for _, r in episode], 1.0), strict=True):
            seen[state].append((to, reward))
            returns[state].append(G)
    table = from_transitions(
        {s: {"go": [(n / len(rows), *row) for row, n in Counter(rows).items()]} for s, rows in seen.items()}
    )
    v = policy_values(table, uniform(table), 1.0)
    known = {f"TD_V({s})": v[table.states.index(s)] for s in "AB"}
    return known | {f"MC_V({s})": np.mean(returns[s]) for s in "AB"}


@reproduces("slippery-walk-five")
def slippery(entry):
    table = worlds.slippery_walk(5)
    order = [table.states.index(s) for s in range(7)]
    values = [policy_values(table, of_actions(table, np.full(7, a)), 1.0)[order] for a in (0, 1)]
    np.testing.assert_allclose(solve(table, 1.0).v[order], values[1], atol=1e-12)
    return {"left": values[0].tolist(), "right": values[1].tolist()}


# Tables.


@reproduces("jack-exact")
def cars(entry):
    table = worlds.cars(entry["env"])
    solution = solve(table, entry["env"]["gamma"])
    V = solution.v.reshape(21, 21)
    net = np.array(table.actions_named)[solution.policy.argmax(axis=1)].reshape(21, 21)
    assert np.all((solution.policy > 0).sum(axis=1) == 1)
    corners = {f"V({i},{j})": V[i, j] for i in (0, 20) for j in (0, 20)}
    return {"policy": net.tolist()} | corners


@reproduces("sb-gambler-0.4")
def gambler(entry):
    table = worlds.gambler(entry["env"]["p_h"], entry["env"]["goal"])
    v = solve(table, 1.0).v
    bold = of_actions(table, [0 if s in (0, 100) else min(s, 100 - s) - 1 for s in table.states])
    np.testing.assert_allclose(policy_values(table, bold, 1.0), v, atol=1e-12)
    return {f"V({s})": v[table.states.index(s)] for s in range(1, 100)}


@reproduces("sb-recycling-robot")
def robot(entry):
    table = worlds.recycling_robot(0.8, 0.5, 2.0, 1.0)
    return dict(zip(table.states, solve(table, 0.9).v, strict=True))


@reproduces("forest3-g0.9", "forest3-g0.96", "mdptoolbox-small-g0.9", "mdptoolbox-small-g0.96")
def arrays(entry):
    env = entry["env"]
    table = worlds.of_arrays(env)
    if env.get("name") == "forest":
        np.testing.assert_allclose(worlds.forest().q_from_v(np.arange(3.0), 0.9), table.q_from_v(np.arange(3.0), 0.9))
    *_, last = policy_iteration(table, env["gamma"])
    np.testing.assert_allclose(solve(table, env["gamma"]).v, last.v, atol=1e-9)
    return last.v.tolist()


@reproduces("forest3-vi-stop-g0.96")
def forest_when_the_span_is_small(entry):
    table, gamma = worlds.of_arrays(entry["env"]), entry["env"]["gamma"]
    *_, last = until_span(value_iteration(table, gamma), gamma, 0.01)
    return {"V": last.v.tolist(), "iter": last.sweep}


@reproduces("mdptoolbox-small-vi-stop")
def small_when_the_span_is_small(entry):
    table, gamma = worlds.of_arrays(entry["env"]), entry["env"]["gamma"]
    *_, last = until_span(value_iteration(table, gamma), gamma, 0.01)
    return {"V": last.v.tolist(), "iter": last.sweep, "max_iter": span_sweeps(table, gamma, 0.01)}


@reproduces("forest3-gs-stop-g0.9")
def forest_in_place(entry):
    """That program sweeps once more, for the policy, and keeps what this does to the values."""
    table, gamma = worlds.of_arrays(entry["env"]), entry["env"]["gamma"]
    sweeps = value_iteration_in_place(table, gamma)
    for _ in until_span(sweeps, gamma, 0.01):
        pass
    return next(sweeps).v.tolist()


@reproduces("forest3-policy-eval")
def forest_by_a_policy(entry):
    table = worlds.of_arrays(entry["env"])
    return policy_values(table, of_actions(table, [0, 1, 0]), entry["env"]["gamma"]).tolist()


@reproduces("forest3-finite-horizon")
def forest_for_three_years(entry):
    found = plan(worlds.of_arrays(entry["env"]), entry["env"]["gamma"], entry["env"]["N"])
    return {"V": found.v.T.tolist(), "policy": found.policy.argmax(axis=2).T.tolist()}


@reproduces("puterman-two-state")
def puterman(entry):
    solution = solve(worlds.two_states(), entry["env"]["gamma"])
    return {"v": solution.v.tolist(), "sigma": solution.policy.argmax(axis=1).tolist()}


@reproduces("puterman-two-state-b0.5")
def puterman_short_sighted(entry):
    return solve(worlds.two_states(), 0.5).v.tolist()


@reproduces("quantecon-asset-replacement")
def replacement(entry):
    solution = solve(worlds.replacement(entry["env"]["R"]), entry["env"]["gamma"])
    return {"v": solution.v.tolist(), "sigma": solution.policy.argmax(axis=1).tolist()}


@reproduces("quantecon-growth")
def growth(entry):
    return solve(worlds.growth(), 0.9).v.tolist()


@reproduces("silver-student-mrp")
def student_process(entry):
    table = worlds.student_process(entry["env"])
    values = {name: policy_values(table, uniform(table), gamma) for name, gamma in (("g1", 1.0), ("g0.9", 0.9))}
    return {name: dict(zip(table.states, v, strict=True)) for name, v in values.items()}


@reproduces("silver-student-mdp")
def student(entry):
    table = worlds.student()
    random, best = policy_values(table, uniform(table), 1.0), solve(table, 1.0)
    pub = best.q[table.states.index("C3"), table.actions_named.index("pub")]
    assert pub == pytest.approx(9.4)  # the slide prints 8.4: it leaves out the reward
    return {
        "v_random": dict(zip(table.states, random, strict=True)),
        "v_star": dict(zip(table.states, best.v, strict=True)),
    }


@reproduces("cs221-dice")
def dice(entry):
    table = worlds.dice()
    values = [policy_values(table, of_actions(table, [a, 0]), 1.0)[0] for a in (0, 1)]
    return {"stay": values[0], "quit": values[1], "opt": solve(table, 1.0).v[0]}


# Average reward.


def gain(table):
    *_, last = relative_value_iteration(table)
    assert average_reward(table, last.policy)[0] == pytest.approx(last.gain, abs=1e-9)
    return last.gain


@reproduces("forest3-average-reward")
def forest_on_average(entry):
    return gain(worlds.forest())


@reproduces("mdptoolbox-small-average-reward")
def small_on_average(entry):
    table = worlds.of_arrays(ENTRY["mdptoolbox-small-g0.9"]["env"])
    assert gain(table) == pytest.approx(35 / 9)
    return gain(table)
