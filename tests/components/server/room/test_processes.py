"""Server processes that are killed, and two that share a database."""

import time

import httpx2
import pytest

from components.server.room.limits import RATE
from components.server.room.store import RoomStore
from components.server.room.tables import open_database
from mdp_core.rlhf.votes import SAME
from tests.components.server.room.phones import Lectern, Phone
from tests.components.server.room.processes import AS_ANYBODY, Server, server
from tests.listening import PATIENCE

TEXTS = [(f"good {i}", f"bad {i}") for i in range(6)]


@pytest.fixture
def own(database):
    """The lecturer's own process: its store."""
    engine = open_database(database)
    yield RoomStore(engine)
    engine.dispose()


def test_what_was_counted_survives_the_kill_of_the_server(own, database, tmp_path):
    running = Server(database, tmp_path / "log")
    try:
        with httpx2.Client(base_url=running.url, timeout=60) as client:
            lectern = Lectern(own, client)
            lectern.ask_pairs(TEXTS)
            phone = lectern.phone()
            for kept in range(1, 4):
                pair = phone.pairs()[0]["id"]
                assert phone.vote(pair, SAME)["counted"] == [kept]
                running.kill()
                assert len(own.votes(lectern.room.id)) == kept
                running = Server(database, tmp_path / "log", running.port)
                assert phone.vote(pair, SAME, turn=kept)["counted"] == [kept]  # the phone may not have heard it
                assert len(own.votes(lectern.room.id)) == kept
    finally:
        running.stop()


@pytest.mark.parametrize("closed", ["file", "folder"])
def test_votes_that_may_not_be_written_are_refused_with_a_sentence_and_counted_later(tmp_path, closed):
    """The server begins while its file, or the folder that it is in, may only be read."""
    folder = tmp_path / "data"
    database, place = (
        f"sqlite:///{folder / 'rooms.sqlite'}",
        {"file": folder / "rooms.sqlite", "folder": folder}[closed],
    )
    engine = open_database(database)
    store = RoomStore(engine)
    with httpx2.Client(timeout=60) as client:
        lectern = Lectern(store, client)
        [pair] = lectern.ask_pairs(TEXTS[:1])
        engine.dispose()  # the file is whole, with nothing beside it
        writable = place.stat().st_mode
        place.chmod(0o444 if closed == "file" else 0o555)
        try:
            with server(database, tmp_path / "log", start=AS_ANYBODY) as running:
                client.base_url = running.url
                phone = lectern.phone()
                refused = phone.post(said=[{"pair": pair.id, "answer": SAME, "turn": 1}])
                assert refused.status_code == 503
                assert "The room's database cannot be written to." in refused.json()["sentence"]
                place.chmod(writable)
                for beside in folder.glob("rooms.sqlite-*"):  # SQLite gives them the mode that the file had
                    beside.chmod(0o644)
                assert phone.vote(pair.id, SAME, turn=1)["counted"] == [1]
        finally:
            place.chmod(writable)
    assert [vote.answer for vote in store.votes(lectern.room.id)] == [SAME]


def until_gone(phone):
    """Ask as slowly as phones do, who are refused for asking faster, until the room is not there any more."""
    end = time.monotonic() + PATIENCE
    while (status := phone.post().status_code) != 404:
        assert status in {200, 204}
        assert time.monotonic() < end
        time.sleep(1 / RATE)


def test_two_processes_count_the_votes_of_one_room(own, database, tmp_path):
    with (
        server(database, tmp_path / "one") as one,
        server(database, tmp_path / "other") as other,
        httpx2.Client(base_url=one.url, timeout=60) as near,
        httpx2.Client(base_url=other.url, timeout=60) as far,
    ):
        lectern = Lectern(own, near)
        lectern.ask_pairs(TEXTS)
        phones = [lectern.phone(), Phone(far, lectern.room.code)]
        for _ in range(3):
            for phone in phones:
                phone.vote(phone.pairs()[0]["id"], SAME)
        moved = Phone(far, lectern.room.code, phones[0].token)
        assert moved.vote(phones[0].done[0], 0, turn=10)["counted"] == [10]  # the same phone through the other one
        assert own.pulse(lectern.room.id, time.time()).phones == 2
        assert len(own.votes(lectern.room.id)) == 6
        own.delete_room(lectern.room.id)
        for phone in phones:
            until_gone(phone)
