"""What phones hear from a server: the routes over both databases."""

import asyncio
import json
import re
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from components.server.room import views
from components.server.room.errors import DatabaseAwayError, NoRoomError, TooManyError
from components.server.room.limits import BURST, PENALTY, Buckets, Door
from components.server.room.records import Asking
from mdp_core.rlhf.votes import FIRST, SAME, SECOND
from tests.components.server.room.phones import Lectern, Phone, serving
from tests.event_loop import finished

TEXTS = [(f"good {i}", f"bad {i}") for i in range(6)]
CHOICE = {"kind": "choice", "options": ["near", "far"]}


@pytest.fixture(autouse=True)
def _eager(monkeypatch):
    """Phones see every change at once."""
    monkeypatch.setattr(views, "AGE", 0.0)


@pytest.fixture
def lectern(store):
    """A server over one of the databases, and a room in it."""
    with serving(lambda: store) as client:
        yield Lectern(store, client)


def test_a_phone_waits_until_it_is_asked_and_hears_nothing_twice(lectern):
    phone = lectern.phone()
    assert phone.ask()["asks"] == {"kind": "nothing"}
    again = phone.post(knows=phone.knows)
    assert (again.status_code, again.content) == (204, b"")
    lectern.ask_pairs(TEXTS)
    asks = phone.ask()["asks"]
    assert (asks["kind"], asks["batch"], asks["of"], len(asks["pairs"])) == ("pairs", "taste", 6, 3)
    lectern.store.ask(lectern.room.id, Asking("closed"))
    assert phone.ask()["asks"] == {"kind": "closed"}


def test_votes_are_kept_as_the_texts_stand_in_the_room(lectern):
    pairs = lectern.ask_pairs(TEXTS)
    phones = [lectern.phone() for _ in range(8)]
    sides = set()
    for phone in phones:
        for pair in phone.pairs():
            good = next(text for text in pair["texts"] if text.startswith("good"))
            sides.add(pair["texts"].index(good))
            assert phone.prefer(pair, good)["counted"] == [phone.turn]
    votes = lectern.store.votes(lectern.room.id)
    assert len(votes) == 24
    assert {vote.answer for vote in votes} == {FIRST}
    assert sides == {0, 1}  # and the good text stood on both sides
    assert {vote.pair for vote in votes} <= {pair.id for pair in pairs}


def test_a_phone_is_asked_about_every_pair_once(lectern):
    pairs = lectern.ask_pairs(TEXTS, shared=2)
    phone = lectern.phone()
    while coming := phone.pairs():
        assert coming[0]["id"] not in phone.done
        phone.vote(coming[0]["id"], SAME)
    assert sorted(phone.done) == [pair.id for pair in pairs]
    assert {vote.answer for vote in lectern.store.votes(lectern.room.id)} == {SAME}


def test_a_vote_that_is_sent_twice_counts_once_and_another_one_takes_its_place(lectern):
    lectern.ask_pairs(TEXTS[:1])
    phone = lectern.phone()
    pair = phone.pairs()[0]
    assert phone.prefer(pair, "good 0")["counted"] == [1]
    assert phone.vote(pair["id"], pair["texts"].index("good 0"), turn=1)["counted"] == [1]
    assert [vote.answer for vote in lectern.store.votes(lectern.room.id)] == [FIRST]
    phone.prefer(pair, "bad 0")
    assert [vote.answer for vote in lectern.store.votes(lectern.room.id)] == [SECOND]


def test_a_vote_for_a_pair_of_another_room_is_refused_and_keeps_none_back(lectern):
    other = Lectern(lectern.store, lectern.client)
    [strange] = other.ask_pairs(TEXTS[:1])
    [own] = lectern.ask_pairs(TEXTS[:1])
    heard = lectern.phone().ask(
        said=[
            {"pair": strange.id, "answer": 0, "turn": 1},
            {"pair": own.id, "answer": SAME, "turn": 2},
            {"pair": 10**9, "answer": 0, "turn": 3},
        ]
    )
    assert heard["counted"] == [2]
    assert [one["turn"] for one in heard["refused"]] == [1, 3]
    assert "did not ask" in heard["refused"][0]["sentence"]
    assert lectern.store.votes(other.room.id) == ()
    assert len(lectern.store.votes(lectern.room.id)) == 1


