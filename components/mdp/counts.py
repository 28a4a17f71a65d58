"""How many states: both worlds counted exactly."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from html import escape

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from components.instruments.board import board
from components.shell.plain import plain
from mdp_core.counting import in_groups, in_powers, prefixes, reachable_prefixes
from mdp_core.frames import Json
from mdp_core.stage.places import Places

MOST_TOKENS = 64
LIKE = (
    (5, "10^5: words of a book"),
    (10, "10^10: people on Earth"),
    (24, "10^24: stars in sight"),
    (50, "10^50: atoms of the Earth"),
    (80, "10^80: atoms of the universe"),
)


def nearest(number: int) -> int:
    """The index in LIKE that `number` is nearest to, in powers of ten."""
    m, e = in_powers(number)
    size = e + float(np.log10(m))
    return min(range(len(LIKE)), key=lambda i: abs(LIKE[i][0] - size))


def cells(places: Places, reached: NDArray[np.int64], steps: NDArray[np.int64], start: str) -> None:
    """The grid: how many states there are, and how many of them can be reached.

    `reached` [S] are the fewest steps from any start, `steps` [S] those from the one called `start`; -1 for never.
    """
    S, A, _ = places.mdp.shape
    seen = int((reached >= 0).sum())
    st.html(f'<div class="big-number">{seen:,} of {S:,}</div>')
    st.markdown(
        f"states can be reached from the start, by some policy; the farthest is {int(reached.max())} steps away."
    )
    board(
        places.picture | {"cells": _numbered(places, steps), "jumps": []},
        key="mdp_reach",
        name="The fewest steps to every cell",
        layers=("none",),
        height=250,
    )
    st.caption(
        f"On each cell: the fewest steps to it from {start}. A table of pi has |S|·|A| = {S:,} · {A} = {S * A:,} numbers."
    )


def texts(
    vocabularies: Mapping[str, tuple[int, int]],
    chosen: str,
    tokens: int,
    on_model: Callable[[str], None],
    on_tokens: Callable[[int], None],
) -> None:
    """The texts of at most `tokens` tokens, written out, for one of `vocabularies` (tokens, end tokens among them)."""
    picker = "mdp_vocabulary"
    vocabulary, ends = vocabularies[chosen]
    number = prefixes(vocabulary, tokens)
    m, e = in_powers(number)
    st.html(f'<div class="big-number">{m:.2f} · 10<sup>{e}</sup></div>')
    st.markdown(f"texts of at most T = {tokens} tokens: a number with **{e + 1} digits**.")
    st.latex(rf"\sum_{{t=0}}^{{{tokens}}} |V|^t, \qquad |V| = {vocabulary}")
    st.html(f'<div class="digits">{escape(in_groups(number))}</div>')
    st.segmented_control(
        "language model",
        list(vocabularies),
        default=chosen,
        format_func=lambda name: f"{plain(name)}, |V| {vocabularies[name][0]:,}",
        key=picker,
        on_change=lambda: on_model(st.session_state[picker] or chosen),
        label_visibility="collapsed",
    )
    key = "mdp_tokens"
    st.slider(
        "T: the most tokens of a text",
        1,
        MOST_TOKENS,
        tokens,
        key=key,
        on_change=lambda: on_tokens(st.session_state[key]),
    )
    m, e = in_powers(reachable_prefixes(vocabulary, ends, tokens))
    st.caption(
        f"Behind an end token nothing follows: {m:.2f} · 10^{e} of them can really be written. ({plain(chosen)}'s "
        f"vocabulary has {vocabulary:,} tokens, {ends:,} of them end a text.)"
    )


def kinds(states: int, tokens: int) -> None:
    """What finite, discrete and continuous mean, one line each."""
    st.markdown(
        f"- **Finite**: a list with an end. The map has {states:,} states; the texts of at most {tokens} tokens are finite "
        "too, and no list of them fits into the universe's memory.\n"
        "- **Discrete**: separate values, to be numbered 1, 2, 3, ... Texts of any length are discrete and not finite.\n"
        "- **Continuous**: between any two there is a third, as with a robot's position in metres: no list and no table; "
        "P and pi become densities."
    )


def _numbered(places: Places, steps: NDArray[np.int64]) -> list[list[Json]]:
    """The cells of the map with the fewest steps written on them; ? where no step leads."""
    cells = [[dict(cell) for cell in row] for row in places.picture["cells"]]
    for (r, c), s in places.at.items():
        cells[r][c]["label"] = str(int(steps[s])) if steps[s] >= 0 else "?"
    return cells
