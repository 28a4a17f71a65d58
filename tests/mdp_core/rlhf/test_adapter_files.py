"""Adapter files: PEFT's layout as its guide "PEFT checkpoint format" gives it, and what visitors may bring instead."""

import contextlib
import json

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.torch import load, save

from mdp_core.rlhf.adapter_files import CONFIG, WEIGHTS, adapter_from, files_of
from mdp_core.rlhf.adapters import AdapterError, AdapterSpec, OtherModelError
from tests.mdp_core.rlhf.test_adapters import random_adapter
from tests.mdp_core.tokens import tiny

MODEL = tiny.byte_level_model()
ADAPTER = random_adapter(MODEL, 1)
FILES = files_of(ADAPTER, MODEL.model)


def with_config(**changes):
    return {**FILES, CONFIG: json.dumps({**json.loads(FILES[CONFIG]), **changes}).encode()}


def with_tensors(change):
    tensors = load(FILES[WEIGHTS])
    change(tensors)
    return {**FILES, WEIGHTS: save(tensors)}


def test_there_and_back():
    assert sorted(FILES) == [CONFIG, WEIGHTS]
    read = adapter_from(FILES, MODEL.model)
    assert read.spec == AdapterSpec(4, 6.0, ("q_proj", "v_proj"))
    assert read.base == "tiny"
    assert list(read.layers) == list(ADAPTER.layers)
    assert torch.equal(read.vector(), ADAPTER.vector())


def test_names_and_shapes_as_peft_has_them():
    tensors = load(FILES[WEIGHTS])
    assert {name: tuple(tensor.shape) for name, tensor in tensors.items()} == {
        f"base_model.model.model.layers.{i}.self_attn.{projection}.lora_{factor}.weight": shape
        for i in (0, 1)
        for projection, out in (("q_proj", 16), ("v_proj", 8))
        for factor, shape in (("A", (4, 16)), ("B", (out, 4)))
    }
    config = json.loads(FILES[CONFIG])
    assert (config["peft_type"], config["task_type"], config["r"], config["lora_alpha"]) == (
        "LORA",
        "CAUSAL_LM",
        4,
        6.0,
    )
    assert config["target_modules"] == ["q_proj", "v_proj"]
    assert config["bias"] == "none"
    assert not config["fan_in_fan_out"]


def test_gpt2_says_that_its_weights_lie_the_other_way_round():
    model = tiny.byte_level_model("gpt2")
    adapter = random_adapter(model, 1)
    files = files_of(adapter, model.model)
    assert json.loads(files[CONFIG])["fan_in_fan_out"]
    assert load(files[WEIGHTS])["base_model.model.transformer.h.0.attn.c_attn.lora_B.weight"].shape == (48, 4)
    assert torch.equal(adapter_from(files, model.model).vector(), adapter.vector())


def test_half_precision_is_read():
    def halve(tensors):
        tensors.update({name: tensor.bfloat16() for name, tensor in tensors.items()})

    read = adapter_from(with_tensors(halve), MODEL.model)
    assert read.tensors[0].dtype == torch.float32
    torch.testing.assert_close(read.vector(), ADAPTER.vector(), rtol=1e-2, atol=1e-2)


FIRST = "base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight"


def replace(name, tensor):
    return with_tensors(lambda tensors: tensors.update({name: tensor}))


@pytest.mark.parametrize(
    ("files", "says"),
    [
        ({CONFIG: FILES[CONFIG]}, "adapter_model.safetensors is missing"),
        ({WEIGHTS: FILES[WEIGHTS]}, "adapter_config.json is missing"),
        ({**FILES, CONFIG: b"{" * 5000}, "adapter_config.json cannot be read"),
        ({**FILES, CONFIG: b"[" * 90_000}, "adapter_config.json cannot be read"),
        ({**FILES, CONFIG: b" " * 100_001}, "100,001 bytes"),
        ({**FILES, CONFIG: b"[]"}, "no LoRA adapter"),
        (with_config(peft_type="IA3"), "no LoRA adapter"),
        (with_config(use_dora=True), "use_dora"),
        (with_config(use_rslora=True), "use_rslora"),
        (with_config(alpha_pattern={"q_proj": 3}), "alpha_pattern"),
        (with_config(modules_to_save=["lm_head"]), "modules_to_save"),
        (with_config(r=True), "rank r"),
        (with_config(r=10**9), "1 to 256"),
        (with_config(r=8), "not of rank 8"),
        (with_config(lora_alpha="16"), "lora_alpha"),
        (with_config(lora_alpha=1e999), "alpha"),
        (with_config(lora_alpha=10**400), "alpha"),
        (with_config(target_modules=".*"), "names of the adapted layers"),
        (
            with_config(target_modules=["q_proj", "k_proj", "v_proj"]),
            r"lacks the layer 'model.layers.0.self_attn.k_proj'",
        ),
        ({**FILES, WEIGHTS: FILES[WEIGHTS][:-3]}, "damaged"),
        ({**FILES, WEIGHTS: b"\xff" * 64}, "damaged"),
        ({**FILES, WEIGHTS: b""}, "damaged"),
        ({**FILES, WEIGHTS: save({})}, "empty"),
        (replace(FIRST, torch.full((4, 16), float("nan"))), "not finite"),
        (replace(FIRST, torch.ones(4, 16, dtype=torch.int64)), "no kind of weights"),
        (replace(FIRST, torch.ones(4, 17)), "is 16 x 17, and here it is 16 x 16"),
        (replace(FIRST, torch.ones(4, 16, 1)), "not of rank 4"),
        (replace("lm_head.weight", torch.ones(2)), "no part of a LoRA adapter"),
        (replace(FIRST.replace("0", "9"), torch.ones(4, 16)), "another model"),
        (with_tensors(lambda tensors: tensors.pop(FIRST)), "only half of the layer"),
    ],
)
def test_files_that_are_refused(files, says):
    with pytest.raises(AdapterError, match=says) as error:
        adapter_from(files, MODEL.model)
    assert len(str(error.value)) < 260
    assert "\n" not in str(error.value)


def test_an_adapter_of_another_model(pocket):
    with pytest.raises(OtherModelError, match="another model"):
        adapter_from(FILES, pocket.model)


def test_no_files():
    with pytest.raises(AdapterError, match="missing"):
        adapter_from({}, MODEL.model)


@settings(max_examples=150)
@given(st.sampled_from([CONFIG, WEIGHTS]), st.integers(0, 3000), st.binary(min_size=1, max_size=12))
def test_damaged_bytes_are_an_adapter_or_refused(name, at, noise):
    content = bytearray(FILES[name])
    at %= len(content)
    content[at : at + len(noise)] = noise
    with contextlib.suppress(AdapterError):  # and no other
        assert adapter_from({**FILES, name: bytes(content)}, MODEL.model).is_finite
