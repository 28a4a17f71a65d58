"""The page Room without a browser: votes are put into the store, as by phones, and the page says what they come to."""

import csv
import io
import json
import re
import time
from dataclasses import dataclass
from html import unescape

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from components.room import opening, page, tuning
from components.room.memory import RoomMemory, Seen
from components.server.job_queue import JobQueue
from components.server.models import Models
from components.server.room import opened
from components.server.room.errors import NoRoomError
from components.server.room.records import Asking, Vote
from components.shell.shelf import Shelf
from mdp_core.rlhf.raters import TASTES, SimulatedRater
from mdp_core.tokens.sources import Host


@dataclass
class Awake:
    """A warm-up that is over."""

    done: bool = True
    problem: str = ""


def _script():
    from components.room import page

    page.page()


class Lecturer:
    """The lecturer's tab, and the phones of the room, which speak to the store."""

    def __init__(self):
        self.app = AppTest.from_function(_script, default_timeout=90)
        self.run()

    def run(self):
        self.app.run()
        assert [error.value for error in self.app.exception] == []
        return self

    def press(self, key):
        self.app.button(key=key).click()
        return self.run()

    def step(self, name):
        [control] = [c for c in self.app.segmented_control if c.key.startswith("room_step")]
        control.set_value(name)
        return self.run()

    @property
    def mine(self):
        return self.app.session_state["my room"]

    @property
    def memory(self) -> RoomMemory:
        return self.app.session_state["room"]

    @property
    def seen(self) -> Seen:
        return self.memory.seen

    @property
    def shop(self):
        from components.room.workshop import workshop

        return workshop(self.mine.code)

    @property
    def said(self):
        """All that stands on the page, as it is read."""
        parts = [html.proto.body for html in self.app.get("html")]
        parts += [e.value for kind in ("error", "warning", "info", "caption") for e in getattr(self.app, kind)]
        text = " ".join(part for part in parts if not part.lstrip().startswith(("<style", ".")))
        return unescape(re.sub(r"<[^>]*>", "", text)).replace("\N{NO-BREAK SPACE}", " ").replace("\\", "")

    @property
    def keys(self):
        return {button.key for button in self.app.button}

    def write(self, key="room_write"):
        """Press the button that lets the model write, and wait for it."""
        self.press(key)
        self.memory.writing.finish()
        return self.run()

    def phones(self, count):
        room = self.seen.room.id
        numbers = [opened.rooms().phone(room, f"token {i}", time.time()) for i in range(count)]
        opened.rooms().see(dict.fromkeys(numbers, time.time()))
        return numbers

    def vote(self, table):
        """`table[phone number][place of the pair]` is an answer."""
        votes = [Vote(pair, phone, answer, 1, 1e9) for phone, row in table.items() for pair, answer in row.items()]
        opened.rooms().record(votes)

    def learn(self):
        """Let the workshop learn what is there."""
        self.shop._begun = -1e9
        self.run()
        self.shop.wait(90)
        return self.run()


@pytest.fixture
def open_page(pocket, monkeypatch, tmp_path):
    """open_page(): a lecturer's tab on a server of its own, whose language model is awake."""

    def load(model, host):
        return pocket
        yield

    models, queue = Models(Host(), load), JobQueue()
    assert models.ask("pocket").done.wait(10)
    for module in (page, opening):
        monkeypatch.setattr(module, "models", lambda: models)
    monkeypatch.setattr(page, "warmup", Awake)
    monkeypatch.setattr(tuning, "job_queue", lambda: queue)
    monkeypatch.setenv("ONE_LOOP_DATABASE", f"sqlite:///{tmp_path / 'rooms.sqlite'}")
    monkeypatch.setenv("ONE_LOOP_URL", "https://loop.example/talks")
    monkeypatch.setattr(opened, "_opened", None)
    return Lecturer


@pytest.fixture
def room(open_page):
    """A room that is open, with pairs that phones are asked about."""
    lecturer = open_page().press("room_open").step("vote").write().press("room_ask")
    assert lecturer.seen.asks("pairs")
    return lecturer


def test_an_opened_room_shows_its_code_and_its_address_large(open_page):
    lecturer = open_page().press("room_open")
    code = lecturer.mine.code
    assert f"loop.example/talks/r and type{code[:3]} {code[3:]}" in lecturer.said
    assert "0 phones are here" in lecturer.said
    lecturer.phones(1)
    assert "1 phone is here" in lecturer.run().said
    assert lecturer.mine.secret not in lecturer.said
    assert lecturer.mine.secret not in str(lecturer.app.query_params)


