"""A model's own chat template: a stranger's program, whose failures are sentences."""

import pytest

import mdp_core.tokens.sources.chat as chat
from mdp_core.tokens.sources import drain, load
from mdp_core.tokens.sources.chat import as_chat
from mdp_core.tokens.sources.errors import BrokenFolder, ModelError, NotAllowed
from tests.mdp_core.tokens.tiny import byte_level_model

CHATML = (
    "{% for m in messages %}<|start|>{{ m.role }}\n{{ m.content }}<|end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|start|>assistant\n{% endif %}"
)


def with_template(template):
    model = byte_level_model(window=256)
    model.tokenizer.chat_template = template
    return model


@pytest.mark.parametrize("template", [CHATML, {"tool_use": "{{ no", "default": CHATML}])
def test_what_a_template_writes_is_found_out(template):
    model = drain(as_chat(with_template(template)))
    around = model.wording.around
    assert (around.before, around.after) == ("<|start|>user\n", "<|end|>\n<|start|>assistant\n")
    assert (around.strips, around.closing) == (False, "<|end|>\n")
    said = [{"role": "user", "content": "the movie was"}]
    asked = model.tokenizer.apply_chat_template(said, add_generation_prompt=True, tokenize=True, return_dict=True)
    assert model.encode("the movie was") == tuple(asked["input_ids"])


def test_a_template_that_strips_the_prompt_and_knows_no_answers():
    once = "{% if messages|length > 1 %}{{ raise_exception('one only') }}{% endif %}"
    template = once + "[INST] {{ messages[0].content|trim }} [/INST]"
    model = drain(as_chat(with_template(template)))
    assert model.wording.around.strips
    assert model.decode(model.encode("  the movie ")) == "the movie\n"


@pytest.mark.parametrize(
    ("template", "why"),
    [
        ("{% if", "TemplateSyntaxError"),
        ("{{ raise_exception('<b>only</b> tools') }}", "only"),
        ("{{ ''.__class__.__mro__ }}{{ messages[0].content }}", "SecurityError"),
        ("{{ messages[0].content * 10**11 }}", "Memory"),
        ("{{ 'a' * 30000 }}{{ messages[0].content }}b", "30,007 characters"),
        ("nothing of it", "does not write the prompt once"),
        ("{{ messages[0].content }}{{ messages[0].content }}", "does not write the prompt once"),
        ("{{ messages[0].content }}", "does not say where the prompt ends"),
        ("{{ messages[0].content|length }}{{ messages[0].content }}.{{ messages[0].content|first }}", "changes with"),
        ("{{ messages[0].content|replace(' ', '') }}<|end|>", "changes the blanks"),
        ("x" * 200_000, "200,000 characters"),
    ],
)
def test_a_template_that_cannot_be_used_is_a_sentence(template, why):
    with pytest.raises(BrokenFolder, match=why) as error:
        drain(as_chat(with_template(template)))
    assert str(error.value).startswith("The chat template of Tiny cannot be used (")
    assert str(error.value).endswith("it reads prompts as plain text.")
    assert "\n" not in str(error.value)


def test_a_template_without_an_end_is_given_up():
    endless = "".join(f"{{% for {i} in range(99999) %}}" for i in "abc") + "{% endfor %}" * 3
    with pytest.raises(BrokenFolder, match="comes to no end"):
        drain(as_chat(with_template(endless)))


def test_a_process_that_does_not_even_begin_is_given_up(monkeypatch):
    monkeypatch.setattr(chat, "PATIENCE", 0.0)
    with pytest.raises(BrokenFolder, match="comes to no end"):
        drain(as_chat(with_template(CHATML)))


def test_a_model_without_a_template_says_so(pocket):
    with pytest.raises(NotAllowed, match="has no chat template"):
        drain(as_chat(pocket))


@pytest.mark.parametrize("id", ["pocket#chat", "sums#chat", "served#chat", "smollm2#chat#chat", "#chat"])
def test_an_id_that_cannot_chat_is_a_sentence(id):
    with pytest.raises(ModelError, match=r"\.$"):
        drain(load(id))
