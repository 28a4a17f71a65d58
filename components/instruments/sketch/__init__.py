"""The sketch: a curve that a visitor draws by hand, and the true one beside it once it is told."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from components.instruments.kit import component


@dataclass(frozen=True)
class Crowd:
    """Curves that many people drew, and curves that stand for all of them, by name, the latest one last."""

    curves: Sequence[Sequence[float]]
    middles: Sequence[tuple[str, Sequence[float]]]


def sketch(
    *,
    key: str,
    of: str,
    points: int,
    low: float,
    high: float,
    across: str,
    up: str,
    drawn: Sequence[float] | None = None,
    truth: Sequence[float] | None = None,
    crowd: Crowd | None = None,
    on_draw: Callable[[tuple[float, ...]], None],
) -> None:
    """Axes from `low` to `high` with `points` places, named `across` and `up`, to draw a curve on with a pointer or with
    the arrow keys, a place at a time. `of` names what is drawn: for another, the paper is blank. `drawn` was committed; one
    with other places cannot be shown here. With `truth`, which may still grow, nothing can be drawn any more. What a `crowd`
    drew lies below, faintly.

    `on_draw(curve)` comes when a whole curve, `points` finite numbers within [low, high], is let go.
    """

    def finished() -> None:
        drawing = st.session_state[key].get("drawn")
        if isinstance(drawing, dict) and drawing.get("of") == of:
            curve = checked(drawing.get("curve"), points, low, high)
            if curve is not None:
                on_draw(curve)

    component("sketch")(
        key=key,
        data={
            "of": of,
            "points": points,
            "low": low,
            "high": high,
            "across": across,
            "up": up,
            "drawn": None if drawn is None or len(drawn) != points else list(drawn),
            "truth": None if truth is None else list(truth),
            "crowd": None if crowd is None else [list(curve) for curve in crowd.curves],
            "middles": [] if crowd is None else [[name, list(curve)] for name, curve in crowd.middles],
        },
        on_drawn_change=finished,
    )


def checked(curve: Any, points: int, low: float, high: float) -> tuple[float, ...] | None:
    """What a browser sent as a curve, kept within its axes; None for what is none."""
    if not isinstance(curve, list) or len(curve) != points:
        return None
    if not all(isinstance(y, (int, float)) and not isinstance(y, bool) and math.isfinite(y) for y in curve):
        return None
    return tuple(min(max(float(y), low), high) for y in curve)