def test_a_question_in_two_rounds(lectern):
    question = lectern.store.put_question(lectern.room.id, "near", "Which one?", CHOICE)
    phone = lectern.phone()
    asks = phone.ask()["asks"]
    assert asks == {
        "kind": "question", "id": question.id, "round": 1, "asks": "Which one?", "how": CHOICE, "revealed": False
    }  # fmt: skip
    assert phone.reply(question.id, 1)["counted"] == [1]
    assert phone.reply(question.id, 0)["counted"] == [2]
    lectern.store.reveal(question.id)
    late = phone.reply(question.id, 1)
    assert late["counted"] == []
    assert "too late" in late["refused"][0]["sentence"]
    assert late["asks"]["revealed"] is True
    lectern.store.put_question(lectern.room.id, "near", "Which one?", CHOICE, 2)
    assert phone.ask()["asks"]["round"] == 2
    assert phone.reply(question.id, 1, round=1)["counted"] == []
    assert phone.reply(question.id, 1, round=2)["counted"] == [5]
    assert phone.reply(question.id, 1, round=3)["counted"] == []
    assert [(reply.round, reply.answer) for reply in lectern.store.replies(question.id)] == [(1, 0), (2, 1)]


@pytest.mark.parametrize(
    ("how", "good", "bad"),
    [
        (CHOICE, [0, 1], [2, -1, True, 0.5, "0", None, [0]]),
        (
            {"kind": "number", "low": 0, "high": 1, "step": 0.1, "unit": "nats"},
            [0, 0.1, 0.7, 1],
            [0.75, -0.1, 1.1, True, "0.5", None, 10**400],
        ),
        ({"kind": "number", "low": 0, "high": 1, "step": 0.3}, [0.9, 1], [0.95]),
        (
            {"kind": "curve", "low": -1, "high": 1, "points": 3, "x": "step", "y": "score"},
            [[-1, 0.123, 1]],
            [[0, 0], [0, 0, 0, 0], [0, 0, 2], [0, 0, "0"], [0, 0, None], 0, {}, [[], [], []]],
        ),
        ({"kind": "essay"}, [], ["a", 0]),
        ({}, [], [0]),
    ],
)
def test_an_answer_must_be_one_to_the_question(lectern, how, good, bad):
    question = lectern.store.put_question(lectern.room.id, "one", "?", how)
    phone = lectern.phone()
    for answer in good:
        assert phone.reply(question.id, answer)["counted"] == [phone.turn]
    for answer in bad:
        heard = phone.reply(question.id, answer)
        assert heard["counted"] == []
        assert "not what was asked" in heard["refused"][0]["sentence"]
    kept = lectern.store.replies(question.id)
    assert [reply.answer for reply in kept] == good[-1:]


def test_what_is_no_number_is_no_answer(lectern):
    how = {"kind": "number", "low": 0, "high": 1, "step": 0.1}
    question = lectern.store.put_question(lectern.room.id, "one", "?", how)
    for answer in ("NaN", "Infinity", "1e999"):
        said = f'[{{"question": {question.id}, "round": 1, "turn": 1, "answer": {answer}}}]'
        body = f'{{"phone": "{"x" * 22}", "said": {said}}}'
        heard = lectern.client.post(
            f"/r/{lectern.room.code}/now", content=body, headers={"content-type": "application/json"}
        )
        assert heard.json()["counted"] == []


