"""The room: phones vote, a reward model learns from them, the policy moves, and the phones judge what came of it."""

from __future__ import annotations

from contextlib import suppress
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st

from components.room.judging import show_judging
from components.room.liking import learn, show_liking
from components.room.memory import PAIRS, STEPS, Desk, RoomMemory, Seen, Step, room_memory, text_of
from components.room.opening import offer_room, show_code
from components.room.taking_along import show_taking_along
from components.room.tuning import look_at_run, put_on_the_shelf, show_tuning
from components.room.voting import show_voting
from components.room.workshop import workshop
from components.room.writing import SHARED
from components.server.models import models
from components.server.room.codes import spelled
from components.server.room.opened import rooms
from components.server.room.records import Asking
from components.server.warmup import warmup
from components.shell.address import follow_address, visit, write_link
from components.shell.messages import messages, model_messages
from components.shell.my_room import TROUBLE, SteeredRoom, my_room
from components.shell.plain import plain
from components.shell.served import why_not
from components.shell.ticker import part, work_on
from components.shell.wanted_model import choose, described, settle
from mdp_core.tokens.sources.errors import UnknownModel
from mdp_core.work import Work

if TYPE_CHECKING:
    from components.shell.visit import Visit

STYLE = Path(__file__).parent / "room.css"
TICK = 0.5  # seconds between two looks at the room
SHOW = {
    "come in": show_code,
    "vote": show_voting,
    "taste": show_liking,
    "tune": show_tuning,
    "judge": show_judging,
    "take along": show_taking_along,
}


def page() -> None:
    """The page "Room", for the lecturer and the projector."""
    current, memory = follow_address(visit()), room_memory()
    if warmup().done:
        settle(current, models())
    st.html(STYLE)
    with messages():
        model_messages(current, models(), warmup(), stays="The model that was here stays.")
    try:
        mine = my_room()
        if mine is None:
            offer_room(current, memory)
        else:
            _steer(current, memory, mine)
    except TROUBLE as error:
        st.error(plain(str(error)))
        st.button("Try again", key="room_again")
    write_link(current)


def _steer(current: Visit, memory: RoomMemory, mine: SteeredRoom) -> None:
    text = text_of(mine.room)
    _take_what_is_written(memory, mine)
    seen = memory.look(mine)
    with st.container(horizontal=True, key="room_top", gap="small", vertical_alignment="center"):
        part(lambda: _strip(memory), ticks=lambda: TICK)
        _choose_step(memory, seen)
    if models().get(text.model) is None and warmup().done and current.load is None:
        _offer_model(current, text.model)
    with st.container():
        if memory.writing is not None and not memory.writing.done:
            work_on(memory.writing, _doing, key="room_writing", go_on="")
    part(lambda: _panel(memory, mine), ticks=lambda: TICK)


def _choose_step(memory: RoomMemory, seen: Seen) -> None:
    at = step_of(memory, seen)
    key = f"room_step {at}"

    def go() -> None:
        memory.step = st.session_state.get(key) or at
        memory.problem, memory.sure = "", False

    st.segmented_control(
        "Where the room is",
        list(STEPS),
        default=at,
        format_func=STEPS.__getitem__,
        key=key,
        on_change=go,
        label_visibility="collapsed",
        required=True,
        width="content",
    )


def step_of(memory: RoomMemory, seen: Seen) -> Step:
    """What is shown: what was chosen in this tab, else how far the room is."""
    if memory.step is not None:
        return memory.step
    if seen.closed:
        return "take along"
    if seen.blinds:
        return "judge"
    if workshop(seen.room.code).run is not None:
        return "tune"
    return "vote" if seen.batch(PAIRS) else "come in"


def _strip(memory: RoomMemory) -> None:
    """The code for who comes late, how many are here, and the votes: at every tick."""
    seen = memory.seen
    try:
        mine = my_room()
        if mine is not None:
            seen = memory.look(mine)
    except TROUBLE as error:
        st.warning(plain(str(error)))
        return
    if mine is None or seen is None:
        st.rerun()
    pulse = seen.pulse
    st.html(
        f'<div class="room-strip" role="status"><span class="code stranger">{escape(spelled(mine.code))}</span>'
        f"<span><b>{pulse.here}</b> here</span><span><b>{pulse.votes:,}</b> votes</span></div>"
    )


def _panel(memory: RoomMemory, mine: SteeredRoom) -> None:
    """The step that is shown, with all that came since; and what was in the way of a button in it."""
    if memory.problem:
        st.error(plain(memory.problem))
    with suppress(*TROUBLE):  # the strip says so; what was seen stays
        if my_room() is None:
            return
    if memory.seen is None:
        return
    text = text_of(mine.room)
    shop, model = workshop(mine.code), models().get(text.model)
    desk = Desk(mine, memory.seen, memory, shop, model, text)
    if model is not None:
        with suppress(*TROUBLE):  # again at the next tick
            learn(desk.seen, shop, model)
    look_at_run(desk)
    put_on_the_shelf(desk)
    if memory.news:
        st.toast(plain(memory.news))
        memory.news = ""
    SHOW[step_of(memory, desk.seen)](desk)


def _take_what_is_written(memory: RoomMemory, mine: SteeredRoom) -> None:
    """What the model has written becomes pairs of the room; a tab that wrote the same writes nothing twice."""
    work, memory.writing = memory.writing, memory.writing if memory.writing and not memory.writing.done else None
    if work is None or not work.done:
        return
    if work.error is not None or work.result is None:
        memory.problem = "" if work.error is None else str(work.error)
        return
    different = [both for both in work.result if both[0] != both[1]]
    if not different:
        memory.problem = "Every text came out the same before and after: there is nothing to compare. Tune for longer."
        return
    try:
        first = not rooms().pairs(mine.room.id, memory.batch)
        rooms().add_pairs(mine.room.id, memory.batch, different, shared=SHARED if first else 0)
        if memory.batch != PAIRS:
            rooms().ask(mine.room.id, Asking())  # the room's votes on the pairs before are over
    except ValueError as error:
        memory.problem = str(error)
    except TROUBLE:
        memory.writing = work  # it is kept, and handed over when the database is back
        raise


def _doing(writing: Work[Any]) -> str:
    return f"The model writes: {writing.doing}"


def _offer_model(current: Visit, model: str) -> None:
    why = why_not(model, models(), "a room can neither learn from its votes nor tune it")
    if why:
        st.info(plain(why))
        return
    try:
        label = f"Load {described(model, models())}"
    except UnknownModel as error:
        st.error(plain(str(error)))
        return
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.info(
            plain(f"The texts of this room are {model}'s, which is not here: votes are kept, nothing can be learned.")
        )
        st.button(plain(label), key="room_load", on_click=choose, args=(current, model, models()), type="primary")
