"""A talk that is given: where it begins, how far it goes, and what both of its windows know."""

import pytest
from streamlit.testing.v1 import AppTest

from components.server.talks import begin_talk, given_talk
from components.talk.memory import TOUR, TalkMemory
from components.tour.script import NAMES
from mdp_core.talk import Item, Talk

TWO = Talk("t", (Item("a", beat="draw"), Item("b", page="Stage", link={"seed": "3"})))


def test_without_moments_the_talk_is_the_tour_with_its_notes():
    assert [item.beat for item in TOUR.items] == list(NAMES)
    assert all(item.notes for item in TOUR.items)
    assert TalkMemory().plan == TOUR
    assert TalkMemory(TWO).plan == TWO


def test_a_talk_goes_on_from_the_beat_on_the_screen_and_else_begins_at_its_first_item():
    memory = TalkMemory()
    memory.begin("gamma")
    memory.go(1)
    assert memory.plan.items[memory.wanted].beat == NAMES[NAMES.index("gamma") + 1]
    elsewhere = TalkMemory(TWO)
    elsewhere.begin()
    elsewhere.go(1)
    assert elsewhere.wanted == 0
    fast = TalkMemory(TWO)
    fast.begin()
    fast.go(2)
    assert fast.wanted == 1


def test_no_talk_goes_beyond_its_ends():
    given = begin_talk(TWO, 0)
    given.go(-3)
    assert given.at == 0
    given.go(9)
    assert given.at == 1


def test_the_secret_is_long_and_finds_its_talk_only():
    one, other = begin_talk(TWO, 0), begin_talk(TWO, 1)
    assert len(one.secret) >= 20
    assert given_talk(one.secret) is one
    assert given_talk(other.secret) is other
    assert given_talk("guess") is None


def _script():
    import streamlit as st

    from components.talk.memory import talk_memory
    from components.talk.showing import show_wanted

    st.session_state["pages"] = {}
    show_wanted(talk_memory())


@pytest.mark.parametrize(
    ("item", "wrong"),
    [
        (Item("x", beat="nonsense"), "there is no beat “nonsense” in this tour."),
        (Item("<b>x", page="Nowhere"), "there is no page “Nowhere” here."),
        (Item("x", page="Speaker"), "there is no page “Speaker” here."),
        (Item("x", page="Tour", link={"beat": "zz"}), "there is no beat “zz” in this tour."),
    ],
)
def test_what_cannot_be_shown_is_said_and_the_talk_goes_on(item, wrong):
    app = AppTest.from_function(_script)
    memory = TalkMemory(Talk("t", (item, *TWO.items)))
    memory.begin()
    memory.wanted = 0
    app.session_state["talk"] = memory
    app.run()
    assert not app.exception
    assert memory.problem == f"“{item.title}”: {wrong}"
    memory.go(1)
    assert memory.wanted == 1


def _menu():
    from components.talk.memory import talk_memory
    from components.talk.menu import draw_menu

    draw_menu(talk_memory(), "Stage")


def test_the_menu_says_an_item_s_title_once_and_what_is_wrong_with_it():
    app = AppTest.from_function(_menu)
    app.session_state["pages"] = {}
    app.session_state["talk_menu"] = True
    app.session_state["talk"] = TalkMemory(Talk("t", (Item("gone", beat="nonsense"),)))
    app.run()
    assert not app.exception
    assert "1. **gone**: there is no beat “nonsense” in this tour\\." in [one.value for one in app.markdown]
