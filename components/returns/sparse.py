"""Sparse and long: how often a random walker finds the only reward there is."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np
import plotly.graph_objects as go
import streamlit as st
from numpy.typing import NDArray

from components.controls.control import control
from components.instruments.board import board
from components.returns.memory import Line, Returns
from components.shell.plain import plain
from components.shell.visit import Visit
from mdp_core.grid.lines import MOVES, corridor
from mdp_core.grid.policies import random_arrows
from mdp_core.horizon import found_by
from mdp_core.stage.grid import map_picture
from mdp_core.trajectories import sample_trajectories

LONGEST = 500  # steps that are looked at
REWARD, INK = ("#009e73", "#2cc295"), ("#16202b", "#edf1f6")


@lru_cache(maxsize=64)
def chances(moves: int, limit: int) -> NDArray[np.float64]:
    """[limit + 1], the probability that the goal was found within 0, 1, ..., `limit` steps: exact, over the table."""
    world = corridor(moves)
    found = found_by(world.tabular(), random_arrows(world), limit)
    found.setflags(write=False)
    return found


@lru_cache(maxsize=64)
def finds(moves: int, limit: int, walks: int, seed: int) -> NDArray[np.int64]:
    """[limit + 1], how many of `walks` sampled walks had found the goal within 0, 1, ..., `limit` steps."""
    world = corridor(moves)
    many = sample_trajectories(world.tabular(), random_arrows(world), seed=seed, count=walks, max_steps=limit)
    when = np.concatenate([part.lengths[part.terminated] for part in many])
    result = np.cumsum(np.bincount(when, minlength=limit + 1)).astype(np.int64)
    result.setflags(write=False)
    return result


def corridor_controls(here: Visit, line: Line, changed: Callable[[], None]) -> None:
    """How long the corridor is, and how long a walk may be."""

    def put(name: str) -> Callable[[int], None]:
        def change(value: int) -> None:
            setattr(line, name, value)
            changed()

        return change

    left, right = st.columns(2)
    with left:
        st.slider("moves to the reward", *MOVES, **control(here, "line_moves", line.moves, put("moves")), step=1)
    with right:
        st.slider(
            "limit: steps of a walk", 10, LONGEST, **control(here, "line_limit", line.limit, put("limit")), step=10
        )


def the_corridor(line: Line) -> None:
    """The map of it."""
    world = corridor(line.moves)
    board(map_picture(world), key="corridor", name=f"A corridor of {line.moves} moves", layers=("none",), height=60)


def sparse_verdict(mine: Returns, seed: int) -> None:
    """The exact probability, what was sampled, and how far off the guess was."""
    line, guess = mine.line, mine.guesses.get("sparse")
    if "sparse" not in mine.revealed:
        return
    p = float(chances(line.moves, line.limit)[-1])
    counted = int(finds(line.moves, line.limit, line.walks, seed)[-1])
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


def found_curve(line: Line, seed: int, *, height: int) -> None:
    """P(found within n steps), exact and as sampled."""
    dark = st.context.theme.type == "dark"
    exact = chances(line.moves, line.limit)
    counted = finds(line.moves, line.limit, line.walks, seed) / line.walks
    n = np.arange(line.limit + 1)
    figure = go.Figure()
    figure.add_scatter(
        x=n, y=exact, name="exact", mode="lines", line={"color": INK[dark], "width": 2.5, "dash": "dash"}
    )
    figure.add_scatter(
        x=n,
        y=counted,
        name=f"{line.walks:,} sampled walks",
        mode="lines",
        line={"color": REWARD[dark], "width": 3, "shape": "hv"},
    )
    figure.update_layout(
        height=height,
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
        legend={"orientation": "h", "y": 1.0, "yanchor": "bottom", "font": {"size": 15}},
        xaxis={"title": {"text": "n steps", "font": {"size": 14}}, "tickfont": {"size": 13}},
        yaxis={
            "title": {"text": "P(reward found)", "font": {"size": 14}},
            "tickfont": {"size": 13},
            "rangemode": "tozero",
        },
    )
    said = (
        f"The probability that a random walk has found the reward, by steps: {exact[-1]:.3g} after {line.limit} steps."
    )
    st.plotly_chart(figure, key="found_curve", config={"displayModeBar": False}, alt=said)
    st.caption(said)
