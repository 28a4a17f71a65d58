"""What the host decides about rooms, from the environment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import platformdirs
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

HOUR = 3600.0


def default_database() -> str:
    """A file in the user's data folder, by the customs of the operating system."""
    return f"sqlite:///{Path(platformdirs.user_data_dir('one-loop', appauthor=False)) / 'rooms.sqlite'}"


@dataclass(frozen=True)
class RoomSettings:
    """The defaults are a lecturer's laptop."""

    on: bool = True
    database: str = ""  # an address of SQLAlchemy's; empty for `default_database`
    url: str = ""  # the app's own address as the phones reach it, without a slash at its end; empty for the browser's
    keep: float = 24.0  # hours after which a room and its votes are deleted


def room_settings_from(environ: Mapping[str, str]) -> RoomSettings:
    """The settings that these environment variables describe; what they leave out is as in `RoomSettings()`.

    ONE_LOOP_ROOMS       1 or 0: may visitors open rooms
    ONE_LOOP_DATABASE    where rooms are kept: sqlite:////folder/file or postgresql+psycopg://user:password@host/name
    ONE_LOOP_URL         the app's address as phones reach it, with https and a base path where there is one
    ONE_LOOP_ROOM_HOURS  after how many hours a room and all its votes are deleted; above zero, 8760 at most

    Raises ValueError, which names the variable, for a value that cannot be read.
    """
    rooms = environ.get("ONE_LOOP_ROOMS", "").strip().lower()
    if rooms not in ("", "0", "1", "no", "yes", "off", "on", "false", "true"):
        raise ValueError("ONE_LOOP_ROOMS is neither 1 nor 0; write one of them.")
    return RoomSettings(
        on=rooms not in ("0", "no", "off", "false"),
        database=_database(environ.get("ONE_LOOP_DATABASE", "").strip()),
        url=_url(environ.get("ONE_LOOP_URL", "").strip()),
        keep=_hours(environ.get("ONE_LOOP_ROOM_HOURS", "").strip()),
    )


def _database(text: str) -> str:
    if not text:
        return ""
    try:
        url = make_url(text)
        known = url.drivername in ("sqlite", "postgresql+psycopg")
    except (ArgumentError, ValueError):  # a port that is no number is the latter
        known = False
    if not known:
        raise ValueError(
            "ONE_LOOP_DATABASE is no address of sqlite:/// or postgresql+psycopg://; write one of the two."
        )
    if url.drivername == "sqlite" and url.database in (None, "", ":memory:"):  # each thread would have its own
        raise ValueError("ONE_LOOP_DATABASE names no file; sqlite:////folder/file would.")
    return text


def _url(text: str) -> str:
    if not text:
        return ""
    try:
        parts = urlsplit(text)
        whole = parts.scheme in ("http", "https") and bool(parts.hostname) and not parts.query and not parts.fragment
    except ValueError:
        whole = False
    if not whole:
        raise ValueError("ONE_LOOP_URL is no address; https://example.org/loop would be one.")
    return text.rstrip("/")


def _hours(text: str) -> float:
    try:
        hours = float(text or RoomSettings.keep)
    except ValueError:
        hours = 0.0
    if not 0 < hours <= 8760:
        raise ValueError("ONE_LOOP_ROOM_HOURS is no number of hours above zero, 8760 at most; 24 would be one.")
    return hours
