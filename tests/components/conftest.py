"""The Stage's page without a browser: AppTest runs it, and what it hands to the player is kept to be looked at."""

from dataclasses import dataclass, field
from functools import cache
from typing import Any

import pytest
from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import AppTest

from components.controls import model
from components.server import models as server_models
from components.server.models import Models
from components.stage import page as stage
from mdp_core.tokens.sources import Host


@pytest.fixture(scope="session", autouse=True)
def _looked_through_once():
    """Streamlit looks for components in all that is installed whenever an AppTest is made: half of the time of one.

    A server looks through its whole memory when a model has come; here one comes for every test.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(manifest_scanner, "scan_component_manifests", cache(manifest_scanner.scan_component_manifests))
        patch.setattr(server_models, "settle_memory", lambda: None)
        yield


def _script():
    from components.shell.frame import frame
    from components.stage import page as stage

    frame()
    stage.page()


@dataclass
class Awake:
    """A warm-up that is over."""

    done: bool = True
    problem: str = ""


@dataclass
class Stage:
    """One visitor's page. Everything is looked up anew after a run."""

    app: AppTest
    calls: list[dict[str, Any]] = field(default_factory=list)
    field: dict[str, Any] = field(default_factory=dict)  # what the formula's field was given last

    @property
    def here(self):
        return self.app.session_state["visit"]

    @property
    def memory(self):
        return self.app.session_state["stage"]

    @property
    def worlds(self):
        """What the player was given last: the worlds' frames by name."""
        return {world["id"]: world for world in self.calls[-1]["frames"]["worlds"]}

    @property
    def words(self):
        """The text on the Stage, without the prompt."""
        return "".join(step["piece"] for step in self.worlds["text"]["steps"])

    @property
    def messages(self):
        """All that is said above the Stage or at a control, in the order of the page."""
        return [plain_again(said.value) for kind in ("error", "warning", "info") for said in getattr(self.app, kind)]

    def run(self):
        self.app.run()
        assert [error.value for error in self.app.exception] == []
        return self

    def widget(self, kind, name):
        """The widget that shows a part of the visit now, such as widget("slider", "temperature")."""
        generation = self.app.session_state[f"generation of {name}"] if self._has(f"generation of {name}") else 0
        return getattr(self.app, kind)(key=f"{name}-{generation}" if generation else name)

    def _has(self, key):
        return key in self.app.session_state

    def set(self, kind, name, value):
        self.widget(kind, name).set_value(value)
        return self.run()

    def type(self, formula):
        """As if it had been typed into the formula's field."""
        self.field["on_typed"](formula)
        return self.run()

    def press(self, key):
        self.app.button(key=key).click()
        return self.run()

    def choose(self, side, t, action):
        """As if it had been clicked in the player."""
        self.calls[-1]["on_choose"](side, t, action)
        return self.run()

    def undo(self, side):
        self.calls[-1]["on_undo"](side)
        return self.run()


def plain_again(markdown):
    """What a reader sees of a message."""
    import re

    return re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", markdown).replace("\u2060", "")


def loader(**models):
    """Loads what is given by id, at once; raises what is given as an error."""

    def load(model, host):
        found = models[model]
        if isinstance(found, Exception):
            raise found
        return found
        yield

    return load


@pytest.fixture
def shelf(pocket, monkeypatch):
    """The models of a server whose warm-up is over: Pocket, and what a test puts beside it."""
    models = Models(Host(), loader(pocket=pocket))
    assert models.ask("pocket").done.wait(10)
    monkeypatch.setattr(stage, "models", lambda: models)
    monkeypatch.setattr(stage, "warmup", Awake)
    return models


@pytest.fixture
def open_stage(shelf, monkeypatch):
    """open_stage(prompt="...", seed="3"): the page as that link opens it."""
    opened = []

    def player(frames, view, command, **callbacks):
        opened[-1].calls.append({"frames": frames, "view": view, "command": command, **callbacks})

    monkeypatch.setattr(stage, "player", player)
    monkeypatch.setattr(model, "formula_field", lambda **given: opened[-1].field.update(given))

    def open_it(**query):
        app = AppTest.from_function(_script, default_timeout=60)
        for name, value in query.items():
            app.query_params[name] = value
        opened.append(Stage(app))
        return opened[-1].run()

    return open_it
