"""The Stage with a model on a server: what it tells, what it leaves to the others, and what happens when it goes away."""

import numpy as np
import pytest

from components.server.models import Models
from components.stage import page as stage
from mdp_core.tokens.served.vocabulary import id_of
from mdp_core.tokens.sources import Host, load
from tests.served import Server, serving


@pytest.fixture
def server(pocket):
    with serving(Server(pocket)) as running:
        yield running


@pytest.fixture
def open_served(open_stage, server, monkeypatch):
    """The page of a host that began with the server, written to its end."""
    models = Models(Host().starting_with(server.address, ""), load)
    for name in ("pocket", "served"):
        begun = models.ask(name)
        assert begun.done.wait(30)
        assert begun.problem == ""
    monkeypatch.setattr(stage, "models", lambda: models)

    def open_it(**query):
        return written(open_stage(model="served", **query))

    return open_it


def written(page):
    """The page when the text that it begun is written, or has failed."""
    writing = page.memory.writing
    if writing is not None:
        writing.work(1e9)
    return page.run()


def test_every_step_shows_what_the_server_tells_and_the_rest_as_one_bar(open_served, server):
    page = open_served(seed="4")
    text = page.worlds["text"]
    assert text["title"] == "pocket"
    assert text["caption"] == "temperature 1.00, 20 told"
    assert page.app.query_params["model"] in ("served", ["served"])
    assert str(server.port) not in str(text)
    prefix = "the movie was"
    landed_on_others = 0
    for step in text["steps"]:
        tokens, p = server.distribution(prefix)
        p = dict(zip(tokens, p.tolist(), strict=True))
        assert step["entropy"] is None
        for bar in step["bars"]:
            name = "" if bar["label"] == "the end" else bar["label"].replace("␣", " ")
            assert bar["p"] == pytest.approx(p[name], abs=1e-6)
        assert step["rest"]["count"] is None
        assert step["rest"]["p"] == pytest.approx(1 - sum(bar["p"] for bar in step["bars"]), abs=1e-12)
        chosen = step["bars"][step["chosen"]]
        assert chosen["from"] - 1e-9 <= step["u"] <= chosen["from"] + chosen["p"] + 1e-9
        drawn = "" if chosen["label"] == "the end" else chosen["label"].replace("␣", " ")
        landed_on_others += drawn not in tokens[:20]
        assert step["rest"]["told"] == 20 - len(step["bars"]) + (drawn not in tokens[:20])
        prefix += step["piece"]
    assert landed_on_others > 0
    assert np.isfinite(text["score"]["total"])


def test_a_token_is_forced_the_future_branches_and_the_link_brings_it_again(open_served, server):
    page = open_served(seed="7")
    before = page.words
    step = page.worlds["text"]["steps"][2]
    other = next(bar for i, bar in enumerate(step["bars"]) if i != step["chosen"] and bar["label"] != "the end")
    page = written(page.choose("text", 2, other["action"]))
    assert page.worlds["text"]["steps"][2]["forced"]
    assert page.worlds["text"]["steps"][2]["piece"] == other["label"].replace("␣", " ") != ""
    assert page.worlds["text"]["ghost"]["from"] == 2
    after = page.words
    assert after != before
    assert written(page.undo("text")).words == before
    assert written(open_served(seed="7", words=f"2.{other['action']}")).words == after


def test_a_choice_that_the_server_does_not_tell_is_left_out(open_served):
    page = open_served(seed="7", words=f"1.{id_of(' zzz')}")
    assert page.here.scenario.text.forced == ()
    assert any("fits no step" in said for said in page.messages)
    assert page.worlds["text"]["title"] == "pocket"


def test_a_server_that_goes_away_is_said_and_asked_again(open_served, server):
    page = open_served(seed="7")
    words = page.words
    server.damage = lambda answer: {"choices": []}
    page.set("text_input", "prompt", "the acting was")
    page = written(page)
    assert any("has no choices" in said and "The last good picture stays" in said for said in page.messages)
    assert page.words == words
    server.damage = None
    page = written(page.press("dismiss_problem_server"))
    assert page.messages == []
    assert "".join(page.worlds["text"]["prompt"]) == "the acting was"


def test_the_menu_offers_the_server_and_says_how_it_is_drawn_from(open_served):
    page = open_served(seed="7")
    assert "pocket" in page.widget("radio", "kind").options
    assert any("the others stay together" in said.value for said in page.app.caption)


def test_a_host_without_a_server_says_so(open_stage, monkeypatch, pocket):
    models = Models(Host(), load)
    assert models.ask("pocket").done.wait(30)
    monkeypatch.setattr(stage, "models", lambda: models)
    page = open_stage(model="served")
    assert page.here.load is None  # a link begins nothing
    page.press("offer")
    load_ = page.here.load
    if load_ is not None:
        assert load_.done.wait(30)
        page.run()
    assert any("This host has no model server" in said for said in page.messages)
    assert page.worlds["text"]["title"] == "Pocket"


def test_a_server_that_comes_late_is_loaded_from_the_menu(open_stage, pocket, monkeypatch):
    late = Server(pocket)
    with serving(late):
        pass  # it had a port, and is gone
    models = Models(Host().starting_with(late.address, ""), load)
    assert models.ask("pocket").done.wait(30)
    monkeypatch.setattr(stage, "models", lambda: models)
    page = open_stage(model="served")
    if page.here.load is not None:  # the host chose it, so that it begins by itself; it may have failed already
        assert page.here.load.done.wait(30)
        page.run()
    assert any("The model server cannot be reached" in said for said in page.messages)
    assert page.worlds["text"]["title"] == "Pocket"
    with serving(late):
        page.set("radio", "kind", "served").press("load")
        if page.here.load is not None:
            assert page.here.load.done.wait(30)
        page = written(page.run())
        assert page.worlds["text"]["title"] == "pocket"
        assert page.messages == []
