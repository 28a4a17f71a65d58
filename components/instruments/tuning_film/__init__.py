"""The picture of a policy that moves: a tuning run's film, scrubbed by one cursor."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import streamlit as st

from components.instruments.kit import component

if TYPE_CHECKING:
    from mdp_core.rlhf.film import Film  # heavy


PARTS = ("curves", "plane", "next", "texts")


def tuning(
    film: Film,
    *,
    key: str,
    run: str,
    live: bool,
    parts: Sequence[str] = PARTS,
    on_step: Callable[[int], None] | None = None,
    on_watch: Callable[[tuple[int, ...]], None] | None = None,
) -> None:
    """Draw the film. `run` names the run: another one starts at its newest policy, the same one keeps the visitor's cursor.
    Of PARTS those in `parts` are shown.

    While `live`, the cursor follows the newest policy unless the visitor has gone back. `on_step(n)` comes when the cursor
    has come to rest on the policy after n updates. `on_watch(prefix)` comes when a token of a text was clicked: consume
    `film.watch(prefix)` then, a slice in every run of the script before the film is drawn. While something is left to
    read, the picture asks for the next run.
    """

    def rested() -> None:
        step = st.session_state[key].get("step")
        if on_step and isinstance(step, dict) and step.get("run") == run and isinstance(step.get("n"), int):
            on_step(step["n"])

    def watched() -> None:
        place = st.session_state[key].get("watched")
        if on_watch and isinstance(place, dict):
            try:
                prefix = film.prefix(*(place[name] for name in ("n", "text", "token")))
            except (KeyError, TypeError):
                return  # what was clicked is of another run, or not kept any more
            on_watch(prefix)

    component("tuning_film")(
        key=key,
        data=film_data(film, run, live=live, parts=parts),
        on_step_change=rested,
        on_watched_change=watched,
        on_more_change=lambda: None,
    )


def film_data(
    film: Film, run: str, *, live: bool = False, parts: Sequence[str] = PARTS, fixed: bool = False
) -> dict[str, Any]:
    """What the picture is given. Where it is `fixed` no other prefix can be watched: nobody is there to read it."""
    return {"film": film.data(), "run": run, "live": live, "parts": list(parts), "fixed": fixed}