def test_the_pairs_are_of_different_texts_and_the_first_six_for_everybody(room):
    pairs = room.seen.batch("pairs")
    assert [pair.shared for pair in pairs] == [True] * 6 + [False] * 18
    texts = [text for pair in pairs for text in (pair.one, pair.other)]
    assert len(set(texts)) == 48
    assert all(text.startswith("the movie was") for text in texts)
    room.write()
    assert len(room.seen.batch("pairs")) == 48
    assert len({text for pair in room.seen.batch("pairs") for text in (pair.one, pair.other)}) == 96


def test_votes_are_counted_as_they_come_and_asking_stops(room):
    one, two = room.phones(2)
    first, second = (pair.id for pair in room.seen.pairs[:2])
    room.vote({one: {first: 0, second: 2}, two: {first: 1}})
    assert "which is better? 3 votes on 2 of 24 pairs." in room.run().said
    room.press("room_stop")
    assert room.seen.room.asks == Asking()
    assert "The phones wait." in room.said


def test_what_all_call_the_same_does_not_divide_them(room):
    phones = room.phones(3)
    alike, torn, clear, leaning = room.seen.pairs[:4]
    answers = {alike: (2, 2, 2), torn: (0, 1, 2), clear: (0, 0, 0), leaning: (0, 0, 1)}
    room.vote({phone: {pair.id: said[i] for pair, said in answers.items()} for i, phone in enumerate(phones)})
    said = room.press("room_stop").said
    of_one_mind, divided = said.partition("Most of one mind")[2].split("Most divided")
    assert clear.one in of_one_mind
    assert leaning.one in of_one_mind
    assert torn.one in divided
    assert alike.one not in said


def test_what_was_seen_stays_while_the_database_is_away(room, monkeypatch):
    from components.server.room.errors import DatabaseAwayError

    real, asked = page.my_room, []

    def mine():  # it goes away after the page was drawn, before its parts look again
        asked.append(True)
        if len(asked) > 1:
            raise DatabaseAwayError
        return real()

    monkeypatch.setattr(page, "my_room", mine)
    assert "The room's database does not answer." in room.run().said
    assert "which is better? 0 votes on 0 of 24 pairs." in room.said


def test_another_tab_of_the_browser_sees_the_same_and_neither_undoes_the_other(room, open_page):
    other = Lecturer()
    other.app.session_state["my room"] = room.mine
    other.run()
    assert other.seen.pairs == room.seen.pairs
    assert "Stop voting" in [button.label for button in other.app.button]
    other.press("room_stop")
    room.run()
    assert "room_ask" in room.keys
    other.press("room_write")
    room.press("room_write")
    for tab in (other, room):
        tab.memory.writing.finish()
        tab.run()
    assert len(room.run().seen.batch("pairs")) == 48  # both wrote the same ones


def all_votes(room, phones=8, taste="gentle", batch="pairs", turned=False):
    rng, rater = np.random.default_rng(1), SimulatedRater(TASTES[taste], 3.0)
    return {
        phone: {
            pair.id: rater.choose(*((pair.other, pair.one) if turned else (pair.one, pair.other)), rng.random()).chosen
            for pair in room.seen.batch(batch)
        }
        for phone in room.phones(phones)
    }


def test_what_the_room_likes_is_told_with_its_error_its_ceiling_and_its_agreement(room):
    from mdp_core.rlhf.agreement import accuracy_ceiling, krippendorff_alpha

    room.step("taste")
    assert "No vote is here yet." in room.said
    room.vote(all_votes(room))
    room.learn()
    told, votes = room.shop.taste.foretold, room.seen.votes
    assert len(votes) == 192
    assert (
        f"Learned from 192 votes, the reward model foretells {100 * told.accuracy:.0f} ± {100 * told.error:.0f} % of"
        in room.said
    )
    assert f"a ceiling of {100 * accuracy_ceiling(votes):.0f} %" in room.said
    assert f"Krippendorff's alpha {krippendorff_alpha(votes):.2f}:" in room.said
    best = room.shop.taste.ranked[0][0]
    assert f"It ranks first, of 48 texts{room.shop.taste.ranked[0][1]:+.1f}{best}" in room.said
    priorities = {pair.id: pair.priority for pair in room.run().seen.pairs}
    p = room.shop.taste.probabilities
    assert priorities == pytest.approx({pair: p[pair] * (1 - p[pair]) / 9 for pair in p})


