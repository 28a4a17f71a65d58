"""The menu of a talk: keep this moment, put moments and beats in order, save them as a file, and give the talk."""

from __future__ import annotations

import time

import streamlit as st

from components.shell.bringing import ask_file
from components.shell.file_button import offer_file
from components.shell.navigation import address_of
from components.shell.plain import plain
from components.shell.qr import draw_qr
from components.talk.memory import TalkMemory
from components.talk.showing import what_is_wrong
from components.tour.memory import tour_memory
from components.tour.script import SCRIPT, beat_of
from mdp_core.talk import MAX_BYTES, Item, Talk, TalkError, from_json, to_json

OPEN = "talk_menu"

FILE = "one-loop-talk.json"


def draw_menu(memory: TalkMemory, page: str) -> None:
    """In the header, on every page; in talk mode only what is needed then."""
    with st.container(horizontal=True, key="talk", gap="small"):
        if memory.given is not None:
            _draw_giving(memory)
            return
        with st.popover("Talk", key=OPEN, on_change="rerun", width="content"):
            if st.session_state.get(OPEN):
                _draw_talk(memory, page)


def _draw_giving(memory: TalkMemory) -> None:
    """The speaker's window, the QR code, and the way out: small, and gone when nothing is near."""
    given = memory.given
    assert given is not None
    with st.popover("QR", help="What is on the screen, for the phones in the hall"):
        draw_qr(address_of(st.query_params.to_dict()), scale=16, width="stretch")
    st.link_button(
        "Speaker", address_of({"talk": given.secret}, "speaker"), help="The speaker's window: notes, time, next"
    )
    st.button("Leave", key="talk_leave", on_click=memory.end, help="Esc")


def _draw_talk(memory: TalkMemory, page: str) -> None:
    st.markdown("**A talk** is moments and beats in your order.")
    _keep(memory, page)
    for i, item in enumerate(memory.talk.items):
        _draw_item(memory, i, item)
    if not memory.talk.items:
        st.caption("Nothing is kept yet: given now, the talk is the whole tour.")
    for note in memory.notes:
        st.caption(plain(note))
    if memory.problem:
        st.error(plain(memory.problem))
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        beat = tour_memory().at if page == "Tour" else ""
        st.button("Give the talk", key="talk_begin", type="primary", on_click=memory.begin, args=(beat,), help="T")
        offer_file("Save", FILE, (lambda: to_json(memory.talk)) if memory.talk.items else None, key="talk")
    key = f"talk file {memory.files}"

    def come() -> None:
        file = st.session_state.get(key)
        if file is not None:
            _open(memory, file.getvalue())

    ask_file("Open a talk that was saved", type="json", max_upload_size=MAX_BYTES // 1_000_000, key=key, on_change=come)


def _keep(memory: TalkMemory, page: str) -> None:
    beat = beat_of(tour_memory().at) if page == "Tour" else None
    title = beat.title if beat is not None else page
    with st.form("talk_keep", border=False):
        name = st.text_input("Title", value=title, max_chars=120, key=f"talk_title_{page}_{tour_memory().at}")
        notes = st.text_area(
            "Notes for the speaker",
            value=beat.notes if beat is not None else "",
            height=80,
            key=f"talk_notes_{page}_{tour_memory().at}",
        )
        kept = st.form_submit_button("Keep this moment")
    if kept:
        link = {} if beat is not None else st.query_params.to_dict()
        item = Item(title, beat=beat.name if beat is not None else "", page=page, link=link).named(name).noted(notes)
        _add(memory, item)
        st.rerun()
    names = {beat.title: beat for beat in SCRIPT}
    added = st.selectbox(
        "Add a beat", list(names), index=None, key=f"talk_add_{len(memory.talk.items)}", placeholder="Add a beat"
    )
    if added is not None:
        beat = names[added]
        _add(memory, Item(beat.title, beat.notes, beat=beat.name))
        st.rerun()


def _draw_item(memory: TalkMemory, i: int, item: Item) -> None:
    def change(talk: Talk) -> None:
        memory.talk = talk

    with st.container(horizontal=True, gap="small", vertical_alignment="center", key=f"talk_item_{i}"):
        wrong = what_is_wrong(item)
        st.markdown(f"{i + 1}. **{plain(item.title)}**" + (f": {plain(wrong)}" if wrong else ""))
        st.button(
            "↑", key=f"talk_up_{i}", help="Earlier", on_click=change, args=(memory.talk.moved(i, -1),), disabled=i == 0
        )
        last = i == len(memory.talk.items) - 1
        st.button(
            "↓", key=f"talk_down_{i}", help="Later", on_click=change, args=(memory.talk.moved(i, 1),), disabled=last
        )
        with st.popover("Edit", width="content"):
            key = f"{i}_{item.title}"
            name = st.text_input("Title", value=item.title, max_chars=120, key=f"talk_rename_{key}")
            notes = st.text_area("Notes", value=item.notes, key=f"talk_renote_{key}")
            edited = memory.talk.changed(i, item.named(name).noted(notes))
            st.button("Keep the change", key=f"talk_edit_{i}", on_click=change, args=(edited,))
        st.button("Remove", key=f"talk_remove_{i}", on_click=change, args=(memory.talk.without(i),))


def _add(memory: TalkMemory, item: Item) -> None:
    memory.problem = ""
    try:
        memory.talk = memory.talk.with_item(item)
    except TalkError as error:
        memory.problem = str(error)


def _open(memory: TalkMemory, content: bytes) -> None:
    memory.problem, memory.notes = "", ()
    try:
        memory.talk, memory.notes = from_json(content)
    except TalkError as error:
        memory.problem = str(error)
        return
    memory.files += 1


def minutes(began: float) -> str:
    """The time since then, as minutes and seconds."""
    seconds = max(int(time.time() - began), 0)
    return f"{seconds // 60}:{seconds % 60:02d}"
