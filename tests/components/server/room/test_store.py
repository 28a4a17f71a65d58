"""The store: the same on both databases."""

import threading
from dataclasses import replace

import pytest

from components.server.room import store as module
from components.server.room.errors import DatabaseAwayError, FullRoomError, NoRoomError, NotYoursError
from components.server.room.records import Asking, Reply, Vote
from components.server.room.store import RoomStore
from components.server.room.tables import open_database
from mdp_core.rlhf.votes import FIRST, SAME, SECOND

PAIRS = [("good film", "bad film"), ("long film", "short film"), ("a", "b")]


@pytest.fixture
def room(store):
    """An open room."""
    return store.open_room({"model": "pocket", "prompt": "the movie was"}, 100.0, 50.0)[0]


@pytest.fixture
def pairs(store, room):
    """Three pairs, the first for everybody."""
    store.add_pairs(room.id, "taste", PAIRS, shared=1)
    return store.pairs(room.id, "taste")


def test_a_room_is_found_by_its_code_until_its_end(store):
    room, _ = store.open_room({"model": "pocket"}, 100.0, 50.0)
    assert store.room(room.code, 149.9) == room
    assert room.about == {"model": "pocket"}
    assert room.asks == Asking()
    with pytest.raises(NoRoomError):
        store.room(room.code, 150.0)
    with pytest.raises(NoRoomError):
        store.room("AAAAAA", 100.0)


def test_only_the_secret_steers(store):
    room, secret = store.open_room({}, 100.0, 50.0)
    _other, others = store.open_room({}, 100.0, 50.0)
    assert store.steered(room.code, secret, 120.0).id == room.id
    for wrong in ("", others, secret[:-1], room.code, "\ud800"):
        with pytest.raises(NotYoursError):
            store.steered(room.code, wrong, 120.0)


def test_what_is_asked_is_another_revision(store, room):
    store.ask(room.id, Asking("pairs", "taste"))
    after = store.room(room.code, 100.0)
    assert after.asks == Asking("pairs", "taste")
    assert after.revision == room.revision + 1


def test_pairs_stay_as_they_are_when_others_come(store, room, pairs):
    store.add_pairs(room.id, "taste", [PAIRS[1], ("new", "newer")], shared=2)
    after = store.pairs(room.id, "taste")
    assert after[:3] == pairs
    assert [(p.one, p.other, p.shared) for p in after[3:]] == [("new", "newer", True)]  # the second of the two
    assert [p.shared for p in pairs] == [True, False, False]
    assert store.pairs(room.id, "blind") == ()


def test_priorities_are_kept(store, room, pairs):
    store.prioritise(room.id, {pairs[1].id: 0.5, pairs[2].id: 0.75})
    assert [p.priority for p in store.pairs(room.id)] == [0.0, 0.5, 0.75]


def test_a_vote_counts_once_and_the_latest_turn_stays(store, room, pairs):
    phone = store.phone(room.id, "one", 100.0)
    first = Vote(pairs[0].id, phone, FIRST, turn=1, at=101.0)
    store.record([first])
    store.record([first])  # sent twice
    assert store.votes(room.id) == (first,)
    changed = Vote(pairs[0].id, phone, SAME, turn=3, at=103.0)
    store.record([changed])
    store.record([Vote(pairs[0].id, phone, SECOND, turn=2, at=104.0)])  # it was on its way for long
    assert store.votes(room.id) == (changed,)


def test_in_one_sending_the_latest_turn_stays_too(store, room, pairs):
    phone = store.phone(room.id, "one", 100.0)
    store.record(
        [Vote(pairs[0].id, phone, FIRST, 2), Vote(pairs[0].id, phone, SECOND, 5), Vote(pairs[0].id, phone, SAME, 3)]
    )
    assert [vote.answer for vote in store.votes(room.id)] == [SECOND]


def test_the_pulse_beats_with_every_vote_and_change(store, room, pairs):
    one, two = (store.phone(room.id, token, at) for token, at in (("one", 100.0), ("two", 109.0)))
    assert (store.pulse(room.id, 109.5).here, store.pulse(room.id, 112.0).here) == (2, 1)
    stamps = [store.pulse(room.id, 110.0).stamp]
    for vote in (Vote(pairs[0].id, one, FIRST, 1), Vote(pairs[0].id, one, SECOND, 2), Vote(pairs[0].id, two, FIRST, 1)):
        store.record([vote])
        stamps.append(store.pulse(room.id, 110.0).stamp)
    assert len(set(stamps)) == 4
    store.see({one: 130.0})
    pulse = store.pulse(room.id, 131.0)
    assert (pulse.here, pulse.phones, pulse.votes) == (1, 2, 2)


