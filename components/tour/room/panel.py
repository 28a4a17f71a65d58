"""The lecturer's controls: ask the room, see how many have answered, reveal what they said, and ask again."""

from __future__ import annotations

from typing import Any

import streamlit as st

from components.server.room.opened import rooms
from components.shell.plain import plain
from components.shell.ticker import part
from components.tour.beat import Beat
from components.tour.memory import TourMemory
from components.tour.room.hearing import Heard
from components.tour.room.question import name_of
from components.tour.room.words import counts_in_words, says_answered

TICK = 0.7  # seconds between two looks at the room


def steer_room(beat: Beat, memory: TourMemory, how: dict[str, Any], told: bool) -> None:
    """Draw the controls where this browser steers a room; they follow it while a question is open. What is said comes on
    the screen with a run of the whole page, and only once it is revealed.
    """
    hearing, name = memory.room, name_of(memory.meeting(beat.name))
    if hearing.last is None and not hearing.trouble:
        return
    ticked, drawn = False, _on_screen(memory, name)

    def draw() -> None:
        nonlocal ticked
        heard = hearing.listen(name) if ticked else hearing.of(name)
        ticked = True
        if _on_screen(memory, name) != drawn:
            st.rerun()
        for sentence in filter(None, (hearing.trouble, hearing.problem)):
            st.warning(plain(sentence))
        if heard is not None:
            _offer(beat, memory, heard, how, told)

    part(draw, ticks=lambda: TICK if _follows(memory, name, told) else None)


def hidden_counts(beat: Beat, memory: TourMemory) -> str:
    """For the speaker alone: what the room has said and does not see yet; empty where it sees all."""
    name = name_of(memory.meeting(beat.name))
    heard = memory.room.of(name)
    if heard is None or heard.question is None:
        return ""
    shown = memory.room.shown(name)
    hidden = [round for round in heard.rounds if round not in shown]
    return " ".join(f"Round {round}, not shown: {counts_in_words(beat, heard.answers(round))}." for round in hidden)


def _on_screen(memory: TourMemory, name: str) -> object:
    """What the rest of the page stands on: where it changes, the page runs anew."""
    heard, rounds = memory.room.of(name), memory.room.shown(name)
    if heard is None:
        return None
    question = heard.question
    state = (question.round, question.revealed) if question is not None else None
    return state, heard.closed, tuple(reply for reply in heard.replies if reply.round in rounds)


def _follows(memory: TourMemory, name: str, told: bool) -> bool:
    heard = memory.room.of(name)
    if memory.room.trouble:
        return True
    question = None if heard is None else heard.question
    return question is not None and not (told and question.revealed)


def _offer(beat: Beat, memory: TourMemory, heard: Heard, how: dict[str, Any], told: bool) -> None:
    hearing, question, key = memory.room, heard.question, f"{beat.name}_{memory.meeting(beat.name)[1]}"
    name, room = heard.name, heard.room.id

    def ask() -> None:
        if question is not None and question.revealed:
            hearing.early.add(name)  # it was seen: that it goes away is the lecturer's choice
        round = 1 if question is None else question.round + 1
        hearing.do(lambda: rooms().put_question(room, name, beat.asks, how, round))

    def reveal() -> None:
        if question is not None:
            number = question.id
            hearing.do(lambda: rooms().reveal(number))

    def hide() -> None:
        hearing.early ^= {name}

    if question is None:
        if heard.closed:
            st.caption("The room is closed: it takes no more answers.")
        elif not told:
            st.button("Ask the room", key=f"room_ask_{key}", icon=":material/groups:", on_click=ask)
        return
    if told and question.revealed:
        return
    says = says_answered(heard) if not question.revealed else ""
    if heard.closed:
        says = f"{says} The room is closed: it takes no more answers.".strip()
    elif not heard.is_open:
        says = f"{says} The phones are asked something else now.".strip()
    if says:
        st.html(f'<p class="room-count" role="status">{says}</p>')
    with st.container(horizontal=True, gap="small", key=f"tour_room_{key}"):
        if not question.revealed:
            st.button("Reveal", key=f"room_reveal_{key}", type="primary", on_click=reveal, disabled=not heard.rounds)
        if not told and not heard.closed:
            st.button("Ask again", key=f"room_again_{key}", on_click=ask, help="A new round of the same question.")
        earlier = [round for round in heard.rounds if round < question.round]
        if earlier and not question.revealed:
            label = f"{'Hide' if name in hearing.early else 'Show'} round {earlier[-1]}"
            st.button(label, key=f"room_early_{key}", on_click=hide)
