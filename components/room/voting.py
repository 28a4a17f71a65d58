"""Voting: the pairs, which a model writes, and the votes as they fall in."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import streamlit as st

from components.room.memory import PAIRS, Desk
from components.room.pictures import Column, draw_votes
from components.room.writing import AT_ONCE, write_pairs
from components.server.pictures import is_slow
from components.server.room.opened import rooms
from components.server.room.records import Asking, Pair
from components.server.room.store import MOST_PAIRS
from mdp_core.rlhf.votes import tallies
from mdp_core.work import Work

TOLD = 2  # pairs of each kind


def show_voting(desk: Desk) -> None:
    """The question, whether it is open, and a column a pair."""
    pairs = desk.seen.batch(PAIRS)
    counts = tallies(desk.seen.votes_on(PAIRS))
    voted = sum(sum(tally) for tally in counts.values())
    with st.container(horizontal=True, gap="small", vertical_alignment="center", key="room_vote_row"):
        ask_or_stop(desk, PAIRS, "Which is better?")
        _ask_for_more(desk, len(pairs))
    if not pairs:
        st.html('<p class="room-says">There is nothing to vote on yet: let the model write pairs of texts.</p>')
        return
    state = "The phones ask: <b>which is better?</b>" if desk.seen.asks(PAIRS) else "The phones wait."
    says = f"{voted:,} {'vote' if voted == 1 else 'votes'} on {len(counts)} of {len(pairs)} pairs."
    st.html(f'<p class="room-says">{state} {says}</p>')
    columns = [
        Column(str(i), *_tally(counts, pair.id), pair.shared)
        for i, pair in enumerate(pairs, start=1)
        if len(pairs) <= 2 * AT_ONCE or pair.id in counts
    ]
    told = bool(voted) and not desk.seen.asks(PAIRS)
    draw_votes(columns, says, low=told)
    if told:
        _tell_pairs(pairs, counts)


def ask_or_stop(desk: Desk, batch: str, question: str) -> None:
    """One button: ask the phones about that batch, or stop. Nothing where there is nothing to ask, or the room is closed."""
    if desk.seen.closed or not desk.seen.batch(batch):
        return
    room = desk.mine.room.id
    if desk.seen.asks(batch):
        stop = Asking()
        st.button("Stop voting", key="room_stop", on_click=desk.do, args=(lambda: rooms().ask(room, stop),))
    else:
        ask = Asking("pairs", batch)
        st.button(
            f"Start voting: “{question}”",
            key="room_ask",
            type="primary",
            on_click=desk.do,
            args=(lambda: rooms().ask(room, ask),),
        )


def _ask_for_more(desk: Desk, have: int) -> None:
    model = desk.model
    if model is None or desk.seen.closed or desk.memory.writing is not None or have + AT_ONCE > MOST_PAIRS // 2:
        return

    def begin() -> None:
        desk.memory.problem = ""
        desk.memory.batch = PAIRS
        desk.memory.writing = Work(write_pairs(model, desk.text, is_slow(model), have))
        st.rerun()

    label = f"Write {AT_ONCE} more pairs" if have else f"Let the model write {AT_ONCE} pairs"
    st.button(label, key="room_write", type="secondary" if have else "primary", on_click=begin)


def _tally(counts: dict[int, tuple[int, int, int]], pair: int) -> tuple[int, int, int]:
    first, second, same = counts.get(pair, (0, 0, 0))
    return first, same, second


def _tell_pairs(pairs: Sequence[Pair], counts: dict[int, tuple[int, int, int]]) -> None:
    """What the room is most of one mind about, and what divides it. Only once nobody votes: it would sway."""
    voted = [pair for pair in pairs if sum(counts.get(pair.id, ())) >= 3]

    def margin(pair: Pair) -> float:
        first, second, same = counts[pair.id]
        return abs(first - second) / (first + second + same)

    def unity(pair: Pair) -> float:
        return max(counts[pair.id]) / sum(counts[pair.id])

    clear = sorted(voted, key=lambda pair: (-margin(pair), -sum(counts[pair.id])))[:TOLD]
    # Where all say "the same" nothing divides them, though neither text is ahead.
    mixed = [pair for pair in voted if pair not in clear and unity(pair) < 1]
    divided = sorted(mixed, key=lambda pair: (unity(pair), -sum(counts[pair.id])))[:TOLD]
    if not clear:
        return
    kinds = [(title, some) for title, some in (("Most of one mind", clear), ("Most divided", divided)) if some]
    for column, (title, some) in zip(st.columns(len(kinds), gap="medium"), kinds, strict=True):
        rows = "".join(_versus(pair, counts[pair.id]) for pair in some)
        with column:
            st.html(f'<p class="room-says">{title}</p><div class="versus">{rows}</div>')


def _versus(pair: Pair, tally: tuple[int, int, int]) -> str:
    first, second, same = tally
    ties = f"<br>{same} the same" if same else ""
    return (
        f'<div class="stranger" dir="auto">{escape(pair.one)}</div><div class="counts">{first} : {second}{ties}</div>'
        f'<div class="stranger" dir="auto">{escape(pair.other)}</div>'
    )
