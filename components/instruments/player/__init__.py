"""The player: one custom component that draws both worlds on one clock. What it draws comes in as frames."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

import streamlit as st

from components.instruments.kit import component
from mdp_core.scenarios import View

ROWS = ("state", "policy", "draw", "action", "transition", "reward", "next", "rewards", "togo", "sum")


def player(
    frames: dict[str, Any],
    view: View,
    command: int,
    *,
    key: str,
    rows: Collection[str] = ROWS,
    watched: bool = False,
    on_view: Callable[[int, float], None],
    on_choose: Callable[[str, int, Any], None],
    on_undo: Callable[[str], None],
) -> None:
    """Draw `frames` (see mdp_core.frames.stage_frames) of two worlds, or of one, which then has all of the width. The player
    looks where `view` says only when `command` is new, and takes the height that the window has left.

    `rows` are those of ROWS that are shown; gamma is there for "rewards" and "togo". Raises ValueError for other names.
    Back come `on_view(step, gamma)` on release, pause and step, and a few times a second in between where it is `watched`,
    `on_choose(side, t, action)` and `on_undo(side)`; all of them before the next run of the script, as Streamlit's
    callbacks do.
    """

    if unknown := set(rows) - set(ROWS):
        raise ValueError(f"the player has no rows {sorted(unknown)}")

    def came(name: str) -> Any:
        return st.session_state[key].get(name)

    def looked() -> None:
        seen = came("view")
        if seen:
            on_view(seen["step"], seen["gamma"])

    def chose() -> None:
        choice = came("choice")
        if choice:
            on_choose(choice["side"], choice["t"], choice["action"])

    def undid() -> None:
        side = came("undo")
        if side:
            on_undo(side)

    component("player")(
        key=key,
        data=player_data(frames, view, command, rows=rows) | {"watched": watched},
        on_view_change=looked,
        on_choice_change=chose,
        on_undo_change=undid,
    )


def camera(
    frames: dict[str, Any],
    view: View,
    *,
    film: int,
    at: int,
    step: int,
    key: str,
    on_picture: Callable[[int, int, object], None],
) -> None:
    """A player that nobody sees, which takes one picture: of `frames` at rest at `step`, at gamma of `view`.

    Back comes `on_picture(film, at, png)`, once for each `film` and `at`: PNG in base64, "" where the browser cannot draw.
    As everything that a browser sends, it may be anything.
    """

    def came() -> None:
        picture = st.session_state[key].get("picture")
        if isinstance(picture, dict):
            on_picture(picture.get("film", -1), picture.get("at", -1), picture.get("png"))

    data = player_data(frames, view, fixed=True) | {"film": {"film": film, "at": at, "step": step}}
    component("player", "film")(key=key, data=data, on_picture_change=came)


def player_data(
    frames: dict[str, Any], view: View, command: int = 0, *, rows: Collection[str] = ROWS, fixed: bool = False
) -> dict[str, Any]:
    """What the player is given. Where it is `fixed` it offers no other action: nobody is there to roll one out."""
    return {
        "frames": frames,
        "view": {"step": view.step, "gamma": view.gamma},
        "command": command,
        "rows": [row for row in ROWS if row in rows],
        "fixed": fixed,
    }
