"""What was told survives a reload; of what anybody else wrote there, only what can be so is taken."""

import json

import pytest

from components.tour.keeping import kept_text, take_up
from components.tour.memory import Prediction, TourMemory


def told():
    memory = TourMemory()
    for beat, guess in (("gamma", 1), ("transition", 0.79), ("expect", (0.25, -1.0, 0.5)), ("choice", 0)):
        memory.predict(beat, guess)
    memory.meet_again("transition")
    memory.predict("transition", 0.5)
    memory.show("value")
    memory.predictions["gamma", 0] = Prediction("“The rewards that it is paid”", "“Only …”", True, 2)
    memory.predictions["choice", 0] = Prediction("“A”", "Nobody can say", False, None)
    return memory


def test_a_reload_brings_back_what_was_predicted_and_what_came_of_it():
    before, after = told(), TourMemory()
    take_up(after, kept_text(before))
    assert after.told == before.told
    assert after.guesses == before.guesses
    assert after.again == {"transition": 1}
    gamma = after.predictions["gamma", 0]
    assert (gamma.said, gamma.was) == (
        "“The rewards that it is paid”",
        "“Only how much a late reward counts”",
    )
    assert (gamma.surprised, gamma.judged) == (True, True)
    assert not after.predictions["choice", 0].judged
    assert ("transition", 0) not in after.predictions  # its answer was not known yet
    assert kept_text(TourMemory()) == ""


def test_what_was_said_since_stays():
    memory = TourMemory()
    memory.predict("gamma", 0)
    take_up(memory, kept_text(told()))
    assert memory.guesses["gamma", 0] == 0
    assert memory.guesses["choice", 0] == 0


@pytest.mark.parametrize(
    "entry",
    [
        ["nonsense", 0, 1],
        [["gamma"], 0, 1],
        ["gamma", -1, 1],
        ["gamma", 10**9, 1],
        ["gamma", True, 1],
        ["gamma", 0, 3],
        ["gamma", 0, True],
        ["gamma", 0, 1.5],
        ["gamma", 0, "<b>x"],
        ["transition", 0, 1.01],
        ["transition", 0, float("nan")],
        ["transition", 0, [0.5]],
        ["transition", 0, 10**400],
        ["expect", 0, [0.1]],
        ["expect", 0, [0.1, 2]],
        ["expect", 0, [0.1] * 10_000],
        ["expect", 0, 0.5],
        ["gamma"],
        {"gamma": 0},
    ],
)
def test_what_cannot_have_been_told_is_left_out(entry):
    memory = TourMemory()
    take_up(memory, json.dumps({"told": [entry, ["draw", 0, 2]], "again": {"gamma": -1, "nonsense": 3, "draw": "2"}}))
    assert memory.told == {("draw", 0)}
    assert memory.guesses == {("draw", 0): 2}
    assert memory.again == {}


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"told": 3, "again": []}', "[" * 90_000, "9" * 200_000])
def test_what_is_no_diary_is_none(text):
    memory = TourMemory()
    take_up(memory, text)
    assert memory == TourMemory()


def test_an_answer_that_cannot_be_is_not_shown_and_the_guess_stays():
    memory = TourMemory()
    take_up(memory, json.dumps({"told": [["gamma", 0, 1, 99, True]]}))
    assert memory.guesses == {("gamma", 0): 1}
    assert not memory.predictions
