"""A beat's question put to a room, without a browser: phones answer in the store, and the page says what they come to."""

import re
import time
from copy import copy
from html import unescape

import pytest
from streamlit.testing.v1 import AppTest

from components.server.room import opened
from components.server.room.errors import DatabaseAwayError
from components.server.room.records import Asking, Reply
from components.server.room.store import RoomStore
from components.shell.my_room import _Mine
from components.tour import page as tour
from components.tour.room.hearing import GONE, Hearing
from components.tour.room.panel import hidden_counts
from components.tour.script import beat_of
from mdp_core.opinions import middle_curve
from tests.components.conftest import Awake, plain_again


def _script():
    from components.tour import page as tour

    tour.page()


class Lecturer:
    """The lecturer's tab in a beat, and phones, which speak to the store."""

    def __init__(self, beat):
        self.beat = beat_of(beat)
        self.store = opened.rooms()
        self.room, secret = self.store.open_room({}, time.time(), 3600.0)
        self.phones = [self.store.phone(self.room.id, f"token {i}", time.time() + 1e5) for i in range(10)]
        self.turns = 0
        self.app = AppTest.from_function(_script, default_timeout=120)
        self.app.session_state["my room"] = _Mine(self.room.code, secret)
        self.app.query_params["beat"] = beat
        self.run()

    def run(self):
        self.app.run()
        assert [error.value for error in self.app.exception] == []
        return self

    @property
    def keys(self):
        return {button.key for button in self.app.button}

    def press(self, what):
        """Press the room's button of that name, or the beat's."""
        self.app.button(key=next(key for key in self.keys if key and key.startswith(f"{what}_"))).click()
        return self.run()

    @property
    def question(self):
        return self.store.questions(self.room.id)[-1]

    def answer(self, *answers, first=0):
        """Phone `first` and those after it answer the round that is on."""
        self.turns += 1
        question = self.question
        replies = [
            Reply(question.id, question.round, phone, answer, self.turns)
            for phone, answer in zip(self.phones[first:], answers, strict=False)
        ]
        self.store.record([], replies)
        return self.run()

    @property
    def html(self):
        bodies = [getattr(getattr(e.proto, "html", e.proto), "body", "") for e in self.app.get("html")]
        return " ".join(body for body in bodies if "<style" not in body and "{" not in body)

    @property
    def said(self):
        """All that stands on the page, as it is read."""
        told = [e.value for kind in ("warning", "info", "caption") for e in getattr(self.app, kind)]
        return plain_again(unescape(re.sub(r"<[^>]*>", " ", self.html)) + " ".join(told))


def twin_of(desk):
    """Another tab of the same browser, in the same beat."""
    twin = copy(desk)
    twin.app = AppTest.from_function(_script, default_timeout=120)
    twin.app.session_state["my room"] = desk.app.session_state["my room"]
    twin.app.query_params["beat"] = desk.beat.name
    return twin.run()


@pytest.fixture
def lecturer(monkeypatch, tmp_path):
    """lecturer("end"): that beat, in a browser that steers a room."""
    monkeypatch.setenv("ONE_LOOP_DATABASE", f"sqlite:///{tmp_path / 'rooms.sqlite'}")
    monkeypatch.setattr(opened, "_opened", None)
    monkeypatch.setattr(tour, "warmup", Awake)
    monkeypatch.setattr(tour, "models", dict)
    return Lecturer


def test_two_tabs_that_ask_at_once_begin_one_round(lecturer):
    desk = lecturer("end")
    twin = twin_of(desk)
    desk.press("room_ask")
    twin.press("room_ask")
    assert desk.question.round == 1
    desk.run().press("room_again")
    twin.press("room_again")
    assert desk.question.round == 2


def test_a_choice_is_asked_hidden_revealed_asked_again_and_compared(lecturer):
    desk = lecturer("end")
    assert "room_again_end_0" not in desk.keys
    desk.press("room_ask")
    assert desk.question.how["options"] == list(desk.beat.how.options)
    assert desk.store.room(desk.room.code, time.time()).asks == Asking("question", question=desk.question.id)
    assert desk.app.button(key="room_reveal_end_0").disabled
    desk.answer(0, 0, 0, 2, 1)
    assert "5 of 10 phones have answered." in desk.said
    assert "room-said" not in desk.html  # how many, and not what
    assert hidden_counts(desk.beat, desk.app.session_state["tour"]) == (
        "Round 1, not shown: “Nothing: it is over” 3, “As much as the place where it stands” 1, "
        "“The next reward, and no more” 1."
    )
    desk.press("room_reveal")
    assert "5 answers: 3 of 5 say “Nothing: it is over”." in desk.said
    assert re.findall(r"<em>(.*?)</em>", desk.html) == ["3 (60%)", "1 (20%)", "1 (20%)"]
    assert "✓" not in desk.html
    desk.press("room_again")
    assert (desk.question.round, desk.question.revealed) == (2, False)
    desk.answer(1, 1, 0, 1, first=1)  # phones 1 to 4: they said 0, 0, 2 and 1
    assert "Round 2: 4 of 10 phones have answered." in desk.said
    assert "3 (60%)" in desk.html  # what was seen stays until the lecturer hides it
    assert "75%" not in desk.html
    desk.press("room_early")
    assert "room-said" not in desk.html
    desk.press("room_reveal")
    assert "3 of 4 who answered twice changed their mind." in desk.said
    assert "3 of 4 now say “As much as the place where it stands”; in round 1, 1 of 5." in desk.said
    assert re.findall(r"<em>(.*?)</em>", desk.html) == (
        ["3 (60%)", "1 (25%)", "1 (20%)", "3 (75%)", "1 (20%)", "0 (0%)"]
    )
    desk.press("show")
    assert "✓ As much as the place where it stands" in desk.said
    assert hidden_counts(desk.beat, desk.app.session_state["tour"]) == ""


