"""The worlds behind the published numbers, built with what a reader would use: maps, tables of transitions, arrays."""

from __future__ import annotations

import math

import numpy as np

from mdp_core.grid.maps import parse_map
from mdp_core.grid.world import GridWorld
from mdp_core.transitions import from_arrays, from_transitions


def grid(rows, *options):
    """A grid world from its rows of signs and lines of options."""
    return GridWorld(parse_map("\n".join([*options, "", *rows])))


def jumps(env):
    """Any grid with teleporting cells, a price for bumping and no end."""
    rows, columns = env["size"]
    signs = [["."] * columns for _ in range(rows)]
    options = [f"bump: {env['off_grid']['reward']}", f"step: {env['other_reward']}"]
    for name, special in env["special"].items():
        (r, c), (to_r, to_c) = special["cell"], special["all_actions_to"]
        signs[r][c], signs[to_r][to_c] = name, name.lower()
        options.append(f"{name}: jump to {name.lower()}, reward {special['reward']}")
    signs[rows - 1][columns - 1] = "S"  # nothing is said of a start, and nothing depends on it
    return grid(map("".join, signs), *options)


def corners(env):
    """A grid whose `terminal_cells` end the episode, with -1 for every move."""
    rows, columns = env["size"]
    signs = [["."] * columns for _ in range(rows)]
    for r, c in env["terminal_cells"]:
        signs[r][c] = "G"
    signs[0][1] = "S"
    return grid(map("".join, signs), "step: -1", "G: goal, reward -1")


def maze(env):
    """Walls, a start, and a goal that pays 1 on being entered."""
    rows, columns = env["size"]
    signs = [["."] * columns for _ in range(rows)]
    for r, c in env["walls"]:
        signs[r][c] = "#"
    signs[env["start"][0]][env["start"][1]] = "S"
    signs[env["goal"][0]][env["goal"][1]] = "G"
    return grid(map("".join, signs))


def aima(reward, noise=0.2):
    """Russell & Norvig's 4x3 (3rd edition): every cell pays when it is left, the start included."""
    return grid(
        ["...G", ".#.H", "S..."],
        f"slip: {noise}",
        f"step: {reward!r}",
        "pays: leaving",
        "G: goal, reward 1",
        "H: pit, reward -1",
    )


def reinforcejs(env):
    """Karpathy's REINFORCEjs: no moves off the map, rewards of the cell that is left, and a goal that is no end."""
    columns, rows = env["size"]
    signs = [["."] * columns for _ in range(rows)]
    for x, y in env["walls_xy"]:
        signs[y][x] = "#"
    for s, reward in env["rewards_s"].items():
        x, y = divmod(int(s), rows)
        signs[y][x] = "p" if reward < 0 else "g"
    x, y = divmod(env["teleport_to"], rows)
    signs[y][x] = "S"
    return grid(map("".join, signs), "pays: leaving", "edges: forbidden", "p: reward -1", "g: jump to S, reward 1")


def forest(ages=3, fire=0.1, old=4.0, cut=2.0):
    """Wait, or cut the wood; it burns down now and then."""
    last = ages - 1
    return from_transitions(
        {
            s: {
                "wait": [(fire, 0, old * (s == last)), (1 - fire, min(s + 1, last), old * (s == last))],
                "cut": [(1.0, 0, cut if s == last else float(s > 0))],
            }
            for s in range(ages)
        }
    )


def of_arrays(env):
    """P[a][s][s'] and R[s][a], as they stand there."""
    return from_arrays(env["P"], env["R"])


def gambler(p, goal=100):
    """Stake what you have on heads until it is `goal`, or gone."""
    return from_transitions(
        {
            s: {
                stake: [(p, s + stake, float(s + stake == goal)), (1 - p, s - stake, 0.0)]
                for stake in range(1, min(s, goal - s) + 1)
            }
            for s in range(1, goal)
        },
        terminal=(0, goal),
    )


def walk(n, left=0.0, right=1.0):
    """A random walk over `n` places, with a reward for leaving on each side."""
    return from_transitions(
        {
            s: {"go": [(0.5, s - 1, left if s == 1 else 0.0), (0.5, s + 1, right if s == n else 0.0)]}
            for s in range(1, n + 1)
        },
        terminal=(0, n + 1),
        start=(n + 1) // 2,
    )


def slippery_walk(n):
    """A walk between two ends: half of the moves go where they should, a third stays, a sixth goes back."""

    def move(s, d):
        return [(1 / 2, s + d, float(s + d == n + 1)), (1 / 3, s, 0.0), (1 / 6, s - d, float(s - d == n + 1))]

    return from_transitions({s: {"left": move(s, -1), "right": move(s, 1)} for s in range(1, n + 1)})


