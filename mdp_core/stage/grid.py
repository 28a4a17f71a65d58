"""The robot's half of the Stage."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mdp_core.frames import Json, ghost_frame, step_frame
from mdp_core.grid.maps import START, WALL, Sign
from mdp_core.grid.policies import ArrowPolicy, always_arrows, random_arrows
from mdp_core.grid.presets import preset, world
from mdp_core.grid.slip import slip_text
from mdp_core.grid.world import ACTIONS, END, MOVES, Cell, GridWorld
from mdp_core.mdp import Outcome
from mdp_core.policy import epsilon_greedy_probabilities
from mdp_core.rollout import Draws, play
from mdp_core.scenarios import GRID_POLICIES, GridScenario
from mdp_core.solvers.solution import Solution, solve
from mdp_core.stage.learned import details_of, learned_arrows, name_of
from mdp_core.trajectory import Step, Trajectory

WORDS = {
    "state": "where the robot stands",
    "policy": "the arrows on the map",
    "action": "a move",
    "transition": "the floor may slip",
    "reward": "the cell pays",
    "next": "its next place",
}
LABELS = {"up": "↑ up", "right": "→ right", "down": "↓ down", "left": "← left"}
OWN_GAMMA = 0.99  # the gamma that the greedy policy of a visitor's own map is optimal for


def world_of(scenario: GridScenario) -> GridWorld:
    """The world of `scenario`: its own map or its preset, with its slip if it sets one.

    Raises MapError for a map that cannot be read, ValueError for an unknown preset or a slip outside [0, 1].
    """
    return world(scenario.world, scenario.own_map, scenario.slip)


def solve_gamma(scenario: GridScenario) -> float:
    """The gamma that the greedy policy is optimal for.

    It belongs to the world, not to the visitor: the visitor's gamma is a way to look at what happened and must not change
    what happens.
    """
    return OWN_GAMMA if scenario.own_map else preset(scenario.world).solve_gamma


def max_steps(scenario: GridScenario) -> int:
    """Where an episode is cut off: the preset's limit, or four times around for an own map, in 20..200."""
    if not scenario.own_map:
        return preset(scenario.world).max_steps
    rows, columns = world_of(scenario).map.shape
    return min(max(4 * (rows + columns), 20), 200)


def policy_of(scenario: GridScenario) -> ArrowPolicy:
    """The policy that acts in `scenario`: random, greedy on the optimal values of `solve_gamma`, epsilon-greedy on them,
    always right, or a learned one, which is learned again unless it is kept from before (`mdp_core.stage.learned` does it a
    slice at a time). Raises what `world_of` raises, and ValueError for an unknown policy, an epsilon outside [0, 1], and
    what cannot be learned.
    """
    grid = world_of(scenario)
    if scenario.policy == "random":
        return ArrowPolicy(grid, random_arrows(grid))
    if scenario.policy == "right":
        return ArrowPolicy(grid, always_arrows(grid, "right"))
    if scenario.policy == "greedy":
        return ArrowPolicy(grid, _solved(scenario).policy)
    if scenario.policy == "learned":
        return ArrowPolicy(grid, learned_arrows(grid, scenario.learned))
    if scenario.policy == "epsilon":
        table = grid.tabular()
        q = np.where(table.terminal[:, None], np.where(table.allowed, 0.0, -np.inf), _solved(scenario).q)
        return ArrowPolicy(grid, epsilon_greedy_probabilities(q, scenario.epsilon))
    raise ValueError(
        f"There is no policy “{scenario.policy[:30]}” for the grid; choose one of {', '.join(GRID_POLICIES)}."
    )


def run_grid(scenario: GridScenario, seed: int) -> Trajectory[Cell, str]:
    """Let the robot walk `scenario` with the draws of `seed`.

    Raises what `policy_of` raises, and ValueError for a forced action that is not allowed where it comes.
    """
    grid, policy = world_of(scenario), policy_of(scenario)
    return play(grid, policy, rng=Draws(seed), max_steps=max_steps(scenario), forced=dict(scenario.forced))


def grid_frames(scenario: GridScenario, seed: int, before: tuple[tuple[int, str], ...] | None = None) -> Json:
    """The grid's frames; `before` are the forced actions before the last choice, whose future is the ghost."""
    grid = world_of(scenario)
    run = run_grid(scenario, seed)
    return {
        "id": "grid",
        "title": _title(scenario, grid),
        "caption": _caption(scenario, grid),
        "words": WORDS if grid.map.slip else WORDS | {"transition": "one cell on, P = 1"},
        "map": _map(scenario, grid),
        "prompt": None,
        "steps": [_frame(grid, step) for step in run.steps],
        "ending": _ending(grid, run),
        "score": _score(run),
        "ghost": _ghost(scenario, seed, before),
    }


def _solved(scenario: GridScenario) -> Solution:
    return _solve(scenario.world, scenario.own_map, scenario.slip, solve_gamma(scenario))


@lru_cache(maxsize=32)
def _solve(name: str, own_map: str, slip: float | None, gamma: float) -> Solution:
    return solve(world(name, own_map, slip).tabular(), gamma)


def _title(scenario: GridScenario, grid: GridWorld) -> str:
    if scenario.own_map:
        return grid.map.title or "Your map"
    return preset(scenario.world).title


def _caption(scenario: GridScenario, grid: GridWorld) -> str:
    greedy = f"the best policy for gamma {solve_gamma(scenario):.2f}"
    policy = {
        "greedy": greedy,
        "epsilon": f"epsilon {scenario.epsilon:.2f}: a random action, else {greedy}",
        "random": "every action equally likely",
        "right": "always right",
        "learned": f"learned: {name_of(scenario.learned)}, {details_of(scenario.learned)}",
    }[scenario.policy]
    side = "" if grid.map.side == "both" else f" to the {grid.map.side}"
    return f"{policy}; slip {slip_text(grid.map.slip)}{side}" if grid.map.slip else policy


