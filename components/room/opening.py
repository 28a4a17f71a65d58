"""Opening a room, and its code and QR code on the whole screen."""

from __future__ import annotations

from html import escape
from urllib.parse import urlsplit

import streamlit as st

from components.controls.model import ask_model
from components.controls.prompt import ask_prompt
from components.room.memory import Desk, RoomMemory
from components.server.models import models
from components.server.room.codes import spelled
from components.server.room.opened import room_settings, rooms_off
from components.shell.link import LOCAL
from components.shell.my_room import TROUBLE, my_room, open_my_room, phone_address
from components.shell.plain import plain
from components.shell.qr import draw_qr
from components.shell.shelf import shelf
from components.shell.takeaway import conclude
from components.shell.visit import Visit
from mdp_core.scenarios import TextScenario

KEPT = ("prompt", "temperature", "top_k", "top_p", "max_tokens")  # of the scenario


def offer_room(current: Visit, memory: RoomMemory) -> None:
    """The button, and what it does."""
    st.header("The room: you all are the human of RLHF", anchor="room")
    st.html(
        '<p class="room-says">Phones vote which of two texts is better. A reward model learns from the votes while they '
        "come, the language model is tuned on it, and then the phones say, blind, whether that made the texts better.</p>"
    )
    if why := rooms_off():
        st.error(plain(why))
        return
    with st.container(horizontal=True, key="controls", gap="small", vertical_alignment="center"):
        ask_prompt(current)
        ask_model(current, models())

    def begin() -> None:
        memory.problem, memory.step, memory.seen, memory.sure = "", None, None, False
        try:
            if my_room() is None:  # a double click opens one
                open_my_room(about(current.scenario.text))
        except TROUBLE as error:
            memory.problem = str(error)

    st.button("Open a room", key="room_open", type="primary", on_click=begin, icon=":material/groups:")
    if memory.problem:
        st.error(plain(memory.problem))
    hours = room_settings().keep
    st.caption(
        f"Nobody gives a name, and no address is kept. The room and all its votes are deleted after {hours:g} hours, or "
        "when you delete it. Only this browser can steer it."
    )
    conclude("What people like can be learned from nothing but which of two they prefer.")


def about(text: TextScenario) -> dict[str, object]:
    """What is kept of the scenario: whose texts the room judges."""
    return {"model": shelf().base_of(text.model), **{name: getattr(text, name) for name in KEPT}}


def show_code(desk: Desk) -> None:
    """The code and the QR code, as large as the screen lets them be, and how many are here."""
    code, address = desk.mine.code, phone_address(desk.mine.code)
    parts = urlsplit(address)
    where = f"{parts.netloc}{parts.path.rpartition('/')[0]}"
    here, came = desk.seen.pulse.here, desk.seen.pulse.phones
    left, right = st.columns([7, 5], gap="medium", vertical_alignment="center")
    with left:
        phones = "phone is" if here == 1 else "phones are"
        st.html(
            '<div class="room-code"><div class="where">Point your phone\'s camera at the square, or open<br>'
            f'<b class="stranger">{escape(where)}</b> and type</div><div class="code stranger">{spelled(code)}</div>'
            f'<div class="here"><b>{here}</b> {phones} here{f", {came} came so far" if came > here else ""}</div></div>'
        )
        if parts.hostname in LOCAL:
            st.caption(
                "This address begins with the name of this machine for itself: phones cannot open it. Open the app by the "
                "machine's address in your network, or set ONE_LOOP_URL."
            )
    with right, st.container(key="room_qr"):
        draw_qr(address, scale=16, width="stretch")
