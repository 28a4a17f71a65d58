from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdp_core.tokens.sources.errors import UnknownModel
from mdp_core.tokens.sources.model_id import BuiltIn, Chat, Folder, HubId, read_model_id


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("pocket", BuiltIn("pocket")),
        (" SmolLM2 ", BuiltIn("smollm2")),
        ("SmolLM2-Quick", BuiltIn("smollm2-quick")),
        ("openai-community/gpt2", HubId("openai-community", "gpt2")),
        ("HuggingFaceTB/SmolLM2-1.7B_x", HubId("HuggingFaceTB", "SmolLM2-1.7B_x")),
        ("/models/tiny", Folder(Path("/models/tiny"))),
        ("~/tiny", Folder(Path.home() / "tiny")),
        ("SmolLM2#Chat", Chat(BuiltIn("smollm2"))),
        ("smollm2-quick#chat", Chat(BuiltIn("smollm2-quick"))),
        ("openai-community/gpt2#chat", Chat(HubId("openai-community", "gpt2"))),
        ("/models/tiny#chat", Chat(Folder(Path("/models/tiny")))),
    ],
)
def test_an_id_is_read_as_what_it_names(text, expected):
    assert read_model_id(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "gpt2",
        "a/b/c",
        "../../etc",
        "./tiny",
        "/models/../../etc",
        "~root/tiny",
        "~/../other",
        "//server/share",
        "\\\\server\\share",
        "\\/server/share",
        "https://example.org/a/b",
        "file:///etc/passwd",
        "owner/name?x=1",
        "owner/name#x",
        "pocket#chat",
        "Sums#chat",
        "served#chat",
        "#chat",
        "smollm2#chat#chat",
        "/models/tiny#chat/",
        "../tiny#chat",
        "owner/name@main",
        "owner/name.git",
        "owner/na..me",
        "owner/-name",
        "owner/name-",
        "owner/.name",
        ".owner/name",
        "owner/na--me",
        "owner /name",
        "owner/name\nx",
        "owner/name\x00",
        "/models/\x00",
        "оwner/name",  # the first letter is Cyrillic
        "owner/na\u200bme",
        "owner／name",
        "owner/" + "n" * 96,
        "/" + "n" * 1_000,
        "<script>alert(1)</script>",
    ],
)
def test_everything_else_is_refused_in_one_sentence(text):
    with pytest.raises(UnknownModel) as error:
        read_model_id(text)
    assert str(error.value).endswith("Pocket.")
    assert "\n" not in str(error.value)


@given(st.text(max_size=200))
def test_no_text_does_anything_but_name_a_model_or_be_refused(text):
    try:
        result = read_model_id(text)
    except UnknownModel:
        return
    if isinstance(result, HubId):
        assert str(result) == text.strip()
        assert str(result).isascii()
        assert str(result).count("/") == 1
    if isinstance(result, Folder):
        assert result.path.is_absolute()
        assert ".." not in result.path.parts


def test_only_the_host_names_a_server():
    assert str(read_model_id(" Served ")) == "served"
    with pytest.raises(UnknownModel, match="named by the host"):
        read_model_id("openai:http://10.0.0.1:8000/v1#name")