def map_picture(grid: GridWorld) -> Json:
    """The map of a world as every picture of it draws it: rows, cols, start, the sign of each cell, a string a row, with the
    kind and label that a sign stands for, and the jumps."""
    rows, columns = grid.map.shape
    jumps = {
        mark: {"to": list(grid.map.find(sign.target)), "reward": sign.reward or 0.0}
        for mark, sign in grid.map.signs
        if sign.target is not None
    }
    return {
        "rows": rows,
        "cols": columns,
        "signs": list(grid.map.rows),
        "legend": {mark: _cell(grid, mark) for mark in (WALL, *grid.map.legend)},
        "start": list(grid.map.start),
        "jumps": [
            {"from": [r, c]} | jumps[mark]
            for r, row in enumerate(grid.map.rows)
            if not jumps.keys().isdisjoint(row)
            for c, mark in enumerate(row)
            if mark in jumps
        ],
        "wind": list(grid.map.wind) or None,
    }


def _map(scenario: GridScenario, grid: GridWorld) -> Json:
    solved = _solved(scenario)
    return map_picture(grid) | {
        "arrows": _laid_out(grid, policy_of(scenario).arrows, terminal=False),
        "values": _laid_out(grid, solved.v, terminal=True),
        "gamma": solved.gamma,
    }


def _cell(grid: GridWorld, mark: str) -> Json:
    if mark == WALL:
        return {"kind": "wall"}
    sign = grid.map.legend[mark]
    cell: Json = {"kind": "start" if mark == START else sign.kind}
    if sign.reward is not None:
        cell["reward"] = sign.reward
    label = _label(mark, sign, any(mark == other.target for _, other in grid.map.signs))
    return cell | {"label": label} if label else cell


def _label(mark: str, sign: Sign, is_target: bool) -> str:
    """What is written on a cell, so that no meaning rests on colour: the letter of a jump, or what the cell pays."""
    reward = sign.reward or 0.0
    if sign.kind == "jump" or is_target or mark == START:
        return mark
    if sign.kind == "goal":
        return _paid(reward) if reward > 0 else "G"
    if sign.kind == "pit":
        return _paid(reward) if reward else "H"
    return _paid(reward) if reward else ""


def _paid(reward: float) -> str:
    return f"{reward:+g}".replace("-", "−")


def _laid_out(grid: GridWorld, values: NDArray[np.float64], *, terminal: bool) -> list[list[Any]]:
    """[S, ...] -> rows of cells, None where no state is; and, unless `terminal`, where no action is taken any more."""
    shown = values if terminal else np.where(grid.tabular().terminal[:, None], np.nan, values)
    laid = grid.on_map(shown)
    missing = np.isnan(laid.reshape(*grid.map.shape, -1)[:, :, 0]).tolist()
    return [
        [None if gone else cell for cell, gone in zip(row, gaps, strict=True)]
        for row, gaps in zip(laid.tolist(), missing, strict=True)
    ]


def _frame(grid: GridWorld, step: Step[Cell, str]) -> Json:
    def state(cell: Cell) -> Json:
        if cell == END:
            return {"text": "the end", "cell": list(step.state)}
        return {"text": f"row {cell[0] + 1}, column {cell[1] + 1}", "cell": list(cell)}

    def action(name: str) -> Json:
        return {"action": name, "label": LABELS[name], "name": name}

    def outcome(result: Outcome[Cell]) -> Json:
        landed = result.next_state
        return {
            "label": _way(grid, step.state, result),
            "cell": list(step.state if landed == END else landed),
        }

    return step_frame(step, bars=range(len(step.policy)), state=state, action=action, outcome=outcome)


def _way(grid: GridWorld, cell: Cell, outcome: Outcome[Cell]) -> str:
    """How one gets from `cell` to the outcome, in a word or two."""
    sign, landed = grid.sign(cell), outcome.next_state
    if landed == END:
        return "the end"
    if sign is not None and sign.target is not None:
        return f"jump to {sign.target}"
    falls = {sign.reward for _, sign in grid.map.signs if sign.kind == "cliff"}
    if landed == grid.map.start and outcome.reward in falls:
        return "back to the start"
    if landed == cell:
        return "stay"
    moved = (landed[0] - cell[0], landed[1] - cell[1])
    return dict(zip(MOVES, ACTIONS, strict=True)).get(moved, "blown off course")


def _ending(grid: GridWorld, run: Trajectory[Cell, str]) -> str:
    if not run.terminated:
        return f"cut off after {len(run)} steps"
    last = run.states[-1] if run.states[-1] != END else run.steps[-1].state
    sign = grid.sign(last)
    return "fell into a hole" if sign is not None and sign.kind == "pit" else "reached the goal"


def _score(run: Trajectory[Cell, str]) -> Json:
    rewards = run.rewards.tolist()
    paid = sorted(((r, n) for r, n in Counter(rewards).items() if r), reverse=True)
    return {
        "name": "all rewards added up",
        "total": math.fsum(rewards),
        "parts": [[f"{n} × {r:g}", n * r] for r, n in paid],
    }


def _ghost(scenario: GridScenario, seed: int, before: tuple[tuple[int, str], ...] | None) -> Json | None:
    if before is None:
        return None
    old = run_grid(replace(scenario, forced=before), seed)
    changed = [t for t, _ in set(scenario.forced) ^ set(before)]
    since = min([*changed, len(old)])
    cells = [list(cell) for cell in old.states[since:] if cell != END]
    return ghost_frame(old.rewards.tolist(), since, cells=cells)
