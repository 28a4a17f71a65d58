"""What the browser is told to keep, and what it must not touch."""

import pytest

from tests.node import engine


@pytest.fixture(scope="module")
def ask():
    return engine("components/instruments/keepsake/engine.js")


def told(kept="", secure=False, **said):
    keepsake = {"name": "room", "value": "ABC.xyz", "path": "/loop/", "seconds": 60, "instead_of": ""} | said
    return ["cookie", keepsake, kept, secure]


def test_a_cookie_is_for_this_app_and_this_site_only(ask):
    assert ask(told()) == ["room=ABC.xyz; Path=/loop/; Max-Age=60; SameSite=Strict"]
    assert ask(told(secure=True)) == ["room=ABC.xyz; Path=/loop/; Max-Age=60; SameSite=Strict; Secure"]


def test_what_stands_there_already_is_not_said_again(ask):
    assert ask(told("a=1; room=ABC.xyz"), told("a=1; xroom=ABC.xyz")) == [None, ask(told())[0]]


def test_what_another_tab_has_said_since_is_not_forgotten(ask):
    forgets = {"value": "", "instead_of": "ABC.xyz"}
    assert ask(told("room=ABC.xyz", **forgets)) == ["room=; Path=/loop/; Max-Age=0; SameSite=Strict"]
    assert ask(told("room=NEW.one", **forgets), told("", **forgets)) == [None, None]
