"""Section 4, how many states: both worlds counted exactly."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from html import escape

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from components.controls.question import ask_question
from components.instruments.board import board
from components.mdp.memory import MdpMemory, places_of, state_of
from components.server.models import models
from components.shell.carried import since_link
from components.shell.plain import plain
from components.shell.shelf import language_model
from components.shell.takeaway import conclude
from components.shell.visit import Visit
from mdp_core.counting import in_groups, in_powers, prefixes, reachable_prefixes
from mdp_core.reach import distances
from mdp_core.stage.places import Places

MOST_TOKENS = 64
NUMBERED = 30  # rows or columns; on smaller cells a number is not written, as it could not be read


@dataclass(frozen=True)
class _Vocabulary:
    name: str
    vocabulary: int
    ends: int


SMOLLM2 = _Vocabulary("SmolLM2-135M-Instruct", 49_152, 1)  # as its configuration says
LIKE = (
    (5, "10^5: words of a book"),
    (10, "10^10: people on Earth"),
    (24, "10^24: stars in sight"),
    (50, "10^50: atoms of the Earth"),
    (80, "10^80: atoms of the universe"),
)


def _nearest(number: int) -> int:
    """The index in LIKE that `number` is nearest to, in powers of ten."""
    m, e = in_powers(number)
    size = e + float(np.log10(m))
    return min(range(len(LIKE)), key=lambda i: abs(LIKE[i][0] - size))


def _count_cells(places: Places, reached: NDArray[np.int64], steps: NDArray[np.int64], start: str) -> None:
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
        places.picture | {"labels": _numbered(places, steps), "jumps": []},
        key="mdp_reach",
        name="The fewest steps to every cell",
        layers=("none",),
        height=250,
    )
    rows, columns = places.picture["rows"], places.picture["cols"]
    where = f"On each cell: the fewest steps to it from {start}. " if max(rows, columns) <= NUMBERED else ""
    st.caption(f"{where}A table of pi has |S|·|A| = {S:,} · {A} = {S * A:,} numbers.")


def _count_texts(
    vocabularies: Mapping[str, tuple[int, int]],
    chosen: str,
    tokens: int,
    on_model: Callable[[str], None],
    on_tokens: Callable[[int], None],
) -> None:
    """The texts of at most `tokens` tokens, written out, for one of `vocabularies` (tokens, end tokens among them)."""
    picker = since_link("mdp_vocabulary")
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
    key = since_link("mdp_tokens")
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
        f"vocabulary has {vocabulary:,} tokens, {ends:,} of them {'ends' if ends == 1 else 'end'} a text.)"
    )


def _compare_kinds(states: int, tokens: int) -> None:
    """What finite, discrete and continuous mean, one line each."""
    st.markdown(
        f"- **Finite**: a list with an end. The map has {states:,} states; the texts of at most {tokens} tokens are finite "
        "too, and no list of them fits into the universe's memory.\n"
        "- **Discrete**: separate values, to be numbered 1, 2, 3, ... Texts of any length are discrete and not finite.\n"
        "- **Continuous**: between any two there is a third, as with a robot's position in metres: no list and no table; "
        "P and pi become densities."
    )


def _numbered(places: Places, steps: NDArray[np.int64]) -> list[list[str | int | None]]:
    """What is written on the cells of the map: the fewest steps; ? where no step leads, None where no state lies."""
    laid = places.laid_out(steps)
    return [[None if n != n else "?" if n < 0 else int(n) for n in row] for row in laid.tolist()]


def show_counts(current: Visit, memory: MdpMemory) -> None:
    """The section."""
    st.header("4 · How many states?", anchor="states")
    ask_question(
        memory.guesses,
        "texts",
        f"SmolLM2 knows {SMOLLM2.vocabulary:,} tokens. How many texts of at most 16 tokens are there? Nearest to ...",
        [label for _, label in LIKE],
        _how_many,
    )
    left, right = st.columns(2, gap="large")
    places = places_of(memory)
    with left:
        several = int((places.mdp.start > 0).sum()) > 1
        start = state_of(memory, places) if several else places.mdp.initial_state()
        _count_cells(places, steps_to(places), steps_to(places, start), places.words[start] if several else "the start")
    with right:
        known = _vocabularies(current)
        _count_texts(
            known,
            memory.model if memory.model in known else list(known)[-1],
            memory.tokens,
            lambda name: setattr(memory, "model", name),
            lambda n: setattr(memory, "tokens", n),
        )
    _compare_kinds(places.mdp.shape[0], memory.tokens)
    conclude("Both worlds are finite. One fits in a table; of the other nobody will ever see more than a few states.")


@lru_cache(maxsize=64)
def steps_to(places: Places, start: int | None = None) -> NDArray[np.int64]:
    return distances(places.mdp, start)


def _vocabularies(current: Visit) -> dict[str, tuple[int, int]]:
    """The visit's model, where it is current, and SmolLM2, which need not be here to be counted."""
    model = language_model(current.scenario.text.model, models())
    known = {} if model is None else {model.name: (model.vocabulary_size, len(model.end_tokens))}
    if any(name.startswith(SMOLLM2.name) for name in known):
        return known
    return known | {SMOLLM2.name: (SMOLLM2.vocabulary, SMOLLM2.ends)}


def _how_many() -> tuple[int, str]:
    number = prefixes(SMOLLM2.vocabulary, 16)
    m, e = in_powers(number)
    return _nearest(
        number
    ), f"The sum of |V|^t for t from 0 to 16 is {m:.2f} times 10^{e}, a number with {e + 1} digits."
