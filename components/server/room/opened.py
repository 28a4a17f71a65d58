"""The rooms of this server: its database is opened once, when somebody first asks for a room."""

from __future__ import annotations

import os
import threading
import time
from contextlib import suppress

from sqlalchemy.exc import SQLAlchemyError

from components.server.room.away import away
from components.server.room.errors import DatabaseAwayError, RoomsOffError
from components.server.room.settings import HOUR, RoomSettings, default_database, room_settings_from
from components.server.room.store import RoomStore
from components.server.room.tables import open_database

PURGE_EVERY = 600.0  # seconds

_lock = threading.Lock()
_opened: RoomStore | None = None
_purged = 0.0
_away: tuple[float, DatabaseAwayError] | None = None  # when it could not be opened, and why


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
        return f"A setting of this server cannot be read, so it has no rooms. {error}"


def rooms() -> RoomStore:
    """The store. Raises RoomsOffError where there are none, and DatabaseAwayError: asked again, it tries again."""
    global _opened, _purged, _away
    settings, asked = room_settings(), time.monotonic()
    if why := rooms_off():
        raise RoomsOffError(why)
    with _lock:
        if _opened is None:
            if _away is not None and _away[0] > asked:  # it was waited for meanwhile: nobody waits twice
                raise _away[1]
            try:
                _opened = RoomStore(open_database(settings.database or default_database()))
            except (SQLAlchemyError, OSError, ImportError, DatabaseAwayError) as error:
                trouble = error if isinstance(error, DatabaseAwayError) else away(error)
                _away = time.monotonic(), trouble
                raise trouble from error
        now = time.time()
        if now - _purged > PURGE_EVERY:
            _purged = now
            threading.Thread(target=_purge, args=(_opened, now), name="old rooms", daemon=True).start()
    return _opened


def _purge(store: RoomStore, now: float) -> None:
    """Beside all else: it may have to wait for another writer. What has ended is no longer found, purged or not."""
    with suppress(DatabaseAwayError):
        store.purge(now)


def room_seconds() -> float:
    """How long a new room lasts."""
    return room_settings().keep * HOUR
