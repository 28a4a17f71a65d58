"""The rooms of this server: its database is opened once, when somebody first asks for a room."""

from __future__ import annotations

import os
import threading
import time

from sqlalchemy.exc import SQLAlchemyError

from components.server.room.errors import DatabaseAwayError, RoomError
from components.server.room.settings import HOUR, RoomSettings, default_database, room_settings_from
from components.server.room.store import RoomStore
from components.server.room.tables import open_database

PURGE_EVERY = 600.0  # seconds

_lock = threading.Lock()
_opened: RoomStore | None = None
_purged = 0.0


def room_settings() -> RoomSettings:
    """What the host has decided. Where that cannot be read, rooms are off: nothing is opened to the world by mistake."""
    try:
        return room_settings_from(os.environ)
    except ValueError:
        return RoomSettings(on=False)


def rooms_off() -> str:
    """Why there are no rooms here, in a sentence: the host wants none, or a setting cannot be read. Else nothing."""
    try:
        return "" if room_settings_from(os.environ).on else "The host of this server has switched rooms off."
    except ValueError as error:
        return str(error)


def rooms() -> RoomStore:
    """The store. Raises RoomError where rooms are switched off, and DatabaseAwayError: asked again, it tries again."""
    global _opened, _purged
    settings = room_settings()
    if why := rooms_off():
        raise RoomError(why)
    with _lock:
        now = time.time()
        try:
            if _opened is None:
                _opened = RoomStore(open_database(settings.database or default_database()))
            if now - _purged > PURGE_EVERY:
                _opened.purge(now)
                _purged = now
        except (SQLAlchemyError, OSError, ImportError) as error:
            raise DatabaseAwayError from error
    return _opened


def room_seconds() -> float:
    """How long a new room lasts."""
    return room_settings().keep * HOUR
