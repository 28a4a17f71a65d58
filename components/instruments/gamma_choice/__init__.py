"""The choice that gamma makes: a component in which it is dragged, two returns cross and the arrows turn."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from components.instruments.kit import component
from mdp_core.prospects import Prospect


def gamma_choice(
    picture: dict[str, Any],
    near: Prospect,
    far: Prospect,
    *,
    key: str,
    gammas: Sequence[float],
    policies: Sequence[Any],
    flip: float | None,
    guess: float | None,
    revealed: bool,
    gamma: float,
    command: int,
    on_gamma: Callable[[float], None],
) -> None:
    """Draw both prospects over gamma, and the map of `picture` with `policies[i]`, the arrows (rows of cells of
    probabilities of up, right, down, left) of `gammas[i]`. `flip` is where they turn. Until the
    answer is `revealed` there is only the map.
    The slider goes to `gamma` only when `command` is new; `on_gamma` comes on release.
    """

    def released() -> None:
        value = st.session_state[key].get("gamma")
        if value is not None:
            on_gamma(float(value))

    component("gamma_choice")(
        key=key,
        data={
            "map": picture,
            "prospects": [
                {"reward": p.reward, "delay": p.delay, "name": name} for p, name in ((near, "near"), (far, "far"))
            ],
            "gammas": list(gammas),
            "policies": list(policies),
            "flip": flip,
            "guess": guess,
            "revealed": revealed,
            "gamma": gamma,
            "command": command,
        },
        on_gamma_change=released,
    )
