"""Solving, against QuantEcon and pymdptoolbox, and after an edit: ratios of one run (requirements.txt has the peers).

Run with `python -m pytest -s tests/benchmarks/test_solvers.py`. Every way gets its input in the form it likes best, made
beforehand; what QuantEcon compiles is compiled before it is timed.
"""

import statistics
import time

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from mdp_core.grid.maps import parse_map
from mdp_core.grid.world import GridWorld
from mdp_core.solvers.solution import solve
from tests.benchmarks.compare import compare

GAMMA, TOLERANCE = 0.99, 1e-6

WORLDS = {  # share of walls, share of pits, price of a step
    "open": (0.0, 0.0, 0.0),
    "walls": (0.2, 0.0, 0.0),
    "pits": (0.0, 0.05, 0.0),
    "walls, steps that cost": (0.1, 0.0, -0.04),
}


def rows_of(size, walls, pits):
    u = np.random.default_rng(0).random((size, size))
    signs = np.where(u < walls, "#", np.where(u < walls + pits, "H", "."))
    signs[0, 0], signs[-1, -1] = "S", "G"
    return ["".join(row) for row in signs]


def world(rows, step):
    return GridWorld(parse_map("\n".join(["slip: 0.2", f"step: {step}", *rows])))


def pairs(mdp):
    """The rows that QuantEcon wants: [L, S] sparse probabilities and [L] rewards of all state-action pairs."""
    S, _, K = mdp.shape
    s, a = np.nonzero(mdp.allowed)
    rows = np.repeat(np.arange(len(s)), K)
    Q = csr_matrix((mdp.probability[s, a].ravel(), (rows, mdp.next_state[s, a].ravel())), shape=(len(s), S))
    return mdp.expected_reward[s, a], Q, s, a


@pytest.mark.parametrize("size", [20, 100])
@pytest.mark.parametrize("name", WORLDS)
def test_solving_against_quantecon(size, name):
    quantecon = pytest.importorskip("quantecon")
    walls, pits, step = WORLDS[name]
    rows = rows_of(size, walls, pits)
    rewards, Q, s, a = pairs(world(rows, step).tabular())

    def theirs():
        ddp = quantecon.markov.DiscreteDP(rewards, Q, GAMMA, s, a)
        begin = time.perf_counter()
        result = ddp.solve("modified_policy_iteration", epsilon=TOLERANCE)
        spent.append(time.perf_counter() - begin)
        return result.v

    def ours():
        """From tables on which nothing was computed before: theirs gets its expected rewards ready made."""
        mdp = world(rows, step).tabular()
        begin = time.perf_counter()
        v = solve(mdp, GAMMA, tolerance=TOLERANCE).v
        ours_spent.append(time.perf_counter() - begin)
        return v

    spent, ours_spent = [], []
    difference = np.abs(ours() - theirs()).max()
    assert difference <= 2 * TOLERANCE
    spent.clear()
    ours_spent.clear()
    for _ in range(9):  # by turns, so that a machine that gets slower meanwhile slows both
        theirs()
        ours()
    x, y = (1000 * statistics.median(times) for times in (ours_spent, spent))
    print(
        f"\n{size} x {size}, {name}: ours {x:.1f} ms, QuantEcon {y:.1f} ms, ratio {x / y:.2f}; "
        f"values differ by {difference:.0e}"
    )


def test_solving_against_pymdptoolbox():
    mdptoolbox = pytest.importorskip("mdptoolbox.mdp")
    mdp = world(rows_of(20, 0.0, 0.0), 0.0).tabular()
    S, A, K = mdp.shape
    index = np.repeat(np.arange(S), K)
    P = [
        csr_matrix((mdp.probability[:, a].ravel(), (index, mdp.next_state[:, a].ravel())), shape=(S, S))
        for a in range(A)
    ]
    values = {}

    def theirs():
        policy_iteration = mdptoolbox.PolicyIterationModified(P, mdp.expected_reward, GAMMA, epsilon=TOLERANCE)
        policy_iteration.run()
        values["theirs"] = np.array(policy_iteration.V)

    def ours():
        values["ours"] = solve(mdp, GAMMA, tolerance=TOLERANCE).v

    print()
    compare("20 x 20 against pymdptoolbox", ours, theirs, 5)
    print(
        f"values differ by {np.abs(values['ours'] - values['theirs']).max():.0e} (pymdptoolbox stops by the span rule)"
    )


@pytest.mark.parametrize("name", WORLDS)
def test_one_edited_cell(name):
    """A wall in the middle of 20 x 20: from the text of the map to converged values, and the share of each part."""
    walls, pits, step = WORLDS[name]
    before = rows_of(20, walls, pits)
    after = [*before[:10], before[10][:10] + "#" + before[10][11:], *before[11:]]
    if after == before:
        after = [*before[:10], before[10][:10] + "." + before[10][11:], *before[11:]]
    old = world(before, step)
    known = old.on_map(solve(old.tabular(), GAMMA, tolerance=TOLERANCE).v)
    times = {"making the world": [], "solving, warm": [], "solving, cold": []}
    for _ in range(20):
        begin = time.perf_counter()
        here = world(after, step)
        mdp = here.tabular()
        times["making the world"].append(time.perf_counter() - begin)
        begin = time.perf_counter()
        v0 = np.nan_to_num(np.array([known[cell] for cell in here.states]))
        warm = solve(mdp, GAMMA, tolerance=TOLERANCE, v0=v0)
        times["solving, warm"].append(time.perf_counter() - begin)
        fresh = world(after, step).tabular()
        begin = time.perf_counter()
        cold = solve(fresh, GAMMA, tolerance=TOLERANCE)
        times["solving, cold"].append(time.perf_counter() - begin)
    assert np.abs(warm.v - cold.v).max() <= 2 * TOLERANCE
    parts = ", ".join(f"{part} {1000 * statistics.median(spent):.1f} ms" for part, spent in times.items())
    print(f"\none edited cell, 20 x 20, {name}: {parts}")