def recycling_robot(alpha, beta, search, wait, rescue=-3.0):
    """Sutton & Barto, example 3.3."""
    return from_transitions(
        {
            "h": {"search": [(alpha, "h", search), (1 - alpha, "l", search)], "wait": [(1.0, "h", wait)]},
            "l": {
                "search": [(beta, "l", search), (1 - beta, "h", rescue)],
                "wait": [(1.0, "l", wait)],
                "recharge": [(1.0, "h", 0.0)],
            },
        }
    )


def cars(env, most=39):
    """Jack's car rental; requests and returns up to `most`, the tail of the distribution counted there."""
    N = env["max_cars"]

    def poisson(mean):
        p = [math.exp(-mean + k * math.log(mean) - math.lgamma(k + 1)) for k in range(most + 1)]
        return np.array([*p[:-1], 1.0 - sum(p[:-1])])

    def lot(requests, returns):
        """From `cars` in the morning: how many in the evening, and how many are rented out on average."""
        P, rented = np.zeros((N + 1, N + 1)), np.zeros(N + 1)
        asked, brought = poisson(requests), poisson(returns)
        for here in range(N + 1):
            for want, p in enumerate(asked):
                out = min(want, here)
                rented[here] += p * out
                for back, q in enumerate(brought):
                    P[here, min(here - out + back, N)] += p * q
        return P, rented

    (P1, rented1), (P2, rented2) = map(lot, env["request_means"], env["return_means"])
    moves = range(-env["max_move"], env["max_move"] + 1)
    S = (N + 1) ** 2
    P, R, allowed = np.zeros((len(moves), S, S)), np.zeros((S, len(moves))), np.zeros((S, len(moves)), dtype=bool)
    for s in range(S):
        one, two = divmod(s, N + 1)
        for a, moved in enumerate(moves):
            if -two <= moved <= one:
                first, second = min(one - moved, N), min(two + moved, N)
                allowed[s, a] = True
                P[a, s] = np.outer(P1[first], P2[second]).ravel()
                rented = rented1[first] + rented2[second]
                R[s, a] = env["rent_reward"] * rented - env["move_cost"] * abs(moved)
    return from_arrays(P, R, allowed=allowed, actions=moves)


def two_states():
    """Puterman, section 3.1: stay for 5 now, or move for 10 to where every step costs 1."""
    return from_transitions(
        {0: {"stay": [(0.5, 0, 5.0), (0.5, 1, 5.0)], "move": [(1.0, 1, 10.0)]}, 1: {"stay": [(1.0, 1, -1.0)]}}
    )


def replacement(R):
    """A machine that ages; in its last year it can only be replaced."""
    ages = len(R)
    keep = np.eye(ages, k=1)
    keep[-1, -1] = 1.0
    replace = np.zeros((ages, ages))
    replace[:, 0] = 1.0
    return from_arrays([keep, replace], np.array(R, dtype=np.float64), actions=("keep", "replace"))


def growth(most=15, stored=5, harvest=10):
    """Eat or store; what is stored is there again, with a harvest of 0 to `harvest` beside it."""
    return from_transitions(
        {
            s: {
                a: [(1 / (harvest + 1), a + u, math.sqrt(s - a)) for u in range(harvest + 1)]
                for a in range(min(s, stored) + 1)
            }
            for s in range(most + 1)
        }
    )


def student_process(env):
    """Silver's student, who takes no decisions."""
    return from_transitions(
        {s: {"go": [(p, to, env["R"][s]) for p, to in row]} for s, row in env["P"].items()}, terminal=["Sleep"]
    )


def student():
    """Silver's student, who does."""
    return from_transitions(
        {
            "C1": {"facebook": [(1.0, "FB", -1.0)], "study": [(1.0, "C2", -2.0)]},
            "FB": {"facebook": [(1.0, "FB", -1.0)], "quit": [(1.0, "C1", 0.0)]},
            "C2": {"sleep": [(1.0, "end", 0.0)], "study": [(1.0, "C3", -2.0)]},
            "C3": {
                "study": [(1.0, "end", 10.0)],
                "pub": [(0.2, "C1", 1.0), (0.4, "C2", 1.0), (0.4, "C3", 1.0)],
            },
        }
    )


def dice():
    """Stay for 4, and the game ends with a third; or quit for 10."""
    return from_transitions({"in": {"stay": [(2 / 3, "in", 4.0), (1 / 3, "end", 4.0)], "quit": [(1.0, "end", 10.0)]}})
