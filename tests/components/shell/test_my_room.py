"""My room: what a browser steers, how it comes back, and what is told where it cannot be had."""

import time
from types import SimpleNamespace

import pytest
import streamlit as st
from streamlit.runtime.context import ContextProxy

from components.server.room import opened
from components.server.room.errors import DatabaseAwayError, RoomError
from components.shell import my_room as module
from components.shell.my_room import COOKIE, leave_my_room, my_room, open_my_room, phone_address


@pytest.fixture
def browser(monkeypatch, tmp_path):
    """A function that begins a new tab: an empty session with the cookies that it is given, on a server of its own."""
    monkeypatch.setenv("ONE_LOOP_DATABASE", f"sqlite:///{tmp_path / 'rooms.sqlite'}")
    monkeypatch.setattr(opened, "_opened", None)
    address = "https://host/base/room"

    def tab(cookie=""):
        monkeypatch.setattr(st, "session_state", {"pages": {"Room": SimpleNamespace(url_path="room")}})
        monkeypatch.setattr(ContextProxy, "cookies", {COOKIE: cookie} if cookie else {})
        monkeypatch.setattr(ContextProxy, "url", address)

    tab()
    return tab


@pytest.fixture
def kept(monkeypatch):
    """What the browser was told to keep, again and again."""
    said = []
    monkeypatch.setattr(module, "keepsake", lambda name, value, **how: said.append((name, value, how)))
    return said


def test_another_tab_and_a_reload_steer_the_same_room(browser, kept):
    assert my_room() is None
    mine = open_my_room({"prompt": "The movie was"})
    module.keep_my_room()
    [(name, value, how)] = kept
    assert (name, how["path"], how["seconds"]) == (COOKIE, "/base/", 86_400)
    browser(value)
    again = my_room()
    assert (again.code, again.secret, again.room) == (mine.code, mine.secret, mine.room)
    assert again.room.about == {"prompt": "The movie was"}


@pytest.mark.parametrize(
    "cookie", ["{code}.wrong", "{code}", "ZZZZZZ.{secret}", "{code}.{secret}x", "💥.", ".", "a" * 5000]
)
def test_whoever_does_not_hold_the_secret_steers_nothing(browser, cookie):
    mine = open_my_room({})
    browser(cookie.format(code=mine.code, secret=mine.secret))
    assert my_room() is None


def test_a_room_that_is_left_or_gone_is_forgotten_by_the_browser(browser, kept):
    mine = open_my_room({})
    leave_my_room()
    module.keep_my_room()
    assert kept[-1][1:2] == ("",)
    assert kept[-1][2]["instead_of"] == f"{mine.code}.{mine.secret}"
    other = open_my_room({})
    opened.rooms().delete_room(other.room.id)
    assert my_room() is None
    module.keep_my_room()
    assert kept[-1][2]["instead_of"] == f"{other.code}.{other.secret}"


def test_a_room_ends_by_itself(browser, monkeypatch):
    open_my_room({})
    later = time.time() + 25 * 3600
    monkeypatch.setattr(module.time, "time", lambda: later)
    assert my_room() is None


def test_phones_get_the_address_that_the_host_has_set_else_the_browser_s(browser, monkeypatch):
    assert phone_address("K7PXQ2") == "https://host/base/r/K7PXQ2"
    monkeypatch.setenv("ONE_LOOP_URL", "https://loop.example/talks/")
    assert phone_address("K7PXQ2") == "https://loop.example/talks/r/K7PXQ2"


def test_rooms_that_are_off_and_a_database_that_is_away_are_told_in_a_sentence(browser, monkeypatch):
    monkeypatch.setenv("ONE_LOOP_ROOMS", "0")
    assert my_room() is None
    with pytest.raises(RoomError, match="switched rooms off"):
        open_my_room({})
    monkeypatch.setenv("ONE_LOOP_ROOMS", "1")
    monkeypatch.setenv("ONE_LOOP_DATABASE", "sqlite:////proc/none/rooms.sqlite")
    with pytest.raises(DatabaseAwayError):
        open_my_room({})
