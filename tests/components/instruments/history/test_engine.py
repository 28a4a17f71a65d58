"""Which changes of an address make an entry of the browser's history."""

import pytest

from tests.node import engine

HERE = "http://localhost/loop/stage?v=1&seed=7&gamma=0.9&step=0"
FLOWING = ["gamma", "step", "formula"]


@pytest.fixture(scope="module")
def goes_on():
    """goes_on(addresses...): for every address but the first, whether it takes the place of the one before; None: Back."""
    ask = engine("components/instruments/history/engine.js")
    return lambda *addresses: ask(["walk", FLOWING, list(addresses)])[0]


def at(**changes):
    """An address like HERE."""
    query = {"v": "1", "seed": "7", "gamma": "0.9", "step": "0"} | changes
    return "http://localhost/loop/stage?" + "&".join(f"{name}={value}" for name, value in query.items())


def test_a_drag_is_one_entry_however_often_it_is_told(goes_on):
    assert goes_on(HERE, at(gamma="0.8"), at(gamma="0.7"), at(gamma="0.6")) == [False, True, True]


def test_another_thing_that_is_changed_is_another_entry(goes_on):
    dragged = at(gamma="0.8")
    assert goes_on(HERE, dragged, at(gamma="0.8", step="1"), at(gamma="0.8", step="2")) == [False, False, True]
    assert goes_on(HERE, at(seed="8"), at(seed="9"), at(seed="10")) == [False] * 3
    assert goes_on(HERE, at(gamma="0.8"), at(gamma="0.7", seed="8"), at(gamma="0.6", seed="8")) == [False] * 3


def test_after_back_a_change_is_an_entry_again(goes_on):
    assert goes_on(HERE, at(gamma="0.8"), None, at(gamma="0.7"), at(gamma="0.6")) == [False, False, True]


def test_what_is_typed_for_the_first_time_is_one_entry_too(goes_on):
    assert goes_on(HERE, at(formula="1"), at(formula="12"), at(formula="")) == [False, True, True]


def test_an_address_that_is_only_completed_makes_no_entry(goes_on):
    assert goes_on("http://localhost/loop/stage", HERE) == [True]
    assert goes_on("http://localhost/loop/stage?seed=7", HERE, at(gamma="0.8")) == [True, False]


def test_the_bare_address_of_the_tour_is_completed_by_the_beat_and_every_other_beat_is_an_entry(goes_on):
    tour = "http://localhost/loop/"
    assert goes_on(tour, f"{tour}?beat=score", f"{tour}?beat=loop") == [True, False]


def test_another_page_is_an_entry(goes_on):
    assert goes_on(HERE, HERE.replace("stage", "learn"), HERE) == [False, False]
    assert goes_on("http://localhost/tour?beat=draw", "http://localhost/tour?beat=add") == [False]