def test_a_phone_is_known_again_and_in_its_own_room_only(store, room):
    other, _ = store.open_room({}, 100.0, 50.0)
    number = store.phone(room.id, "one", 100.0)
    assert store.phone(room.id, "one", 105.0) == number
    assert len({number, store.phone(room.id, "two", 100.0), store.phone(other.id, "one", 100.0)}) == 3


def test_a_question_has_rounds_and_hides_what_was_said(store, room):
    how = {"kind": "choice", "options": ["near", "far"]}
    first = store.put_question(room.id, "near", "Which one?", how)
    phone = store.phone(room.id, "one", 100.0)
    store.record([], [Reply(first.id, 1, phone, 1, turn=1), Reply(first.id, 1, phone, 0, turn=2)])
    store.reveal(first.id)
    assert store.questions(room.id) == (replace(first, revealed=True),)
    again = store.put_question(room.id, "near", "Which one?", how, 2)
    assert (again.id, again.round, again.revealed, again.how) == (first.id, 2, False, how)
    store.record([], [Reply(first.id, 2, phone, [0.5, 1.0], turn=3)])
    assert [(r.round, r.answer) for r in store.replies(first.id)] == [(1, 0), (2, [0.5, 1.0])]
    assert store.room(room.code, 100.0).asks == Asking("question", question=first.id)


def test_a_round_that_two_presses_ask_for_begins_once(store, room):
    first = store.put_question(room.id, "near", "Which one?", {})
    assert store.put_question(room.id, "near", "Which one?", {}) == first
    store.put_question(room.id, "near", "Which one?", {}, 2)
    store.reveal(first.id)
    late = store.put_question(room.id, "near", "Which one?", {}, 2)
    assert (late.round, late.revealed) == (2, True)
    assert store.put_question(room.id, "near", "Which one?", {}) == late


def test_with_a_room_goes_all_that_was_said(store, room, pairs):
    phone = store.phone(room.id, "one", 100.0)
    vote = Vote(pairs[0].id, phone, FIRST, 1)
    store.record([vote])
    question = store.put_question(room.id, "near", "Which one?", {})
    store.delete_room(room.id)
    assert (store.pairs(room.id), store.votes(room.id), store.questions(room.id)) == ((), (), ())
    assert store.pulse(room.id, 100.0).phones == 0
    for late in (
        lambda: store.record([vote]),
        lambda: store.phone(room.id, "one", 100.0),
        lambda: store.add_pairs(room.id, "taste", PAIRS),
        lambda: store.ask(room.id, Asking()),
        lambda: store.reveal(question.id),
        lambda: store.put_question(room.id, "near", "Which one?", {}),
    ):
        with pytest.raises(NoRoomError):
            late()


def test_rooms_that_have_ended_are_deleted(store, room):
    store.open_room({}, 100.0, 500.0)
    assert store.purge(149.0) == 0
    assert store.purge(150.0) == 1


def test_votes_of_a_sending_are_kept_all_or_none(store, room, pairs):
    phone = store.phone(room.id, "one", 100.0)
    with pytest.raises(NoRoomError):
        store.record([Vote(pairs[0].id, phone, FIRST, 1), Vote(10**6, phone, FIRST, 2)])
    assert store.votes(room.id) == ()


def test_what_no_database_can_hold_is_replaced(store, room):
    store.add_pairs(room.id, "taste", [("nul\0", "half\ud800"), ("'; DROP TABLE vote; --", "<b>%s</b> {x} 🙂")])
    assert [(p.one, p.other) for p in store.pairs(room.id)] == [
        ("nul\N{REPLACEMENT CHARACTER}", "half?"),
        ("'; DROP TABLE vote; --", "<b>%s</b> {x} 🙂"),
    ]


def test_there_is_an_end_to_everything(store, room, monkeypatch):
    monkeypatch.setattr(module, "MOST_PAIRS", 2)
    monkeypatch.setattr(module, "MOST_PHONES", 1)
    monkeypatch.setattr(module, "MOST_ROOMS", 1)
    monkeypatch.setattr(module, "MOST_QUESTIONS", 1)
    with pytest.raises(FullRoomError):
        store.add_pairs(room.id, "taste", PAIRS)
    assert store.pairs(room.id) == ()
    store.phone(room.id, "one", 100.0)
    with pytest.raises(FullRoomError):
        store.phone(room.id, "two", 100.0)
    with pytest.raises(FullRoomError):
        store.open_room({}, 101.0, 50.0)
    store.put_question(room.id, "one", "", {})
    with pytest.raises(FullRoomError):
        store.put_question(room.id, "two", "", {})
    with pytest.raises(ValueError, match="4,000"):
        store.add_pairs(room.id, "taste", [("x" * 4001, "y")])
    store.open_room({}, 200.0, 50.0)  # the first one has ended, and makes room