NONSENSE = [
    b"",
    b"[]",
    b"null",
    b"{",
    b"\xff\xfe",
    b"[" * 5000,
    json.dumps({"phone": "short"}).encode(),
    json.dumps({"phone": "x" * 65}).encode(),
    json.dumps({"phone": ["x" * 22]}).encode(),
    json.dumps({"phone": "x" * 21 + "\u0661"}).encode(),
    json.dumps({"phone": "x" * 22, "knows": 1}).encode(),
    json.dumps({"phone": "x" * 22, "done": "12"}).encode(),
    json.dumps({"phone": "x" * 22, "done": [True]}).encode(),
    json.dumps({"phone": "x" * 22, "more": 1}).encode(),
    json.dumps({"phone": "x" * 22, "said": [[]]}).encode(),
    json.dumps({"phone": "x" * 22, "said": [{"pair": 1, "answer": 3, "turn": 1}]}).encode(),
    json.dumps({"phone": "x" * 22, "said": [{"pair": 1, "answer": False, "turn": 1}]}).encode(),
    json.dumps({"phone": "x" * 22, "said": [{"pair": 2**31, "answer": 0, "turn": 1}]}).encode(),
    json.dumps({"phone": "x" * 22, "said": [{"pair": 1, "answer": 0, "turn": 0}]}).encode(),
    json.dumps({"phone": "x" * 22, "said": [{"pair": 1, "answer": 0, "turn": 10**7}]}).encode(),
    json.dumps({"phone": "x" * 22, "said": [{"question": 1, "round": 0, "answer": 0, "turn": 1}]}).encode(),
    json.dumps({"phone": "x" * 22, "said": [{"pair": 1, "answer": 0, "turn": 1}] * 21}).encode(),
    json.dumps({"phone": "x" * 22, "knows": "x" * 9000}).encode(),
    b'{"phone": ' + b"1" * 5000 + b"}",
]


def test_what_no_phone_sends_is_refused_with_a_sentence(lectern):
    for body in NONSENSE:
        heard = lectern.client.post(
            f"/r/{lectern.room.code}/now", content=body, headers={"content-type": "application/json"}
        )
        assert heard.status_code == 400, body
        assert heard.json()["sentence"].endswith(".")
    assert lectern.store.pulse(lectern.room.id, time.time()).phones == 0


def test_a_page_of_another_site_cannot_vote_with_a_plain_form(lectern):
    heard = lectern.client.post(
        f"/r/{lectern.room.code}/now",
        content=b'{"phone": "xxxxxxxxxxxxxxxxxxxxxx"}',
        headers={"content-type": "text/plain"},
    )
    assert heard.status_code == 400


def test_a_wrong_code_is_answered_with_a_sentence(lectern):
    for code in ("AAAAAA", "x", "O0O0O0", "%00", "A" * 3000, "%F0%9F%99%82"):
        heard = lectern.client.post(f"/r/{code}/now", json={"phone": "x" * 22})
        assert heard.status_code == 404
        assert "no room of this code" in heard.json()["sentence"]


def test_a_code_is_read_as_it_is_typed(lectern):
    code = lectern.room.code
    typed = f"{code[:3].lower()}-{code[3:]}"
    assert Phone(lectern.client, typed).ask()["asks"] == {"kind": "nothing"}


def test_a_room_that_is_deleted_is_gone_and_a_closed_one_takes_nothing(lectern):
    [pair] = lectern.ask_pairs(TEXTS[:1])
    phone = lectern.phone()
    phone.vote(pair.id, SAME)
    lectern.store.ask(lectern.room.id, Asking("closed"))
    heard = phone.vote(pair.id, 0)
    assert heard["counted"] == []
    assert "closed" in heard["refused"][0]["sentence"]
    assert [vote.answer for vote in lectern.store.votes(lectern.room.id)] == [SAME]
    lectern.store.delete_room(lectern.room.id)
    gone = phone.post(said=[{"pair": pair.id, "answer": 0, "turn": 9}])
    assert (gone.status_code, gone.json()["gone"]) == (404, True)


def test_a_full_room_says_so(lectern, monkeypatch):
    from components.server.room import store

    monkeypatch.setattr(store, "MOST_PHONES", 1)
    known = lectern.phone()
    known.ask()
    heard = lectern.phone().post()
    assert heard.status_code == 403
    assert "full" in heard.json()["sentence"]
    assert known.post().status_code == 200


