"""Talks as files: what is written is read back, and what may be anything is no talk or a sound one."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdp_core.talk import MOST, Item, Talk, TalkError, from_json, to_json

BEAT = Item("It is not a decision yet", "ask the hall", beat="draw")
MOMENT = Item("The <b>cliff</b>", "=1+1", page="Stage", link={"seed": "7", "world": "cliff"})


def test_a_talk_is_read_back_to_the_same():
    talk = Talk("Tuesday", (BEAT, MOMENT))
    assert from_json(to_json(talk).encode()) == (talk, ())


def test_a_byte_order_mark_changes_nothing():
    assert from_json(b"\xef\xbb\xbf" + to_json(Talk("a", (BEAT,))).encode())[0].items == (BEAT,)


def test_items_are_moved_changed_and_taken_out():
    talk = Talk("t", (BEAT, MOMENT, BEAT.named("third")))
    assert [item.title for item in talk.moved(2, -2).items] == ["third", BEAT.title, MOMENT.title]
    assert talk.moved(0, -1) == talk
    assert talk.moved(0, 9).items[-1] == BEAT
    assert talk.without(1).items == (BEAT, BEAT.named("third"))
    assert talk.changed(1, MOMENT.noted("n")).items[1].notes == "n"
    assert BEAT.named("  \n ") == BEAT


def test_a_full_talk_takes_no_more():
    talk = Talk("t", (BEAT,) * MOST)
    with pytest.raises(TalkError, match="60 moments and beats at most"):
        talk.with_item(MOMENT)


@pytest.mark.parametrize(
    "content", [b"", b"\xff\xfe", b"[]", b"{}", b'{"one_loop_talk": 1, "items": 3}', b"[" * 100_000]
)
def test_what_is_no_talk_is_said(content):
    with pytest.raises(TalkError, match="This file"):
        from_json(content)


def test_an_edited_talk_goes_on_without_what_cannot_be():
    content = {
        "one_loop_talk": 2,
        "title": 7,
        "items": [3, {"beat": ""}, {"beat": "draw"}, {"page": "Stage", "link": {"seed": 7, "world": "cliff"}}],
    }
    talk, notes = from_json(json.dumps(content).encode())
    assert talk == Talk("My talk", (Item("draw", beat="draw"), Item("Stage", page="Stage", link={"world": "cliff"})))
    assert len(notes) == 3
    assert notes[1] == "Entry 1 is neither a beat nor a moment; it is left out."


def test_half_a_character_becomes_a_question_mark_for_no_page_could_be_written_with_it():
    content = rb'{"one_loop_talk": 1, "items": [{"beat": "dr\ud800", "title": "a\udfff", "notes": "\ud83d"},'
    content += rb' {"page": "S\ud800", "link": {"\ud800": "\ud800"}}]}'
    talk, _ = from_json(content)
    assert talk.items == (Item("a?", "?", beat="dr?"), Item("S?", page="S?", link={"?": "?"}))
    to_json(talk).encode()


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
)


@given(
    st.lists(st.fixed_dictionaries({}, optional={name: JSON for name in ("beat", "page", "link", "title", "notes")}))
)
def test_whatever_is_read_can_be_written_and_read_again(items):
    talk, _ = from_json(json.dumps({"one_loop_talk": 1, "items": items}).encode())
    assert from_json(to_json(talk).encode()) == (talk, ())
