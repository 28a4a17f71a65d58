"""The mixer: a distribution over a few actions as bars to drag, and the draw that falls on them."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from components.instruments.kit import component


def mixer(
    labels: Sequence[str],
    probabilities: Sequence[float],
    *,
    key: str,
    name: str,
    of: str,
    tallies: Sequence[int] = (),
    u: float | None = None,
    draws: int = 0,
    on_change: Callable[[list[float]], None],
) -> None:
    """Bars of `probabilities`, one a label; dragging one rescales the others, so that the sum stays 1.

    `of` names what the distribution belongs to: where it changes, a drag that is under way is given up. `u` is the last
    draw, number `draws`, and falls on the stacked bar; `tallies` say how often each action came. `on_change` comes when a
    bar is let go, with finite probabilities that sum to one.
    """
    sent = (st.session_state.get(key) or {}).get("mixed")

    def mixed() -> None:
        change = st.session_state[key].get("mixed")
        if change and change.get("of") == of:
            p = checked(change.get("p"), len(labels))
            if p is not None:
                on_change(p)

    component("mixer")(
        key=key,
        data={
            "labels": list(labels),
            "p": list(probabilities),
            "name": name,
            "of": of,
            "tallies": list(tallies),
            "u": u,
            "draws": draws,
            "seen": sent["n"] if sent else 0,
        },
        on_mixed_change=mixed,
    )


def checked(p: Any, size: int) -> list[float] | None:
    """What a browser sent as `size` probabilities, made to sum to one; None for what cannot be that."""
    if not isinstance(p, list) or len(p) != size:
        return None
    if not all(isinstance(x, (int, float)) and math.isfinite(x) and 0.0 <= x <= 1.0 for x in p):
        return None
    total = math.fsum(p)
    return [x / total for x in p] if total > 0 else None
