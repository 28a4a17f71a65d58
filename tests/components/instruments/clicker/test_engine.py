"""What a key means in a talk, and outside of one."""

import pytest

from tests.node import engine


@pytest.fixture(scope="module")
def ask():
    return engine("components/instruments/clicker/engine.js")


def press(key, *, talking=True, typing=False, blank=False, held=False):
    return ["meaning", {"key": key, "talking": talking, "typing": typing, "blank": blank, "held": held}]


def test_what_a_clicker_sends_is_heard_wherever_the_focus_is(ask):
    keys = ["PageDown", "PageUp", "b", ".", "F", "Escape"]
    for typing in (False, True):
        heard = ask(*(press(key, typing=typing) for key in keys))
        assert heard == ["next", "back", "blank", "blank", "fill", "leave"]


def test_escape_brings_a_blank_screen_back_before_it_leaves(ask):
    assert ask(press("Escape", blank=True)) == ["blank"]


def test_outside_of_a_talk_only_t_is_heard_and_not_from_a_field(ask):
    assert ask(press("t", talking=False), press("T", talking=False)) == ["begin", "begin"]
    assert (
        ask(press("t", talking=False, typing=True), press("PageDown", talking=False), press("b", talking=False))
        == [None] * 3
    )


def test_other_keys_and_shortcuts_are_left_alone(ask):
    assert (
        ask(press("f", held=True), press("t", talking=False, held=True), press("a"), press("ArrowRight")) == [None] * 4
    )
