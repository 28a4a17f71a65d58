"""The chat reading on the Stage: offered where the model has a template, in the link, and shown as the tokens it reads."""

import pytest
import torch

from components.server.models import Models
from components.stage import page as stage
from mdp_core.tokens.language_model import LanguageModel
from mdp_core.tokens.sources import Host
from mdp_core.tokens.sources.errors import NoNetwork
from tests.components.conftest import Awake, loader, plain_again
from tests.mdp_core.tokens.sources.test_chat import CHATML
from tests.mdp_core.tokens.tiny import byte_level_tokenizer, network


def talker(template=CHATML):
    tokenizer = byte_level_tokenizer()
    tokenizer.chat_template = template
    return LanguageModel(network(window=256), tokenizer, "someone/talker", "someone/talker")


@pytest.fixture
def here(open_stage, pocket, monkeypatch):
    """A server with Pocket and a model that was tuned on chats."""
    found = {"pocket": pocket, "someone/talker": talker()}
    models = Models(Host(), loader(**found))
    for id in found:
        assert models.ask(id).done.wait(60)
    monkeypatch.setattr(stage, "models", lambda: models)
    monkeypatch.setattr(stage, "warmup", Awake)
    return models


def captions(page):
    return [plain_again(caption.value) for caption in page.app.caption]


def read(page):
    return [code.value for code in page.app.code if "⏎" in code.value or "␣" in code.value]


def arrive(page):
    if page.here.load is not None:
        assert page.here.load.done.wait(60)
    return page.run()


def test_a_model_without_a_template_is_not_asked(open_stage, here):
    page = open_stage()
    assert "chat" not in [toggle.key for toggle in page.app.toggle]
    assert not read(page)


def test_a_prompt_is_read_as_a_chat_and_as_text_again(open_stage, here):
    page = open_stage(model="someone/talker", prompt="the <|end|>", tokens="4", words="0.9")
    text = page.worlds["text"]
    assert (text["title"], "".join(text["prompt"])) == ("someone/talker", "the <|end|>")
    assert any("tuned on chats" in caption and "plain text" in caption for caption in captions(page))
    assert read(page) == ["<|start|> the ␣ < | e nd | >"]
    arrive(page.set("toggle", "chat", True))
    text = page.worlds["text"]
    assert page.messages == []
    assert (text["title"], "".join(text["prompt"])) == ("someone/talker, chat", "the <|end|>\n")
    assert page.here.scenario.text.forced == ()  # a choice by hand was another text's
    assert page.app.query_params["model"] in ("someone/talker#chat", ["someone/talker#chat"])
    lines = read(page)[0].split("\n")
    assert lines[0].startswith("<|start|>")
    assert lines[0].endswith("⏎")
    assert lines[1] == "the ␣ < | e nd | > <|end|> ⏎"
    assert lines[2].startswith("<|start|>")
    assert page.widget("text_input", "model_id").value == "someone/talker#chat"
    arrive(page.set("toggle", "chat", False))
    assert page.worlds["text"]["title"] == "someone/talker"
    assert page.app.query_params["model"] in ("someone/talker", ["someone/talker"])


def test_a_model_that_was_typed_is_not_offered_again_as_a_chat(open_stage, here):
    page = open_stage(prompt="the movie", tokens="3").set("radio", "kind", "other")
    arrive(page.set("text_input", "model_id", "someone/talker"))
    arrive(page.set("toggle", "chat", True))
    assert page.worlds["text"]["title"] == "someone/talker, chat"
    assert "load" not in [button.key for button in page.app.button]


def test_a_link_opens_the_chat_of_a_model_that_is_here(open_stage, here):
    page = arrive(open_stage(model="someone/talker#chat", prompt="the movie", tokens="3"))
    assert page.worlds["text"]["title"] == "someone/talker, chat"
    assert page.widget("toggle", "chat").value is True
    assert here.get("someone/talker#chat").model is here.get("someone/talker").model


def test_a_broken_template_is_a_sentence_and_what_was_there_stays(open_stage, pocket, monkeypatch):
    models = Models(Host(), loader(pocket=pocket, **{"someone/talker": talker("{% if")}))
    for id in ("pocket", "someone/talker"):
        assert models.ask(id).done.wait(60)
    monkeypatch.setattr(stage, "models", lambda: models)
    page = open_stage(model="someone/talker", prompt="the movie", tokens="3")
    arrive(page.set("toggle", "chat", True))
    assert ["TemplateSyntaxError" in message for message in page.messages] == [
        True,
        True,
    ]  # in the menu, and over the page
    assert page.worlds["text"]["title"] == "someone/talker"
    assert page.widget("toggle", "chat").value is False


def test_a_chat_waits_for_the_one_load_of_its_model_and_goes_with_it(pocket):
    found, asked = {"a": talker(), "b": pocket, "c": pocket}, []

    def load(model, host):
        asked.append(model)
        yield from ()
        if model == "lost":
            raise NoNetwork("It cannot be had; take Pocket.")
        return found[model]

    models = Models(Host(), load)
    assert models.ask("a#chat").done.wait(60)
    assert asked == ["a"]
    assert models.get("a#chat").id == "someone/talker#chat"
    for other in ("b", "c"):
        assert models.ask(other).done.wait(60)
    assert (models.get("a"), models.get("a#chat")) == (None, None)
    failed = models.ask("lost#chat")
    assert failed.done.wait(60)
    assert failed.problem == "It cannot be had; take Pocket."


def test_an_adapter_of_a_chat_is_brought_to_the_chat_that_is_on_the_stage(open_stage, here, monkeypatch):
    from components.shell.shelf import Shelf
    from components.tune import uploads
    from mdp_core.rlhf.adapter_files import files_of
    from mdp_core.rlhf.adapters import AdapterSpec, new_adapter

    assert here.ask("someone/talker#chat").done.wait(60)
    model = here.get("someone/talker#chat")
    draws = torch.Generator().manual_seed(1)
    saved = files_of(new_adapter(model.model, AdapterSpec(rank=2, alpha=4), draws, base=model.id), model.model)
    for base in ("someone/talker#chat", "someone/talker"):
        kept = Shelf()
        monkeypatch.setattr(uploads, "shelf", lambda kept=kept: kept)
        assert uploads.shelve(saved, base, here).base == base