def test_a_room_of_one_mind_and_one_that_tosses_coins_are_told_apart(room):
    one, two = room.phones(2)
    ids = [pair.id for pair in room.seen.pairs]
    room.vote({one: {i: i % 2 for i in ids}, two: {i: i % 2 for i in ids}})
    room.step("taste").learn()
    assert "Krippendorff's alpha 1.00: they are nearly always of one mind." in room.said
    assert "choose the same text 100 % of the time" in room.said
    opened.rooms().record([Vote(i, two, 1 - i % 2, 2, 1e9) for i in ids])
    room.learn()
    assert "they contradict each other more than chance would." in room.said
    assert "choose the same text 0 % of the time" in room.said


@pytest.fixture
def tuned(room):
    """A room whose taste the model was tuned on."""
    room.vote(all_votes(room))
    room.step("tune").learn()
    room.memory.steps[False] = 6
    room.press("room_tune")
    deadline = time.time() + 120
    while room.shop.run.is_live and time.time() < deadline:
        time.sleep(0.05)
    return room.run()


def test_the_run_is_scored_by_the_room_and_its_policy_stands_on_the_shelf_once(tuned):
    assert tuned.shop.run.principle.name == "what the room likes (192 votes)"
    assert tuned.shop.run.steps == 6
    assert "By the reward model, the mean score went from" in tuned.said
    shelf: Shelf = tuned.app.session_state["shelf"]
    [policy] = shelf
    assert [toast.value for toast in tuned.app.toast] == [f"“{policy.name}” is on the shelf: Stage and Tune know it\\."]
    assert (policy.base, policy.step, policy.name) == ("pocket", 6, f"tuned by room {tuned.mine.code}")
    shelf.delete(policy.id)
    tuned.run()
    assert len(shelf) == 0  # what was deleted does not come back


def test_two_tabs_that_press_tune_begin_one_run(room):
    room.vote(all_votes(room))
    room.step("tune").learn()
    other = Lecturer()
    other.app.session_state["my room"] = room.mine
    other.run().step("tune")
    room.press("room_tune")
    run = room.shop.run
    other.press("room_tune")
    assert (room.shop.run, room.shop.runs) == (run, 1)
    run.job.stop()


def test_a_run_goes_on_while_another_step_is_shown_and_a_new_tab_opens_at_it(tuned):
    tuned.shop.run.job.seen = -1.0
    tuned.step("come in")
    assert tuned.shop.run.job.seen > 0
    other = Lecturer()
    other.app.session_state["my room"] = tuned.mine
    assert "By the reward model, the mean score went from" in other.run().said
    assert len(other.app.session_state["shelf"]) == 1
    assert len(other.app.toast) == 0  # what was told is not told again after a reload


def test_before_and_after_are_compared_blind_and_the_win_rate_is_that_of_the_votes(tuned):
    tuned.step("judge").write("room_blind")
    pairs = tuned.seen.batch("blind 1")
    assert 0 < len(pairs) <= 24
    assert all(pair.one != pair.other for pair in pairs)
    if len(pairs) < 24:
        assert f"{24 - len(pairs)} of 24 texts came out the same, and are left out." in tuned.said
    tuned.press("room_ask")
    assert tuned.seen.asks("blind 1")
    phones = tuned.phones(4)
    answers = (1, 1, 0, 2)  # of each pair: two wins, a loss, a tie
    tuned.vote({phone: {pair.id: answer for pair in pairs} for phone, answer in zip(phones, answers, strict=True)})
    tuned.run()
    assert "Win rate: 62 % of the votes are for after the tuning (95 %:" in tuned.said  # 2.5 of 4
    foretold = np.mean(
        [
            1 / (1 + np.exp(tuned.shop.run.reward(pair.one).total - tuned.shop.run.reward(pair.other).total))
            for pair in pairs
        ]
    )
    assert f"The reward model foretold {100 * foretold:.0f} %" in tuned.said
    assert "100 % for after" in tuned.said
    before = pairs[0].one
    assert before not in tuned.said  # nobody sees which is which while the room votes
    tuned.press("room_stop")
    assert before in tuned.said