def test_a_second_vote_may_come_before_anything_is_seen(lecturer):
    desk = lecturer("end").press("room_ask").answer(0, 0).press("room_again").answer(1, 0)
    assert "room-said" not in desk.html
    desk.press("room_reveal")
    assert (
        "1 of 2 who answered twice changed their mind. 1 of 2 now say “Nothing: it is over”; in round 1, 2 of 2."
        in (desk.said)
    )


def test_of_numbers_the_median_is_shown_and_the_true_one_once_it_is_told(lecturer):
    desk = lecturer("transition").press("room_ask").answer(0.9, 0.9, 1.0, 0.33, 0.5)
    desk.press("room_reveal")
    assert "5 answers: the median is 0.90." in desk.said
    assert "✓" not in desk.html
    desk.press("room_again").answer(0.9, 0.33, 0.34, 0.33, 0.3).press("room_reveal")
    assert (
        "3 of 5 who answered twice changed their mind. Round 1: the median is 0.90. Round 2: the median is 0.33."
        in (desk.said)
    )
    desk.press("show")
    assert "✓ 0.3333" in desk.said


def test_a_curve_is_asked_with_its_paper_and_shown_on_it(lecturer, monkeypatch):
    from components.tour.scenes import learning

    drawn = []
    monkeypatch.setattr(learning, "sketch", lambda **how: drawn.append(how))
    desk = lecturer("policy").press("room_ask")
    assert desk.question.how == {
        "kind": "curve", "low": -1.0, "high": 1.0, "points": 31, "x": "steps", "y": "mean score",
    }  # fmt: skip
    curves = [[level] * 31 for level in (-0.5, 0.0, 0.75)]
    desk.answer(*curves)
    assert drawn[-1]["crowd"] is None
    desk.press("room_reveal")
    crowd = drawn[-1]["crowd"]
    assert sorted(crowd.curves) == sorted(tuple(curve) for curve in curves)
    assert crowd.middles == [("the room's median", middle_curve([tuple(curve) for curve in curves]))]
    assert "3 answers: the median curve goes from 0.00 to 0.00." in desk.said


def test_with_other_numbers_it_is_another_question(lecturer):
    desk = lecturer("transition").press("room_ask").answer(0.5).press("room_reveal").press("show").press("again")
    assert "room_ask_transition_1" in desk.keys
    assert "median" not in desk.said
    desk.press("room_ask")
    assert [question.name for question in desk.store.questions(desk.room.id)] == ["transition 0", "transition 1"]


def test_what_is_in_the_way_is_a_sentence_and_the_beat_goes_on(lecturer, monkeypatch):
    desk = lecturer("transition").press("room_ask").answer(0.5, 0.7)

    def away(*_):
        raise DatabaseAwayError

    with monkeypatch.context() as broken:
        broken.setattr(RoomStore, "pulse", away)
        desk.run()
        assert "The room's database does not answer." in desk.said
        broken.setattr(RoomStore, "reveal", away)
        desk.press("room_reveal")
    desk.run()
    assert desk.press("room_reveal").question.revealed
    assert "does not answer" not in desk.said
    desk.store.ask(desk.room.id, Asking("closed"))
    assert "it takes no more answers" in desk.run().said
    assert "room_again_transition_0" not in desk.keys
    desk.store.delete_room(desk.room.id)
    assert GONE in desk.run().said
    desk.press("show")
    assert "It goes there with P 0.33" in desk.said


def test_answers_are_read_only_where_something_came(lecturer, monkeypatch):
    desk = lecturer("end").press("room_ask").answer(0, 1)
    read = []
    replies = RoomStore.replies
    monkeypatch.setattr(RoomStore, "replies", lambda store, question: read.append(1) or replies(store, question))
    desk.run().run()
    assert read == []
    desk.answer(2)
    assert read == [1]


def test_without_a_room_nothing_is_asked_of_the_database(lecturer, monkeypatch):
    desk = lecturer("end")
    desk.app.session_state["my room"] = _Mine()
    desk.app.session_state["tour"].room = Hearing()
    monkeypatch.setattr(RoomStore, "pulse", lambda *_: pytest.fail("it was asked"))
    desk.run()
    assert not any(key and key.startswith("room_ask") for key in desk.keys)
