"""The address says what was asked for; the browser's Back is followed, and an address that lags behind is not."""

import pytest
from streamlit.testing.v1 import AppTest

from components.shell import address


def _script():
    import streamlit as st

    from components.shell.address import follow_address, visit, write_link

    current = follow_address(visit())
    st.button("another seed", key="seed", on_click=lambda: current.change_seed(5))
    write_link(current)


@pytest.fixture
def app():
    at = AppTest.from_function(_script)
    at.query_params["seed"] = "3"
    at.query_params["model"] = " SmolLM2 "
    return at.run()


def query(at):
    return {name: value[0] if isinstance(value, list) else value for name, value in at.query_params.items()}


def test_what_was_asked_for_stays_in_the_link_while_another_stands_in(app):
    visit = app.session_state["visit"]
    assert (visit.scenario.seed, visit.scenario.text.model, visit.wanted) == (3, "pocket", "smollm2")
    assert (query(app)["seed"], query(app)["model"]) == ("3", "smollm2")


def test_an_address_that_lags_behind_is_not_followed(app):
    app.button(key="seed").click().run()
    app.query_params["seed"] = "3"  # as a browser reports it that has not yet heard of the new one
    app.run()
    assert app.session_state["visit"].scenario.seed == 5
    assert query(app)["seed"] == "5"


def test_back_brings_the_earlier_visit(app, monkeypatch):
    app.button(key="seed").click().run()
    command = app.session_state["visit"].command
    app.query_params["seed"] = "3"
    monkeypatch.setattr(address, "went_back", lambda: True)
    app.run()
    visit = app.session_state["visit"]
    assert (visit.scenario.seed, visit.command) == (3, command + 1)


def test_a_name_that_is_no_models_is_said_and_never_looked_for():
    """Also while the models wake up, when nobody has looked yet whether it is here."""
    at = AppTest.from_function(_script)
    at.query_params["model"] = "<b>no model</b>"
    visit = at.run().session_state["visit"]
    assert (visit.asked.text.model, visit.wanted) == ("pocket", None)
    assert "“<b>no model</b>” is not the name of a model" in visit.model_problem
    assert query(at)["model"] == "pocket"
