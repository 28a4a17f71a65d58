"""A visit keeps what was asked for, and what is shown is derived from it."""

from components.shell.visit import StandIn, Visit
from mdp_core.scenarios import Scenario, TextScenario, View


def visit(**text):
    return Visit(Scenario(text=TextScenario(**text)), View(step=4))


def test_a_wanted_model_is_asked_for_and_another_writes():
    current = visit(forced=((1, 7),))
    current.want("smollm2")
    assert (current.asked.text.model, current.asked.text.forced) == ("smollm2", ())
    assert (current.scenario.text.model, current.scenario.text.forced) == ("pocket", ((1, 7),))
    current.choose("text", 2, 9)  # from the one that writes
    assert current.scenario.text.forced == ((1, 7), (2, 9))
    current.receive()
    assert (current.scenario.text.model, current.scenario.text.forced, current.view.step) == ("smollm2", (), 0)


def test_what_will_not_come_is_no_longer_asked_for_and_nothing_is_lost():
    current = visit(forced=((1, 7),))
    current.want("smollm2")
    current.change_seed(9)
    current.give_up("No network.")
    assert current.asked == current.scenario
    assert (current.asked.seed, current.asked.text.model, current.asked.text.forced) == (9, "pocket", ((1, 7),))
    assert (current.wanted, current.model_problem) == (None, "No network.")


def test_a_links_choices_wait_for_the_links_model():
    current = visit(model="smollm2", forced=((0, 3),))
    current.stand_in = StandIn("pocket", restarts=False)
    assert current.scenario.text.forced == ()
    current.want("smollm2")  # its button was pressed
    current.receive()
    assert (current.scenario.text.forced, current.view.step) == (((0, 3),), 4)


def test_another_prompt_makes_all_choices_meaningless():
    current = visit(model="smollm2", forced=((0, 3),))
    current.stand_in = StandIn("pocket", forced=((2, 5),), restarts=False)
    current.change_text(prompt="the soup was")
    assert current.scenario.text.forced == ()
    current.receive()
    assert current.scenario.text.forced == ()


def test_a_model_that_made_room_is_asked_for_again_with_its_choices():
    current = visit(model="smollm2", forced=((0, 3),))
    current.miss()
    assert (current.scenario.text.model, current.scenario.text.forced, current.wanted) == ("pocket", (), "smollm2")
    current.receive()
    assert current.scenario.text.forced == ((0, 3),)
