"""The writer's thread, beside a database that keeps it waiting."""

import threading

import pytest

from components.server.room.errors import DatabaseAwayError
from components.server.room.records import Vote
from components.server.room.writer import RoomWriter


class Locked:
    """A store whose every change waits until it is released, and then was waited for in vain."""

    def __init__(self):
        self.tried, self.waiting, self.over = [], threading.Event(), threading.Event()

    def _wait(self, *what):
        self.tried.append(what)
        self.waiting.set()
        self.over.wait(60)
        raise DatabaseAwayError("is locked by another program")

    phones = record = see = _wait


def test_a_database_is_waited_for_once_by_all_who_come_meanwhile():
    store = Locked()
    writer = RoomWriter(lambda: store)
    first = writer.join(1, "token")
    assert store.waiting.wait(60)
    writer.saw(1, 0.0)
    late = [writer.keep(Vote(pair, 1, 0, 1)) for pair in range(3)]
    late += [writer.join(room, "token") for room in (1, 2)]
    store.over.set()
    for future in (first, *late):
        with pytest.raises(DatabaseAwayError, match="locked"):
            future.result(60)
    assert len(store.tried) == 1
    writer.close()
