"""Memory: a run is refused where the machine has less than it needs, and needs more the more it reads."""

from dataclasses import replace
from types import SimpleNamespace

import pytest

from mdp_core.rlhf import memory
from mdp_core.rlhf.adapters import AdapterSpec
from mdp_core.rlhf.memory import NoRoomError, check_memory, needed
from mdp_core.rlhf.spec import preset
from mdp_core.tokens.device import CPU, Device

SPEC = preset("rloo", texts=8, tokens=4, steps=1)


def test_more_texts_and_longer_ones_need_more(pocket):
    sizes = [needed(pocket, replace(SPEC, **change)) for change in ({}, {"texts": 64}, {"texts": 64, "tokens": 64})]
    assert memory.BASE < sizes[0] < sizes[1] < sizes[2]


def like(**sizes):
    """A model of these sizes whose prompts have a token a character."""
    config = SimpleNamespace(get_text_config=lambda: SimpleNamespace(**sizes))
    return SimpleNamespace(
        model=SimpleNamespace(config=config), encode=list, vocabulary_size=100, window=2_000, device=CPU
    )


SIZES = {"hidden_size": 8, "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2}
ADAPTERS = 40 * 4 * 2 * 8 * 8  # forty, four matrices a layer, two layers, rank 8, width 8


@pytest.mark.parametrize(
    ("prompt", "texts", "reading"),
    [
        # Short prompts are read with every text, a layer keeps 16 * 8 numbers of a token; then attention, and the logits.
        (10, 8, 2 * 8 * 14 * 128 + 8 * (4 * 14 * 14 + 5 * 4 * 100)),
        (64, 5, 2 * 5 * 68 * 128 + 5 * (4 * 68 * 68 + 5 * 4 * 100)),  # 4 * 64 = 256 tokens would be spared: not yet
        # Longer ones once, and their keys and values with every text, as they are (4) and for all heads (8).
        (65, 5, 2 * ((65 + 5 * 4) * 128 + 5 * 69 * 2 * 12) + 5 * (4 * 69 * 69 + 5 * 4 * 100)),
        # Of texts of 1,004 tokens four fit into the 4,096 that are read at once.
        (1_000, 8, 2 * ((1_000 + 4 * 4) * 128 + 4 * 1_004 * 2 * 12) + 4 * (4 * 1_004 * 1_004 + 5 * 4 * 100)),
    ],
)
def test_what_reading_needs_by_hand(prompt, texts, reading):
    spec = replace(SPEC, texts=texts, group=texts, prompt="x" * prompt, adapter=AdapterSpec(rank=8))
    assert needed(like(**SIZES), spec) == 100_000_000 + 4 * (reading + ADAPTERS)


def test_what_writing_needs_by_hand_where_it_is_more():
    """256 texts of 100 tokens are written at once, and 40 read; one head of 8 numbers, a vocabulary of one token."""
    model = like(hidden_size=8, num_hidden_layers=2, num_attention_heads=1)
    model.vocabulary_size = 1
    spec = replace(SPEC, texts=512, tokens=10, prompt="x" * 90, adapter=AdapterSpec(rank=8))
    reading = 2 * ((90 + 40 * 10) * 128 + 40 * 100 * 2 * 16) + 40 * (100 * 100 + 5 * 10)
    writing = 256 * (2 * 100 * 2 * 8 + 5)  # keys and values of both layers; the logits of one token five times
    assert writing > reading
    assert needed(model, spec) == 100_000_000 + 4 * (writing + ADAPTERS)


def test_other_names_of_the_sizes_are_known_and_without_any_it_is_a_guess():
    same = like(n_embd=8, n_layer=2, n_head=4, num_key_value_heads=2, head_dim=2)
    assert needed(same, SPEC) == needed(like(**SIZES), SPEC)
    assert needed(like(), SPEC) == needed(
        like(hidden_size=512, num_hidden_layers=12, num_attention_heads=8, num_key_value_heads=8, head_dim=64), SPEC
    )


def test_a_run_that_does_not_fit_says_by_how_much(pocket, monkeypatch):
    enough = needed(pocket, SPEC)
    monkeypatch.setattr(Device, "free", lambda _: enough)
    check_memory(pocket, SPEC)
    monkeypatch.setattr(Device, "free", lambda _: enough - 1)
    with pytest.raises(NoRoomError, match=r"8 texts of 4 tokens with Pocket need about 0\.1 GB of memory") as error:
        check_memory(pocket, SPEC)
    assert (error.value.needed, error.value.available) == (enough, enough - 1)


def test_a_machine_that_does_not_say_refuses_nothing(pocket, monkeypatch):
    monkeypatch.setattr(Device, "free", lambda _: None)
    check_memory(pocket, replace(SPEC, texts=512, tokens=512))


def test_this_machine_has_some_memory_left():
    assert CPU.free() is None or CPU.free() > 0
