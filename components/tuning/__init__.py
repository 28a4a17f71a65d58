"""The picture of a policy that moves: a tuning run's film, scrubbed by one cursor."""

from __future__ import annotations

from collections.abc import Callable

from mdp_core.rlhf.film import Film


def tuning(
    film: Film,
    *,
    key: str,
    run: str,
    live: bool,
    on_step: Callable[[int], None] | None = None,
    on_watch: Callable[[tuple[int, ...]], None] | None = None,
) -> None:
    """Draw the film. `run` names the run: another one starts at its newest policy, the same one keeps the visitor's cursor.

    While `live`, the cursor follows the newest policy unless the visitor has gone back. `on_step(n)` comes when the cursor
    has come to rest on the policy after n updates. `on_watch(prefix)` comes when a token of a text was clicked: consume
    `film.watch(prefix)` then, a slice at a time.
    """
    raise NotImplementedError
