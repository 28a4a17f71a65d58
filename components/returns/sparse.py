"""Section 3, sparse and long: how often a random walker finds the only reward there is."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np
import plotly.graph_objects as go
import streamlit as st
from numpy.typing import NDArray

from components.controls.control import control
from components.instruments.board import board
from components.instruments.drawing.palette import tone
from components.instruments.plot import plot
from components.returns.guess import ask_for_number
from components.returns.memory import WALK_LIMITS, Line, ReturnsMemory
from components.shell.plain import plain
from components.shell.takeaway import conclude
from components.shell.visit import Visit
from mdp_core.grid.lines import MOVES, corridor
from mdp_core.grid.policies import random_arrows
from mdp_core.horizon import found_by
from mdp_core.stage.grid import map_picture
from mdp_core.trajectories import sample_trajectories


@lru_cache(maxsize=64)
def _chances(moves: int, limit: int) -> NDArray[np.float64]:
    """[limit + 1], the probability that the goal was found within 0, 1, ..., `limit` steps: exact, over the table."""
    world = corridor(moves)
    chances = found_by(world.tabular(), random_arrows(world), limit)
    chances.setflags(write=False)
    return chances


@lru_cache(maxsize=64)
def _finds(moves: int, limit: int, walks: int, seed: int) -> NDArray[np.int64]:
    """[limit + 1], how many of `walks` sampled walks had found the goal within 0, 1, ..., `limit` steps."""
    world = corridor(moves)
    many = sample_trajectories(world.tabular(), random_arrows(world), seed=seed, count=walks, max_steps=limit)
    when = np.concatenate([part.lengths[part.terminated] for part in many])
    result = np.cumsum(np.bincount(when, minlength=limit + 1)).astype(np.int64)
    result.setflags(write=False)
    return result


def show_sparse(current: Visit, memory: ReturnsMemory) -> None:
    """The section."""
    line = memory.line
    st.header("3 · Sparse and long: will chance ever find the reward?", anchor="sparse")
    left, right = st.columns([5, 7], gap="medium")
    with left:
        _ask_for_corridor(current, line, lambda: memory.guesses.pop("sparse", None))
        ask_for_number(memory, "sparse", f"Predict: how many of {line.walks:,} random walks find it?", 0, line.walks, 1)
        _judge(memory, current.scenario.seed)
        conclude(
            "There is not a reward for every action: until the first one is found, "
            "nothing tells a good action from a bad one."
        )
    with right:
        _draw_corridor(line)
        if "sparse" in memory.revealed:
            _draw_curve(line, current.scenario.seed, height=280)
        else:
            st.info("Commit to a guess first: then the exact curve and the sampled one are drawn.")


def _ask_for_corridor(current: Visit, line: Line, changed: Callable[[], object]) -> None:
    """How long the corridor is, and how long a walk may be."""

    def put(name: str) -> Callable[[int], None]:
        def change(value: int) -> None:
            setattr(line, name, value)
            changed()

        return change

    left, right = st.columns(2)
    with left:
        st.slider("moves to the reward", *MOVES, **control(current, "line_moves", line.moves, put("moves")), step=1)
    with right:
        st.slider(
            "limit: steps of a walk", *WALK_LIMITS, **control(current, "line_limit", line.limit, put("limit")), step=10
        )


def _draw_corridor(line: Line) -> None:
    """The map of it."""
    world = corridor(line.moves)
    board(map_picture(world), key="corridor", name=f"A corridor of {line.moves} moves", layers=("none",), height=60)


def _judge(memory: ReturnsMemory, seed: int) -> None:
    """The exact probability, what was sampled, and how far off the guess was."""
    line, guess = memory.line, memory.guesses.get("sparse")
    if "sparse" not in memory.revealed:
        return
    p = float(_chances(line.moves, line.limit)[-1])
    counted = int(_finds(line.moves, line.limit, line.walks, seed)[-1])
    exact = p * line.walks
    close = guess is not None and abs(guess - exact) <= max(0.25 * exact, 2 * np.sqrt(max(exact, 1.0)))
    tell = st.success if close else st.info
    tell(
        plain(
            f"Exact: {exact:.3g} of {line.walks:,} (p = {p:.3g}). Sampled: {counted}. "
            + ("" if guess is None else f"You said {guess:.0f}. ")
            + (
                f"So it takes about {_many(1 / p)} walks to see the reward once."
                if p > 0
                else "No walk is long enough."
            )
        )
    )


def _many(n: float) -> str:
    return f"{n:.2g}" if n < 10 else f"{n:,.0f}" if n < 1e6 else f"{n:.1e}"


def _draw_curve(line: Line, seed: int, *, height: int) -> None:
    """P(found within n steps), exact and as sampled."""
    exact = _chances(line.moves, line.limit)
    counted = _finds(line.moves, line.limit, line.walks, seed) / line.walks
    n = np.arange(line.limit + 1)
    figure = go.Figure()
    figure.add_scatter(
        x=n, y=exact, name="exact", mode="lines", line={"color": tone("ink"), "width": 2.5, "dash": "dash"}
    )
    figure.add_scatter(
        x=n,
        y=counted,
        name=f"{line.walks:,} sampled walks",
        mode="lines",
        line={"color": tone("reward"), "width": 3, "shape": "hv"},
    )
    sentence = (
        f"The probability that a random walk has found the reward, by steps: {exact[-1]:.3g} after {line.limit} steps."
    )
    plot(
        figure,
        key="found_curve",
        says=sentence,
        height=height,
        x="n steps",
        y="P(reward found)",
        yaxis_rangemode="tozero",
    )
    st.caption(sentence)