def test_two_processes_share_what_is_said(database):
    engines = [open_database(database) for _ in range(2)]
    one, other = (RoomStore(engine) for engine in engines)
    room, secret = one.open_room({}, 100.0, 50.0)
    other.add_pairs(room.id, "taste", PAIRS)
    pair = one.pairs(room.id)[0]
    other.record([Vote(pair.id, other.phone(room.id, "one", 100.0), SECOND, 1)])
    assert [vote.answer for vote in one.votes(room.id)] == [SECOND]
    assert other.steered(room.code, secret, 101.0).code == room.code
    for engine in engines:
        engine.dispose()


def test_votes_of_many_threads_are_all_there(store, room, pairs):
    phones = [store.phone(room.id, f"phone {i}", 100.0) for i in range(8)]

    def vote(phone):
        for turn, pair in enumerate(pairs, start=1):
            store.record([Vote(pair.id, phone, phone % 3, turn)])

    threads = [threading.Thread(target=vote, args=(phone,)) for phone in phones]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    expected = {(pair.id, phone, phone % 3) for pair in pairs for phone in phones}
    assert {(v.pair, v.phone, v.answer) for v in store.votes(room.id)} == expected
    assert store.pulse(room.id, 100.0).votes == 24


def test_a_database_that_is_away_is_told_as_such(tmp_path):
    engine = open_database(f"sqlite:///{tmp_path / 'rooms.sqlite'}")
    store = RoomStore(engine)
    room, _ = store.open_room({}, 100.0, 50.0)
    from components.server.room import tables

    tables.metadata.drop_all(engine)
    with pytest.raises(DatabaseAwayError, match="tried again"):
        store.room(room.code, 100.0)
    engine.dispose()


def test_a_database_that_another_one_has_locked(tmp_path, monkeypatch):
    import sqlite3

    from components.server.room import tables

    monkeypatch.setattr(tables, "PATIENCE", 0)
    file = tmp_path / "rooms.sqlite"
    engine = open_database(f"sqlite:///{file}")
    store = RoomStore(engine)
    room, _ = store.open_room({}, 100.0, 50.0)
    with sqlite3.connect(file, isolation_level=None) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(DatabaseAwayError, match="locked by another program"):
            store.ask(room.id, Asking("closed"))
        assert store.room(room.code, 100.0).asks.kind == "nothing"  # who reads does not wait
        other.execute("ROLLBACK")
    store.ask(room.id, Asking("closed"))
    assert store.room(room.code, 100.0).asks.kind == "closed"
    engine.dispose()


def test_a_postgresql_that_another_one_has_locked(database, monkeypatch):
    from sqlalchemy import text

    from components.server.room import tables

    if database.startswith("sqlite"):
        pytest.skip("its file is locked above")
    monkeypatch.setattr(tables, "PATIENCE", 1)
    engine = open_database(database)
    store = RoomStore(engine)
    room, _ = store.open_room({}, 100.0, 50.0)
    with engine.begin() as other:
        other.execute(text("LOCK TABLE room IN ACCESS EXCLUSIVE MODE"))
        with pytest.raises(DatabaseAwayError, match="locked by another program"):
            store.room(room.code, 100.0)
    store.ask(room.id, Asking("closed"))
    engine.dispose()


@pytest.mark.parametrize(("wrong", "why"), [("query_only=1", "cannot be written to"), ("max_page_count=1", "is full")])
def test_a_database_that_takes_nothing_more_says_why(tmp_path, wrong, why):
    from sqlalchemy import event

    engine = open_database(f"sqlite:///{tmp_path / 'rooms.sqlite'}")
    store = RoomStore(engine)
    room, _ = store.open_room({}, 100.0, 50.0)
    engine.dispose()
    event.listen(engine, "connect", lambda connection, _: connection.execute(f"PRAGMA {wrong}"))
    with pytest.raises(DatabaseAwayError, match=why):
        store.add_pairs(room.id, "taste", [("good" * 900, f"bad {i}") for i in range(100)])
    assert store.pairs(room.id) == ()
    engine.dispose()


def test_nothing_is_said_to_be_kept_in_a_file_that_was_removed(tmp_path):
    file, away = tmp_path / "data" / "rooms.sqlite", tmp_path / "away"
    engine = open_database(f"sqlite:///{file}")
    store = RoomStore(engine)
    room, _ = store.open_room({}, 100.0, 50.0)
    file.parent.rename(away)
    for _ in range(2):
        with pytest.raises(DatabaseAwayError):
            store.ask(room.id, Asking("closed"))
    file.parent.mkdir()
    with pytest.raises(DatabaseAwayError):
        store.ask(room.id, Asking("closed"))
    assert not file.exists()  # nor does an empty one take its place
    for part in away.iterdir():
        part.rename(file.parent / part.name)
    assert store.room(room.code, 100.0).asks.kind == "nothing"
    store.ask(room.id, Asking("closed"))
    assert store.room(room.code, 100.0).asks.kind == "closed"
    engine.dispose()
