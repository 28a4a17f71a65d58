"""Choosing a language model on the Stage: what is there meanwhile, when it comes, and when it does not."""

import threading
from dataclasses import replace

import pytest
import torch

from components.server.host import Choices
from components.server.models import Models
from components.stage import page as stage
from components.stage import shown as looking
from mdp_core.tokens.device import CPU, Device
from mdp_core.tokens.language_model import LanguageModel
from mdp_core.tokens.rounding import Rounding
from mdp_core.tokens.sources import Host, Progress
from mdp_core.tokens.sources.errors import NoNetwork, TooLarge, UnsafeWeights
from tests.components.conftest import Awake, plain_again
from tests.mdp_core.tokens.tiny import byte_level_model


class Door:
    """A loader that waits at a door: `models` come, or fail, once it is opened."""

    def __init__(self, **models):
        self.models = models
        self.opened = threading.Event()
        self.closed = []

    def __call__(self, model, host):
        try:
            while model != "pocket" and not self.opened.wait(0.01):
                yield Progress("downloading it, 1 of 4 MB", 1, 4)
            found = self.models[model]
            if isinstance(found, Exception):
                raise found
            return found
        finally:
            self.closed.append(model)


@pytest.fixture
def twin(pocket):
    """Pocket's weights under another name: a model that has to be loaded."""
    return LanguageModel(pocket.model, pocket.tokenizer, name="SmolLM2-135M-Instruct", id="smollm2")


@pytest.fixture
def door(pocket, twin, monkeypatch):
    """A server with Pocket, whose other models stand behind a door; SmolLM2 has to be downloaded."""
    waiting = Door(pocket=pocket, smollm2=twin)
    models = Models(Host(), waiting)
    assert models.ask("pocket").done.wait(10)
    monkeypatch.setattr(stage, "models", lambda: models)
    monkeypatch.setattr(stage, "warmup", Awake)
    monkeypatch.setattr("components.shell.wanted_model._comes_by_itself", lambda model, models: models.loading(model))
    waiting.shelf = models
    return waiting


@pytest.fixture
def open_page(open_stage, door):
    """The page with that door; `open_stage` has put another shelf there, so it comes first."""
    return open_stage


def let_in(page, door):
    """Open the door, and wait for what comes through."""
    load = page.here.load
    door.opened.set()
    assert load.done.wait(10)
    return page.run()


def test_pocket_stays_on_the_stage_until_the_other_model_is_here(open_page, door):
    page = open_page(words="0.9")
    page.set("radio", "kind", "smollm2")
    assert page.worlds["text"]["title"] == "Pocket"
    button = page.app.button(key="load")
    assert "downloads" in button.label or "nothing to download" in button.label
    page.press("load")
    assert page.worlds["text"]["title"] == "Pocket"
    assert page.here.scenario.text.forced == ((0, 9),)  # still Pocket's text
    assert page.app.query_params["model"] in ("smollm2", ["smollm2"])  # a reload goes on waiting for it
    assert "words" not in page.app.query_params
    page.set("slider", "temperature", 0.5)  # and what is there can be used
    assert page.worlds["text"]["caption"] == "temperature 0.50"
    let_in(page, door)
    assert page.worlds["text"]["title"] == "SmolLM2-135M-Instruct"
    assert page.here.scenario.text.forced == ()
    assert [toast.value for toast in page.app.toast] == ["SmolLM2\\-135M\\-Instruct is on the Stage\\."]
    assert page.run().app.toast == []


def test_cancel_leaves_all_as_it_was(open_page, door):
    page = open_page(words="0.9").set("radio", "kind", "smollm2").press("load")
    load = page.here.load
    page.press("waiting_Cancel").run()
    assert load.done.wait(10)
    assert door.closed == ["pocket", "smollm2"]
    assert page.messages == []
    assert page.worlds["text"]["title"] == "Pocket"
    assert page.here.scenario.text.forced == ((0, 9),)
    assert page.app.query_params["model"] in ("pocket", ["pocket"])
    assert page.widget("radio", "kind").value == "pocket"


@pytest.mark.parametrize("error", [NoNetwork, TooLarge, UnsafeWeights])
def test_a_failed_load_is_said_and_nothing_typed_is_lost(open_page, door, error):
    door.models["someone/model"] = error("It cannot be had; take Pocket.")
    page = open_page(prompt="this book is").set("radio", "kind", "other")
    page.set("text_input", "model_id", "someone/model").press("load")
    let_in(page, door)
    # At the menu, where it was asked for, and over the page.
    assert page.messages == [
        "It cannot be had; take Pocket.",
        "It cannot be had; take Pocket. What was on the Stage stays there.",
    ]
    assert page.worlds["text"]["title"] == "Pocket"
    assert page.here.scenario.text.prompt == "this book is"
    assert page.here.scenario.text.model == "pocket"
    assert page.press("dismiss_problem").messages == []
    page.set("radio", "kind", "other")
    assert page.widget("text_input", "model_id").value == "someone/model"