def test_phones_are_seen(lectern):
    phone = lectern.phone()
    phone.ask()
    pulse = lectern.store.pulse(lectern.room.id, time.time())
    assert (pulse.here, pulse.phones) == (1, 1)


def test_no_secret_and_no_other_phone_is_told(lectern):
    lectern.ask_pairs(TEXTS)
    one, other = lectern.phone(), lectern.phone()
    heard = json.dumps([one.ask(more=True), other.ask(more=True), one.vote(one.pairs()[0]["id"], 0)])
    for hidden in (lectern.secret, one.token, other.token, "priority", "secret"):
        assert hidden not in heard


def test_hostile_texts_come_as_they_are(lectern):
    hostile = ("</script><script>alert(1)</script>", "'; DROP TABLE vote; -- \u202e \U0001f642")
    lectern.ask_pairs([hostile])
    assert sorted(lectern.phone().pairs()[0]["texts"]) == sorted(hostile)


def test_a_phone_that_asks_for_ever_is_held_back_and_no_other(lectern):
    lectern.ask_pairs(TEXTS)
    noisy, quiet = lectern.phone(), lectern.phone()
    with ThreadPoolExecutor(4) as crowd:
        answers = list(crowd.map(lambda _: noisy.post(), range(300)))
        heard = quiet.vote(quiet.pairs()[0]["id"], 0)
    held = [answer for answer in answers if answer.status_code == 429]
    assert len(held) >= 300 - BURST - 200  # five a second come back, and it takes less than forty
    assert "Too much" in held[0].json()["sentence"]
    assert held[0].headers["Retry-After"] == "3"
    assert heard["counted"] == [1]


def test_while_the_database_is_away_nothing_is_counted_and_afterwards_all(store):
    away = []

    def rooms():
        if away:
            raise DatabaseAwayError
        return store

    with serving(rooms) as client:
        lectern = Lectern(store, client)
        [pair] = lectern.ask_pairs(TEXTS[:1])
        phone = lectern.phone()
        phone.ask()
        away.append(True)
        for heard in (phone.post(said=[{"pair": pair.id, "answer": 0, "turn": 1}]), lectern.phone().post()):
            assert heard.status_code == 503
            assert "does not answer" in heard.json()["sentence"]
            assert heard.headers["Retry-After"] == "3"
        away.clear()
        assert phone.vote(pair.id, 0, turn=1)["counted"] == [1]


def test_two_servers_share_a_room(database):
    from components.server.room.store import RoomStore
    from components.server.room.tables import open_database

    engines = [open_database(database) for _ in range(2)]
    stores = [RoomStore(engine) for engine in engines]
    with serving(lambda: stores[0]) as one, serving(lambda: stores[1]) as other:
        lectern = Lectern(stores[0], one)
        lectern.ask_pairs(TEXTS)
        here, there = lectern.phone(), Phone(other, lectern.room.code)
        assert there.ask()["asks"]["of"] == 6
        here.vote(here.pairs()[0]["id"], SAME)
        there.vote(there.pairs()[0]["id"], SAME)
        moved = Phone(other, lectern.room.code, here.token)  # the same phone, by way of the other server
        moved.vote(here.done[0], SAME, turn=5)
        assert [(vote.turn) for vote in stores[0].votes(lectern.room.id)] == [5, 1]
    for engine in engines:
        engine.dispose()


def test_what_another_server_has_just_asked_may_be_voted_on(database, monkeypatch):
    """This server's view is still the one of before; it looks again before it refuses."""
    from components.server.room.store import RoomStore
    from components.server.room.tables import open_database

    monkeypatch.setattr(views, "AGE", 0.2)
    engine = open_database(database)
    store = RoomStore(engine)
    with serving(lambda: store) as client:
        lectern = Lectern(store, client)
        phone = lectern.phone()
        phone.ask()
        [pair] = lectern.ask_pairs(TEXTS[:1])
        assert phone.vote(pair.id, SAME)["counted"] == [1]
    engine.dispose()


