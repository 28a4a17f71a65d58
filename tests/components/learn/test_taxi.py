"""Gymnasium's Taxi on page Learn: its optimum, and what two learners make of it."""

import pytest

from components.learn.taxi import solved_taxi
from mdp_core.stage.places import gym_places
from tests.components.learn.test_page import finish, opened, press, said


def spoken(at):
    return said(at) + " ".join(block.value for block in at.markdown).replace("\\", "")


def test_nothing_of_it_is_made_before_it_is_asked_for():
    at = opened(world="norvig")
    assert "500 states" in said(at)
    assert "v*(s₀)" not in spoken(at)


def test_the_optimum_is_the_published_one():
    table = gym_places("gym-taxi").mdp
    # Undiscounted the value is 21 less the number of moves, and the mean over the 300 starts is 7.93.
    assert float(table.start @ solved_taxi(1.0).v) == pytest.approx(7.93)
    at = opened(world="norvig")
    at.slider[0].set_value(1.0).run()
    press(at, "taxi_show")
    assert "v*(s₀) = **7.93** at gamma 1.00, the mean over 300 starts" in spoken(at)
    assert "pick up at row 1, column 1" in spoken(at)  # R, where the passenger waits
    at.selectbox(key="taxi_passenger").select_index(4).run()
    assert "drop off at row 1, column 5" in spoken(at)  # G, where the passenger wants to go


def test_q_learning_comes_close_to_it():
    at = opened(world="norvig")
    at.slider[0].set_value(0.99).run()
    press(at, "taxi_show")
    press(at, "taxi_q_learning")
    memory = at.session_state["taxi"]
    while memory.lesson.busy:
        memory.lesson.work(1.0)
    finish(at)
    at.run()
    table = gym_places("gym-taxi").mdp
    worth, best = memory.lesson.result.worth(table, 0.99), float(table.start @ solved_taxi(0.99).v)
    assert memory.lesson.result.episodes == 2_000
    assert 5.5 < worth < best < 6.33
    assert "Q-learning after 2,000 episodes: what it has learned is worth **5.95**" in spoken(at)
    at.slider[0].set_value(0.5).run()  # the same table for another gamma: nothing of that was learned
    assert "after 2,000 episodes" not in spoken(at)


def test_what_the_taxi_shows_is_in_the_link_and_learned_anew_from_it():
    at = opened(world="norvig", learn_gamma="0.99", learn_seed="5")
    press(at, "taxi_show")
    at.selectbox(key="taxi_passenger").select_index(4).run()
    press(at, "taxi_sarsa")
    query = {name: value[0] if isinstance(value, list) else value for name, value in at.query_params.items()}
    told = {name: value for name, value in query.items() if name.startswith("taxi")}
    assert told == {"taxi": "1", "taxi_passenger": "4", "taxi_seed": "5", "taxi_by": "sarsa"}
    again = finish(opened(**query))
    work, copy = (one.session_state["taxi"].lesson for one in (at, again))
    for lesson in (work, copy):
        while lesson.busy:
            lesson.work(1.0)
    assert (copy.result.v == work.result.v).all()
    bad = opened(world="norvig", taxi="1", taxi_by="nobody", taxi_passenger="77")
    assert "taxi_by in the link is none of" in said(bad)
    assert bad.session_state["taxi"].by == ""