def test_an_id_that_names_no_model_is_said_at_its_field(open_page):
    page = open_page().set("radio", "kind", "other").set("text_input", "model_id", "no model")
    assert ["not the name of a model" in message for message in page.messages] == [True]
    assert page.widget("text_input", "model_id").value == "no model"
    assert "load" not in [button.key for button in page.app.button]


def test_a_link_never_downloads_by_itself(open_page, door):
    page = open_page(model="someone/model", prompt="this book is", words="0.9")
    assert page.here.load is None
    assert len(page.messages) == 1
    assert page.worlds["text"]["title"] == "Pocket"
    assert "".join(page.worlds["text"]["prompt"]).strip() == "this book is"
    assert page.app.query_params["model"] in ("someone/model", ["someone/model"])
    assert page.app.query_params["words"] in ("0.9", ["0.9"])
    page.press("stay")
    assert page.messages == []
    assert page.app.query_params["model"] in ("pocket", ["pocket"])


def test_a_link_gets_its_choices_and_its_step_when_the_model_has_come(open_page, door):
    page = open_page(model="smollm2", words="0.9~1.12", step="1", gamma="0.3").press("offer")
    assert page.here.scenario.text.forced == ()
    let_in(page, door)
    assert page.here.scenario.text.forced == ((0, 9), (1, 12))
    assert page.calls[-1]["view"].step == 1
    assert page.messages == []


def test_a_visitor_joins_a_load_that_is_under_way(open_page, door):
    open_page().set("radio", "kind", "smollm2").press("load")
    second = open_page(model="smollm2")
    assert second.here.load is not None
    let_in(second, door)
    assert second.worlds["text"]["title"] == "SmolLM2-135M-Instruct"
    assert door.closed == ["pocket", "smollm2"]


def test_words_that_pocket_does_not_know_are_offered_to_another_model(open_page, door):
    page = open_page(prompt="Einstein said")
    assert len(page.messages) == 1
    assert "“Einstein”" in page.messages[0]
    page.press("offer")
    assert page.messages == []  # it may know them
    assert page.here.load is not None
    assert page.here.scenario.text.prompt == "Einstein said"


def test_a_model_that_made_room_for_others_is_wished_for_again(open_page, door):
    page = open_page().set("radio", "kind", "smollm2").press("load")
    let_in(page, door)
    door.shelf._models.pop("smollm2")
    page.run()
    assert page.worlds["text"]["title"] == "Pocket"  # meanwhile
    assert page.here.wanted == "smollm2"
    assert page.app.query_params["model"] in ("smollm2", ["smollm2"])


def test_a_model_that_does_not_know_the_prompt_is_not_said_to_be_on_the_stage(open_page, door):
    page = open_page().set("radio", "kind", "smollm2").press("load")
    page.here.change_text(prompt="the zebra")
    let_in(page, door)
    assert page.here.scenario.text.model == "smollm2"
    assert any("zebra" in message and "The last good picture stays" in message for message in page.messages)
    assert len(page.app.toast) == 0


def test_the_hosts_model_comes_by_itself(open_stage, pocket, twin, monkeypatch):
    door = Door(pocket=pocket, smollm2=twin)
    models = Models(Host(first="smollm2"), door)
    assert models.ask("pocket").done.wait(10)
    monkeypatch.setattr(stage, "models", lambda: models)
    monkeypatch.setattr("sys.argv", ["app.py", "--lm", "smollm2"])
    page = open_stage()
    assert page.worlds["text"]["title"] == "Pocket"
    assert page.here.load is not None
    let_in(page, door)
    assert page.worlds["text"]["title"] == "SmolLM2-135M-Instruct"


def test_a_start_with_something_impossible_is_said(open_stage, monkeypatch):
    monkeypatch.setattr(stage, "choices", lambda: Choices(Host(), "The app was started with what cannot be."))
    page = open_stage()
    assert page.messages == ["The app was started with what cannot be. Pocket is on the Stage."]
    assert page.worlds["text"]["steps"]


