"""My room: the one that this visitor's browser steers, in every tab and after a reload.

Who may steer it is decided by a secret. That is in the session and in a cookie of this browser, and never in an address: an
address is on the screen, in a history and in logs.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import streamlit as st

from components.instruments.keepsake import keepsake
from components.server.room.codes import read_code
from components.server.room.errors import DatabaseAwayError, NoRoomError, NotYoursError, RoomError
from components.server.room.opened import room_seconds, room_settings, rooms
from components.server.room.records import Room
from components.shell.navigation import app_address, paths

COOKIE = "one_loop_room"
SECRET = 64  # characters of a secret at most
TROUBLE = (RoomError, DatabaseAwayError)  # what may be in the way of a room: each message is a sentence for the visitor


@dataclass(frozen=True)
class SteeredRoom:
    """A room, and the right to steer it."""

    code: str
    secret: str  # never in an address, never on a page
    room: Room  # as it is now


@dataclass
class _Mine:
    """Kept in session state: what this tab knows of the browser's room."""

    code: str = ""
    secret: str = ""
    left: str = ""  # what the cookie said before

    @property
    def cookie(self) -> str:
        return f"{self.code}.{self.secret}" if self.code else ""


def my_room() -> SteeredRoom | None:
    """The room that this browser steers, read fresh; None where there is none, or where it has ended or was deleted.

    Raises RoomError where rooms are switched off and DatabaseAwayError, both of TROUBLE; but neither in a browser that has
    opened no room, where nothing is asked of the database.
    """
    mine = _mine()
    if not mine.code:
        return None
    try:
        room = rooms().steered(mine.code, mine.secret, time.time())
    except (NoRoomError, NotYoursError):
        leave_my_room()
        return None
    return SteeredRoom(mine.code, mine.secret, room)


def open_my_room(about: Mapping[str, Any]) -> SteeredRoom:
    """A new room, which this browser steers from now on; `about` is JSON. Raises RoomError and DatabaseAwayError.

    The browser keeps it in the next run of the whole page: a fragment that calls this calls st.rerun() too.
    """
    room, secret = rooms().open_room(about, time.time(), room_seconds())
    mine = _mine()
    mine.left, mine.code, mine.secret = mine.cookie, room.code, secret
    return SteeredRoom(room.code, secret, room)


def leave_my_room() -> None:
    """Steer no room any more. The room stays; delete it first where it shall not."""
    mine = _mine()
    mine.left, mine.code, mine.secret = mine.cookie, "", ""


def keep_my_room() -> None:
    """Let the browser keep which room it steers; once a run, by the page's frame. Draws nothing."""
    mine = _mine()
    # In every run, for Streamlit knows a part of a page by its place: were there one thing more above it than a run before,
    # a press that was on its way to it would be lost.
    place = st.empty()
    # A tab's first run has read what is kept, and does not know yet where the app's own address ends and the page's begins.
    if (mine.cookie or mine.left) and paths():
        path = f"{urlsplit(app_address()).path}/"
        seconds = int(room_seconds())
        with place:
            keepsake(COOKIE, mine.cookie, key="my_room", path=path, seconds=seconds, instead_of=mine.left)


def phone_address(code: str) -> str:
    """What a phone opens: the app's address as the host has set it, else as this browser has it, and the room's code."""
    return f"{room_settings().url or app_address()}/r/{code}"


def _mine() -> _Mine:
    if "my room" not in st.session_state:
        code, _, secret = str(st.context.cookies.get(COOKIE, "")).partition(".")
        read = read_code(code)
        known = bool(read and secret) and len(secret) <= SECRET
        st.session_state["my room"] = _Mine(read, secret) if known else _Mine()
    mine: _Mine = st.session_state["my room"]
    return mine