def test_the_page_is_light_and_has_everything_in_it(lectern):
    for path in ("/r", "/r/", f"/r/{lectern.room.code}", f"/r/{lectern.room.code}/", "/r/%3Cscript%3E"):
        page = lectern.client.get(path, follow_redirects=False)
        assert page.status_code == 200
        assert len(page.content) < 30_000
        assert not re.search(
            r"""(src|href)=["'](?!data:,)|https?://|@import|^(import|export) """, page.text, re.MULTILINE
        )
    policy = page.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert "set-cookie" not in page.headers


def test_rooms_can_be_switched_off(lectern, monkeypatch):
    monkeypatch.setenv("ONE_LOOP_ROOMS", "0")
    page, said = lectern.client.get("/r"), lectern.phone().post()
    assert (page.status_code, said.status_code) == (404, 404)
    assert "switched rooms off" in page.text
    assert "switched rooms off" in said.json()["sentence"]


def test_what_the_host_has_set_wrongly_is_said_and_no_vote_is_thrown_away_for_it(lectern, monkeypatch):
    monkeypatch.setenv("ONE_LOOP_DATABASE", "mysql://host:secret@name")
    page, said = lectern.client.get("/r"), lectern.phone().post()
    assert (page.status_code, said.status_code) == (404, 404)
    for text in (page.text, said.json()["sentence"]):
        assert text.startswith(
            "A setting of this server cannot be read, so it has no rooms. ONE_LOOP_DATABASE is no address"
        )
        assert "secret" not in text
    assert "gone" not in said.json()


@pytest.mark.parametrize("base", ["loop", "/talks/loop/"])
def test_below_a_base_path(store, base):
    """Some proxies take the path away, and some leave it."""
    with serving(lambda: store, base=base) as client:
        lectern = Lectern(store, client)
        for prefix in ("", f"/{base.strip('/')}"):
            assert client.get(f"{prefix}/r/{lectern.room.code}").status_code == 200
            heard = client.post(f"{prefix}/r/{lectern.room.code}/now", json={"phone": "x" * 22})
            assert heard.json()["asks"] == {"kind": "nothing"}


# Limits


def test_a_bucket_fills_up_again_but_not_over():
    now = [0.0]
    buckets = Buckets(clock=lambda: now[0])

    def taken():
        count = 0
        while True:
            try:
                buckets.take("phone")
            except TooManyError:
                return count
            count += 1

    assert taken() == BURST
    now[0] += 2.0
    assert taken() == 10
    now[0] += 1000.0
    assert taken() == BURST
    buckets.take("another")


def test_wrong_codes_wait_and_so_do_those_behind_them():
    """However many guess: at most sixteen are looked up until the first of them was told that it is wrong."""
    looked = []

    async def look_up(code):
        looked.append(code)
        if code != "right":
            raise NoRoomError
        return "room"

    async def guess():
        over = asyncio.Event()
        pauses = []

        async def pause(seconds):
            pauses.append(seconds)
            await over.wait()

        door = Door(look_up, pause=pause)
        guesses = [asyncio.ensure_future(door.enter(f"wrong {i}")) for i in range(100)]
        crowd = [asyncio.ensure_future(door.enter("wrong 0")) for _ in range(100)]
        while len(pauses) < 16:
            await asyncio.sleep(0)
        with pytest.raises(TooManyError):
            await door.enter("right")  # nobody can tell from this that it is right
        assert looked == [f"wrong {i}" for i in range(16)]
        over.set()
        outcomes = await asyncio.gather(*guesses, *crowd, return_exceptions=True)
        assert await door.enter("right") == "room"
        assert set(pauses) == {PENALTY}
        return outcomes

    outcomes = finished(guess())
    assert sum(isinstance(outcome, TooManyError) for outcome in outcomes) == 36
    assert sum(isinstance(outcome, NoRoomError) for outcome in outcomes) == 164