def test_a_device_that_is_none_is_said(open_stage, monkeypatch):
    monkeypatch.setattr(stage, "choices", lambda: Choices(Host(device="cpu"), no_device="“tpu” is none."))
    page = open_stage()
    assert page.messages == ["“tpu” is none. Models run on the CPU."]


def test_the_model_s_menu_says_where_it_runs_and_why(open_stage, pocket, monkeypatch):
    def captions():
        return [plain_again(caption.value) for caption in open_stage().app.caption]

    assert not any(
        "runs on" in caption for caption in captions()
    )  # on a machine without a GPU that goes without saying
    monkeypatch.setitem(vars(pocket), "device", replace(CPU, why="Pocket runs on the CPU: it is faster there."))
    assert "Pocket runs on the CPU: it is faster there." in captions()
    monkeypatch.setitem(vars(pocket), "device", Device("cuda", torch.bfloat16, "the NVIDIA H200"))
    monkeypatch.setattr(Device, "place", lambda _, tensor: tensor)
    (said,) = [caption for caption in captions() if "runs on" in caption]
    assert said.startswith("It runs on the NVIDIA H200, in bfloat16")
    monkeypatch.setitem(vars(pocket), "device", Device("mps", torch.float32, "Apple's GPU"))
    assert "It runs on Apple's GPU, in float32." in captions()


def test_before_the_language_model_is_awake_the_grid_is_there(open_stage, monkeypatch):
    class Asleep(Awake):
        done = False
        progress = Progress("loading Pocket", 1, 2)

    monkeypatch.setattr(stage, "warmup", Asleep)
    monkeypatch.setattr(stage, "models", lambda: Models(Host(), Door()))
    page = open_stage()
    assert page.worlds["grid"]["steps"]
    assert (page.worlds["text"]["steps"], page.worlds["text"]["prompt"]) == ([], ["the movie was"])
    assert page.messages == []
    monkeypatch.undo()


def test_a_slow_model_writes_beside_the_last_picture(open_page, door, monkeypatch):
    monkeypatch.setattr(looking, "is_slow", lambda model: model.id == "smollm2")
    page = open_page(seed="77").set("radio", "kind", "smollm2").press("load")
    let_in(page, door)
    assert page.worlds["text"]["title"] == "Pocket"
    writing = page.memory.writing
    assert (writing.share, writing.busy) == (0.0, True)
    assert page.run().memory.writing is writing  # another run of the page does not begin anew
    page.choose("text", 0, 9)
    assert page.here.scenario.text.forced == ()  # not in a picture that is about to go
    told = [writing.doing]
    while writing.step():
        told.append(writing.doing)
    page.run()
    assert page.worlds["text"]["title"] == "SmolLM2-135M-Instruct"
    assert page.memory.writing is None
    assert told == ["", *(f"{n} of 16 tokens" for n in range(1, len(page.worlds["text"]["steps"]) + 1))]


def test_a_model_that_fails_while_it_writes_is_said_once(open_page, door, twin, monkeypatch):
    page = open_page().set("radio", "kind", "smollm2").press("load")

    def fail(ids):
        raise RuntimeError("index out of range in self")

    monkeypatch.setattr(twin, "logits", fail)
    monkeypatch.setattr(twin, "ranking", fail)
    page.set("number_input", "seed", 4_321)
    let_in(page, door)
    assert ["failed while it was writing" in message for message in page.messages] == [True]
    assert page.worlds["text"]["title"] == "Pocket"


def test_outputs_that_are_no_tokens_are_said_once(open_page, door):
    door.models["smollm2"] = byte_level_model(vocab_size=320)
    page = open_page()
    assert not any("no tokens" in caption.value for caption in page.app.caption)
    page.set("radio", "kind", "smollm2")
    page.press("load")
    let_in(page, door)
    tokens = len(door.models["smollm2"].tokenizer)
    said = [caption.value for caption in page.app.caption if "no tokens" in caption.value]
    assert len(said) == 1
    assert f"320 outputs and its tokenizer {tokens} tokens" in said[0]


def test_a_model_of_rounded_weights_says_how_far_its_numbers_are(open_page, door, pocket):
    quick = LanguageModel(pocket.model, pocket.tokenizer, name="SmolLM2 quick", id="smollm2-quick")
    quick.rounding = Rounding(0.0214, 0.0405, 52)
    door.models["smollm2-quick"] = quick
    page = open_page().set("radio", "kind", "smollm2-quick").press("load")
    let_in(page, door)
    said = [caption.value for caption in page.app.caption]
    assert any(
        "over 52 next tokens" in text and "0.021 away from SmolLM2's" in text and "0.041" in text for text in said
    )
