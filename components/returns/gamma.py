"""Section 2: the choice that gamma makes, a near reward or a far one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import streamlit as st

from components.controls.control import control
from components.instruments.gamma_choice import gamma_choice
from components.returns.guess import ask_for_number
from components.returns.memory import LONGEST_LINE, MOST_REWARD, Line, ReturnsMemory
from components.shell.carried import links
from components.shell.plain import plain
from components.shell.takeaway import conclude
from components.shell.visit import Visit
from mdp_core.grid.lines import two_goals
from mdp_core.grid.world import GridWorld
from mdp_core.prospects import Prospect, crossing, prospects
from mdp_core.solvers.solution import solve
from mdp_core.stage.grid import map_picture

GAMMAS = tuple(i / 100 for i in range(101))

Arrows = list[list[list[float] | None]]


@dataclass(frozen=True, eq=False)
class TwoGoals:
    """A way with a reward at either end. Not to be changed: all visitors share it."""

    world: GridWorld
    policies: tuple[Arrows, ...]  # the optimal arrows of every gamma of GAMMAS, laid out on the map
    near: Prospect  # the upper or left reward, as the world's tables say
    far: Prospect  # the other one


@lru_cache(maxsize=32)
def goals_of(
    near: float, near_moves: int, far: float, far_moves: int, way: Callable[..., GridWorld] = two_goals
) -> TwoGoals:
    """The way with these rewards, so many moves from the start; `way` lays it out."""
    world = way(near, near_moves, far, far_moves)
    table, (rows, cols) = world.tabular(), world.map.shape
    number = {state: s for s, state in enumerate(world.states) if not table.terminal[s]}

    def arrows(gamma: float) -> Arrows:
        policy = solve(table, gamma).policy.tolist()
        return [[policy[number[r, c]] if (r, c) in number else None for c in range(cols)] for r in range(rows)]

    first, second = sorted(prospects(table), key=lambda prospect: prospect.state)
    return TwoGoals(world, tuple(arrows(gamma) for gamma in GAMMAS), first, second)


def show_gamma(current: Visit, memory: ReturnsMemory) -> None:
    """The section."""
    st.header("2 · Gamma decides: the near reward or the far one?", anchor="gamma")
    left, right = st.columns([5, 7], gap="medium")
    with left:
        _ask_for_line(current, memory.line, lambda: memory.guesses.pop("flip", None))
        st.latex(r"G_0=\gamma^{k}\,r_{k+1}")
        st.caption("k moves go before the one that pays.", text_alignment="center")
        ask_for_number(memory, "flip", "Predict: at which gamma does the best first move flip?", 0.0, 1.0, 0.01)
        _judge(memory)
        conclude("Gamma is the price of waiting: whoever chooses it chooses what is best.")
    with right:
        _draw_choice(memory)
        if "flip" not in memory.revealed:
            st.info("Commit to a guess first: then gamma is yours to drag, and the arrows turn.")


def _goals(line: Line) -> TwoGoals:
    return goals_of(line.near, line.near_moves, line.far, line.far_moves)


def _ask_for_line(current: Visit, line: Line, changed: Callable[[], object]) -> None:
    """Both rewards and both distances."""

    def put(name: str, kind: type[float] | type[int]) -> Callable[[float | None], None]:
        def change(value: float | None) -> None:
            if value is not None:
                setattr(line, name, kind(value))
                changed()

        return change

    one, two, three, four = st.columns(4)
    with one:
        st.number_input(
            "near reward", 0.1, MOST_REWARD, **control(current, "line_near", line.near, put("near", float)), step=1.0
        )
    with two:
        moves = control(current, "line_near_moves", line.near_moves, put("near_moves", int))
        st.number_input("moves to it", 1, LONGEST_LINE, **moves, step=1)
    with three:
        st.number_input(
            "far reward", 0.1, MOST_REWARD, **control(current, "line_far", line.far, put("far", float)), step=1.0
        )
    with four:
        moves = control(current, "line_far_moves", line.far_moves, put("far_moves", int))
        st.number_input("moves to it ", 1, LONGEST_LINE, **moves, step=1)


def _draw_choice(memory: ReturnsMemory) -> None:
    """The line, both curves, and the arrows that turn."""
    line = memory.line
    goals, guess = _goals(line), memory.guesses.get("flip")
    gamma_choice(
        map_picture(goals.world),
        goals.near,
        goals.far,
        key="gamma_choice",
        gammas=GAMMAS,
        policies=goals.policies,
        flip=_flip(goals.near, goals.far),
        guess=guess,
        revealed="flip" in memory.revealed,
        gamma=line.gamma,
        command=links(),
        on_gamma=lambda gamma: setattr(line, "gamma", gamma),
    )


def _flip(near: Prospect, far: Prospect) -> float | None:
    return crossing(*sorted((near, far), key=lambda prospect: prospect.delay))


def _judge(memory: ReturnsMemory) -> None:
    """The gamma at which the best action flips, and how far off the guess was."""
    goals = _goals(memory.line)
    near, far = goals.near, goals.far
    flip, guess = _flip(near, far), memory.guesses.get("flip")
    if "flip" not in memory.revealed:
        return
    if flip is None:
        better = max((near, far), key=lambda prospect: (prospect.reward, -prospect.delay))
        name = "near" if better is near else "far"
        st.info(plain(f"There is no such gamma: the {name} reward is worth more at every one. Change a number."))
        return
    first, last = sorted((near, far), key=lambda prospect: prospect.delay)
    st.latex(
        rf"{first.reward:g}\,\gamma^{{{first.delay}}} = {last.reward:g}\,\gamma^{{{last.delay}}}"
        rf"\;\Rightarrow\; \gamma = ({first.reward:g}/{last.reward:g})^{{1/{last.delay - first.delay}}} = {flip:.4f}"
    )
    if guess is None:
        return
    off = abs(guess - flip)
    tell = st.success if off < 0.02 else st.info
    tell(plain(f"The best action flips at gamma {flip:.4f}. You said {guess:.2f}, {off:.2f} off."))
