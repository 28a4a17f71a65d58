"""V and Q: on the map, and on text."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import streamlit as st

from components.instruments.board import Iterate, board
from components.instruments.board.film import iterate
from components.instruments.text_values import Candidate, Prefix, text_values
from components.returns.worth import Worth
from components.shell.plain import plain
from mdp_core.learners.policy_value import policy_values
from mdp_core.scenarios import GridScenario
from mdp_core.stage.grid import map_picture, policy_of, world_of

GAMMAS = (0.0, 0.2, 0.4, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 0.98, 0.99, 1.0)
SMALL = 400  # states up to which the values of all of these are worked out
WIDE = 10  # columns from which on four numbers in a cell are too small


@lru_cache(maxsize=8)
def _film(grid: GridScenario, gammas: tuple[float, ...]) -> tuple[tuple[Iterate, ...], tuple[float, ...]]:
    """v_pi and q_pi for every gamma, and the largest magnitude of each. Raises what `policy_of` raises."""
    world, policy = world_of(grid), policy_of(grid).arrows
    table = world.tabular()
    frames, scales = [], []
    for gamma in gammas:
        v = policy_values(table, policy, gamma)
        with np.errstate(invalid="ignore"):
            q = table.q_from_v(v, gamma)
        known = np.where(np.isfinite(v), v, np.nan)
        frames.append(iterate(world, f"gamma {gamma:.2f}", known, np.where(np.isfinite(q), q, np.nan), policy))
        scales.append(float(np.nanmax(np.abs(known), initial=0.0)))
    return tuple(frames), tuple(scales)


def on_the_map(grid: GridScenario, gamma: float, *, height: int) -> None:
    """The values of the robot's policy, to be scrubbed through gamma. Raises ValueError for what has no policy."""
    world = world_of(grid)
    many = len(world.states) <= SMALL
    gammas = tuple(sorted({*GAMMAS, round(gamma, 3)})) if many else (round(gamma, 3),)
    film, scales = _film(grid, gammas)
    here = gammas.index(round(gamma, 3))
    wide = world.map.shape[1] > WIDE
    board(
        map_picture(world),
        key="return_values",
        name="The values of the policy",
        film=film,
        film_key=[str(grid), gammas, here],
        first=here,
        layers=("v", "q", "policy") if wide else ("q", "v", "policy"),
        layer="v",
        scale=scales[here] or max(scales),
        height=height,
    )
    if not all(np.isfinite(policy_values(world.tabular(), policy_of(grid).arrows, gammas[-1]))) and gammas[-1] == 1.0:
        st.caption("At gamma 1 some cells have no number: from there the sum need not exist.")


def on_text(worth: Worth, gamma: float) -> None:
    """The text token by token with the value of every prefix, and what may come behind the chosen one."""
    model, t = worth.model, worth.chosen
    pieces = model.pieces(worth.ids)
    start = len(worth.mdp.prompt)
    prompt = "".join(pieces[:start]).strip()
    found = [worth.values.get(i) for i in range(worth.length)]
    v = [None if value is None else value.value(gamma) for value in found]
    score = worth.mdp.reward(model.decode(worth.ids)).total if worth.complete else None
    prefixes = [Prefix(prompt, v[0] if v else None, found[0].half_width(gamma) if v and found[0] else 0.0, None)]
    for i in range(1, worth.length + 1):
        before, value = v[i - 1], found[i] if i < worth.length else None
        now = score if i == worth.length else v[i]
        worth_it = None if now is None or before is None else (now if i == worth.length else gamma * now) - before
        half = 0.0 if value is None else value.half_width(gamma)
        prefixes.append(
            Prefix(_visible(pieces[start + i - 1], model.piece(worth.ids[start + i - 1])), now, half, worth_it)
        )
    written = worth.ids[start + t] if worth.length > t else -1
    candidates = [
        Candidate(_name(model.piece(item.token)), item.p, item.q(gamma), item.half(gamma), item.token == written)
        for item in worth.tokens.get(t, [])
    ]
    text_values(
        prefixes,
        candidates,
        key="text_values",
        chosen=t,
        after=f"After “{_end(pieces[: start + t])}”: what is each next token worth?",
        low=min(worth.low, 0.0),
        high=max(worth.high, 0.0),
        on_prefix=worth.choose,
    )


def how_exact(worth: Worth, gamma: float) -> None:
    """What the numbers are: enumerated, with the error of what was left out, or a mean of rollouts."""
    value = worth.values.get(worth.chosen)
    if value is None:
        return
    now, half = value.value(gamma), value.half_width(gamma)
    if not value.texts:
        said = f"V = {now:.3f} ± {half:.3f} (95 %): the mean of {value.drawn} texts, written from here to their ends."
    elif not value.sampled:
        said = (
            f"V = {now:.3f}, exact to ±{half:.4f}: {value.texts:,} texts enumerated; "
            f"what was left out has probability {value.rest:.4f}."
        )
    else:
        said = (
            f"V = {now:.3f} ± {half:.3f} (95 %): {value.texts:,} texts with probability {1 - value.rest:.2f} enumerated; "
            f"alone they bound V to ±{value.bound():.2f}, so the rest was drawn, {value.drawn:,} texts."
        )
    st.caption(plain(said))


def _visible(piece: str, name: str) -> str:
    """What a token adds, made visible where it adds nothing to see."""
    return piece.strip() or ("⏎" if "\n" in piece else _name(name))


def _name(piece: str) -> str:
    return piece.strip() or ("⏎" if "\n" in piece else "␣")


def _end(pieces: list[str]) -> str:
    text = "".join(pieces).strip()
    return "… " + text[-28:] if len(text) > 30 else text
