"""What is in a database's way, told from its own errors."""

from __future__ import annotations

import errno
import sqlite3

from sqlalchemy.exc import DBAPIError

from components.server.room.errors import DatabaseAwayError

LOCKED = "is locked by another program"
UNWRITABLE = "cannot be written to"
FULL = "is full"

_SQLITE = {  # by primary result code; a file in a folder that takes no new files cannot even be opened
    sqlite3.SQLITE_BUSY: LOCKED,
    sqlite3.SQLITE_LOCKED: LOCKED,
    sqlite3.SQLITE_PERM: UNWRITABLE,
    sqlite3.SQLITE_READONLY: UNWRITABLE,
    sqlite3.SQLITE_CANTOPEN: UNWRITABLE,
    sqlite3.SQLITE_FULL: FULL,
}
_POSTGRESQL = {"55P03": LOCKED, "25006": UNWRITABLE, "42501": UNWRITABLE, "53100": FULL}  # by SQLSTATE
_SYSTEM = {errno.EACCES: UNWRITABLE, errno.EPERM: UNWRITABLE, errno.EROFS: UNWRITABLE, errno.ENOSPC: FULL}


def away(error: Exception) -> DatabaseAwayError:
    """The same for visitors: locked, not to be written to, full, or else that it does not answer."""
    own = error.orig if isinstance(error, DBAPIError) else error
    why = None
    if isinstance(own, sqlite3.Error):
        why = _SQLITE.get(getattr(own, "sqlite_errorcode", 0) & 0xFF)
    elif isinstance(own, OSError):
        why = _SYSTEM.get(own.errno or 0)
    else:
        why = _POSTGRESQL.get(getattr(own, "sqlstate", None) or "")
    return DatabaseAwayError(why) if why else DatabaseAwayError()