def test_votes_are_taken_along_as_a_table_as_lines_for_trl_and_as_choices(room):
    from components.room.memory import Desk, text_of
    from components.room.taking_along import votes_choices, votes_csv, votes_trl
    from components.shell.my_room import SteeredRoom
    from mdp_core.rlhf.preference_files import from_json

    store, seen = opened.rooms(), room.seen
    store.add_pairs(seen.room.id, "pairs", [("=1+1", "the movie was =x")])
    one, two = room.phones(2)
    first, hostile = seen.pairs[0], store.pairs(seen.room.id)[-1]
    for vote in (Vote(first.id, two, 1, 3, 1e9), Vote(first.id, one, 2, 1, 1e9), Vote(hostile.id, one, 0, 1, 1e9)):
        store.record([vote])
    room.step("take along")
    desk = Desk(SteeredRoom(room.mine.code, "", seen.room), room.seen, room.memory, room.shop, None, text_of(seen.room))
    rows = list(csv.reader(io.StringIO(votes_csv(desk).removeprefix("\ufeff"))))
    assert [row[:6] for row in rows[1:]] == [
        ["1", "1", "second", "3", "2001-09-09T01:46:40+00:00", "pairs"],
        ["1", "2", "the same", "1", "2001-09-09T01:46:40+00:00", "pairs"],
        ["25", "2", "first", "1", "2001-09-09T01:46:40+00:00", "pairs"],
    ]
    assert rows[3][6:] == ["'=1+1", "the movie was =x"]
    lines = [json.loads(line) for line in votes_trl(desk).splitlines()]
    assert len(lines) == 2
    assert "the movie was" + lines[0]["chosen"] == first.other
    choices = from_json(votes_choices(desk).encode()).choices
    assert [(c.one, c.chosen, c.weight) for c in choices] == [
        (first.one, 0, 0.5),
        (first.one, 1, 1.5),
        ("=1+1", 0, 1.0),
    ]
    assert "“The same” was said once" in room.said


def test_a_closed_room_asks_nothing_and_a_deleted_one_is_gone_after_it_was_asked_again(room):
    room.step("take along").press("room_close")
    assert room.seen.closed
    assert "room_ask" not in room.step("vote").keys
    room.step("take along").press("room_delete")
    assert "Delete the room and its 0 votes? They cannot be brought back." in room.said
    code = room.mine.code
    room.press("room_keep").press("room_delete").press("room_delete_sure")
    with pytest.raises(NoRoomError):
        opened.rooms().room(code, time.time())
    assert "room_open" in room.keys


def test_switched_off_or_unreadable_is_a_sentence_at_the_place(open_page, monkeypatch):
    for name, value, why in (
        ("ONE_LOOP_ROOMS", "0", "The host of this server has switched rooms off."),
        ("ONE_LOOP_ROOMS", "perhaps", "ONE_LOOP_ROOMS is neither 1 nor 0"),
        ("ONE_LOOP_ROOMS", "1", ""),
        ("ONE_LOOP_DATABASE", "sqlite:////proc/none/rooms.sqlite", "The room's database does not answer."),
    ):
        monkeypatch.setenv(name, value)
        monkeypatch.setattr(opened, "_opened", None)
        lecturer = open_page()
        if name == "ONE_LOOP_ROOMS" and why:  # it is said before anybody tries
            assert why in lecturer.said
            assert "room_open" not in lecturer.keys
        elif why:
            assert why in lecturer.press("room_open").said


def test_a_database_that_goes_away_loses_nothing_that_is_seen_or_written(room, monkeypatch):
    from components.server.room.errors import DatabaseAwayError

    real = opened.rooms

    def away():
        raise DatabaseAwayError

    room.press("room_write")
    room.memory.writing.finish()
    from components.room import page as module
    from components.shell import my_room as mine

    monkeypatch.setattr(module, "rooms", away)
    room.run()
    assert "The room's database does not answer." in room.said
    monkeypatch.setattr(mine, "rooms", away)
    assert "The room's database does not answer." in room.run().said
    monkeypatch.setattr(module, "rooms", real)
    monkeypatch.setattr(mine, "rooms", real)
    room.run().run()
    assert len(room.seen.batch("pairs")) == 48
