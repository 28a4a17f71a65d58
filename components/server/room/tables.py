"""The tables of all rooms, in SQLite or PostgreSQL; and how either is opened.

A number names one row for ever, in SQLite too (`sqlite_autoincrement`): phones may still hold it when the row is gone.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Engine,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    create_engine,
    event,
)
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DisconnectionError

from components.server.room.errors import DatabaseAwayError

PATIENCE = 5  # seconds that a writer waits for another one

metadata = MetaData()


def _of(table: str) -> Column[Any]:
    """The number of a row of `table`; with that row all that belongs to it goes."""
    return Column(f"{table}_id", Integer, ForeignKey(f"{table}.id", ondelete="CASCADE"), nullable=False)


room = Table(
    "room",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("code", String(12), nullable=False, unique=True),
    Column("secret", String(64), nullable=False),  # its digest: who reads the database is no lecturer
    Column("made", Float, nullable=False),  # seconds since 1970, as all times here
    Column("ends", Float, nullable=False),
    Column("about", Text, nullable=False),  # JSON: which model wrote after which prompt
    Column("asks", Text, nullable=False),  # JSON: what the phones are asked now
    Column("revision", Integer, nullable=False),  # grows with every change of what phones are asked
    sqlite_autoincrement=True,
)
phone = Table(
    "phone",
    metadata,
    Column("id", Integer, primary_key=True),
    _of("room"),
    Column("token", String(64), nullable=False),  # its digest
    Column("seen", Float, nullable=False),
    UniqueConstraint("room_id", "token"),
    sqlite_autoincrement=True,
)
pair = Table(
    "pair",
    metadata,
    Column("id", Integer, primary_key=True),
    _of("room"),
    Column("batch", String(40), nullable=False),
    Column("one", Text, nullable=False),
    Column("other", Text, nullable=False),
    Column("shared", Boolean, nullable=False),
    Column("priority", Float, nullable=False),
    UniqueConstraint("room_id", "batch", "one", "other"),
    sqlite_autoincrement=True,
)
vote = Table(
    "vote",
    metadata,
    Column("id", Integer, primary_key=True),
    _of("pair"),
    _of("phone"),
    Column("answer", Integer, nullable=False),
    Column("turn", Integer, nullable=False),  # which of the phone's votes this was
    Column("at", Float, nullable=False),
    UniqueConstraint("pair_id", "phone_id"),
    Index("vote_of_phone", "phone_id"),
    sqlite_autoincrement=True,
)
question = Table(
    "question",
    metadata,
    Column("id", Integer, primary_key=True),
    _of("room"),
    Column("name", String(80), nullable=False),
    Column("asks", Text, nullable=False),
    Column("how", Text, nullable=False),  # JSON
    Column("round", Integer, nullable=False),
    Column("revealed", Boolean, nullable=False),
    UniqueConstraint("room_id", "name"),
    sqlite_autoincrement=True,
)
reply = Table(
    "reply",
    metadata,
    Column("id", Integer, primary_key=True),
    _of("question"),
    _of("phone"),
    Column("round", Integer, nullable=False),
    Column("answer", Text, nullable=False),  # JSON
    Column("turn", Integer, nullable=False),
    UniqueConstraint("question_id", "phone_id", "round"),
    Index("reply_of_phone", "phone_id"),
    sqlite_autoincrement=True,
)


def open_database(address: str) -> Engine:
    """The database of that SQLAlchemy address, with its tables made where they are missing.

    Raises sqlalchemy.exc.SQLAlchemyError where it is away, and ImportError or ArgumentError for an address of no kind.
    """
    url = make_url(address)
    if url.get_backend_name() == "sqlite":
        return _open_file(url)
    engine = create_engine(url, pool_pre_ping=True, connect_args={"connect_timeout": PATIENCE})
    event.listen(engine, "connect", _dress_postgresql)
    metadata.create_all(engine)
    return engine


def _open_file(url: URL) -> Engine:
    """SQLite would write on into a file that was removed, and lose it all: every transaction asks whether it is there."""
    file = Path(url.database or "")
    file.parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, connect_args={"timeout": PATIENCE})

    def dress(connection: Any, record: Any) -> None:
        _dress_sqlite(connection)
        record.info["file"] = _which(file)

    def check(_: Any, record: Any, __: Any) -> None:
        if record.info["file"] != _which(file):
            raise DisconnectionError

    def find(*_: Any) -> None:
        if _which(file) is None:  # no empty one takes the place of what was removed
            raise DatabaseAwayError

    def reopen(context: Any) -> None:
        """A connection that was opened while the file was only to be read never writes, whatever the host mends."""
        if getattr(context.original_exception, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_READONLY:
            context.is_disconnect = True

    event.listen(engine, "handle_error", reopen)
    event.listen(engine, "connect", dress)
    event.listen(engine, "checkout", check)
    metadata.create_all(engine)
    event.listen(engine, "do_connect", find)
    return engine


def _which(file: Path) -> tuple[int, int] | None:
    """What tells a file from another one of the same name; None where there is none."""
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _dress_postgresql(connection: Any, _: Any) -> None:
    """Left to itself it would wait for another one's lock as long as that one likes."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET lock_timeout = {1000 * PATIENCE}")
    connection.commit()


def _dress_sqlite(connection: Any) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")  # who reads does not wait for who writes
    cursor.execute("PRAGMA synchronous=FULL")  # what was answered "counted" is on the disk
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()
