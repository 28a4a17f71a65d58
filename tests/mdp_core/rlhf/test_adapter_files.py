"""Adapter files: PEFT's layout as its guide "PEFT checkpoint format" gives it, and what visitors may bring instead."""

import contextlib
import dataclasses
import json

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.torch import load, save

from mdp_core.rlhf.adapted_model import AdaptedModel
from mdp_core.rlhf.adapter_files import WEIGHTS, adapter_from, files_of
from mdp_core.rlhf.adapters import AdapterError, AdapterSpec, OtherModelError, target_layers
from mdp_core.rlhf.peft_config import CONFIG
from tests.mdp_core.rlhf.test_adapters import random_adapter
from tests.mdp_core.tokens import tiny

MODEL = tiny.byte_level_model()
ADAPTER = random_adapter(MODEL, 1)
FILES = files_of(ADAPTER, MODEL.model)
LINEAR = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj", "lm_head")


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
    assert not config["fan_in_fan_out"]
    # What the library's save_pretrained writes of a plain adapter that is to be used and not trained on.
    plain = {"inference_mode": True, "bias": "none", "lora_dropout": 0.0, "use_dora": False, "use_rslora": False}
    assert {name: config[name] for name in plain} == plain


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
        (with_config(use_dora=True), "has DoRA"),
        (with_config(alora_invocation_tokens=[1]), "has aLoRA"),
        (with_config(use_qalora=True), "has QA-LoRA"),
        (with_config(kasa_config={"r": 2}), "has KaSA"),
        (with_config(use_bdlora={"nblocks": 2}), "has BD-LoRA"),
        (with_config(lora_bias=True), "has lora_bias"),
        (with_config(bias="all"), "has a bias"),
        (with_config(trainable_token_indices=[3]), "has trainable_token_indices"),
        (with_config(target_parameters=["experts.gate"]), "has target_parameters"),
        (with_config(layer_replication=[[0, 2]]), "has layer_replication"),
        (with_config(modules_to_save=["lm_head"]), "modules_to_save"),
        (with_config(init_lora_weights="pissa_niter_16"), "began with PiSSA"),
        (with_config(init_lora_weights="pissa"), "began with PiSSA"),
        (with_config(init_lora_weights="loftq"), "began with LoftQ"),
        (with_config(init_lora_weights="OLoRA"), "began with OLoRA"),
        (with_config(init_lora_weights="corda"), "began with CorDA"),
        (with_config(init_lora_weights="lora_ga"), "began with LoRA-GA"),
        (with_config(init_lora_weights="<b>new"), "'<b>new', which is not known here"),
        (with_config(use_somelora=1), "'use_somelora' is not known here"),
        (with_config(use_rslora="yes"), "use_rslora"),
        (with_config(rank_pattern={"q_proj": 0}), "rank_pattern"),
        (with_config(rank_pattern=["q_proj"]), "rank_pattern"),
        (with_config(rank_pattern={"q_proj": 5}), "not of rank 5"),
        (with_config(rank_pattern={"q_proj(": 4}), r"The expression “q_proj\(” of adapter_config.json cannot be read"),
        (with_config(alpha_pattern={"q_proj": -1}), "alpha_pattern"),
        (with_config(alpha_pattern={"q_proj": 0}), "finite numbers above 0 in its alpha_pattern"),
        (with_config(alpha_pattern={"q_proj": True}), "finite numbers above 0 in its alpha_pattern"),
        (with_config(alpha_pattern={"q_proj": 2e30}), "finite numbers above 0 in its alpha_pattern"),
        (with_config(target_modules=".*_proj", layers_to_transform=[0]), "an expression for its layers and numbers"),
        (with_config(target_modules=".*_proj", layers_pattern="layers"), "an expression for its layers and numbers"),
        (with_config(exclude_modules=[3]), "which layers it leaves out"),
        (with_config(layers_to_transform="1"), "which layers it leaves out"),
        (with_config(layers_to_transform=[0]), "does not mean the layer 'model.layers.1.self_attn.q_proj'"),
        (with_config(exclude_modules="model.layers.0.*"), "does not mean the layer 'model.layers.0.self_attn.q_proj'"),
        (with_config(target_modules="a{e}"), "cannot be read"),
        (with_config(target_modules="((" * 2_000), "cannot be read"),
        (
            with_config(target_modules="(?:(?=(.*))(?:.*)*)*(.|..)*x" + "(.*)*" * 9 + "y"),
            "lacks|does not mean|too long",
        ),
        (with_config(r=True), "rank r"),
        (with_config(r=10**9), "1 to 256"),
        (with_config(r=8), "not of rank 8"),
        (with_config(lora_alpha="16"), "lora_alpha"),
        (with_config(lora_alpha=1e999), "alpha"),
        (with_config(lora_alpha=10**400), "alpha"),
        (with_config(target_modules=None), "names of the adapted layers"),
        (with_config(target_modules=".*"), "lacks the layer 'model.layers.0.self_attn.k_proj'"),
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


def moved(files, names, **changes):
    """The same adapter whose config names its layers in another way, and whose weights are of `names` only."""
    tensors = {
        key: tensor for key, tensor in load(files[WEIGHTS]).items() if any(f".{name}.lora_" in key for name in names)
    }
    return {CONFIG: json.dumps({**json.loads(files[CONFIG]), **changes}).encode(), WEIGHTS: save(tensors)}


Q0, Q1, V0, V1 = (f"model.layers.{i}.self_attn.{name}_proj" for name in "qv" for i in (0, 1))


@pytest.mark.parametrize(
    ("changes", "names"),
    [
        ({"target_modules": r".*\.(q|v)_proj"}, (Q0, Q1, V0, V1)),
        ({"target_modules": r"model\.layers\.[0]\.(?:self_attn|mlp)\.(?:q_proj|v_proj)"}, (Q0, V0)),
        ({"target_modules": [Q0, "layers.1.self_attn.v_proj"]}, (Q0, V1)),
        ({"exclude_modules": ["v_proj"]}, (Q0, Q1)),
        ({"exclude_modules": [V0, "1.self_attn.q_proj"]}, (Q0, V1)),
        ({"exclude_modules": r".*layers\.0\..*"}, (Q1, V1)),
        ({"layers_to_transform": 1}, (Q1, V1)),
        ({"layers_to_transform": [0], "layers_pattern": "layers"}, (Q0, V0)),
        (
            {"layers_to_transform": [0], "target_modules": ["q_proj", V1]},
            (Q0, V1),
        ),  # as peft has it: a full name counts
    ],
)
def test_the_ways_to_name_layers(changes, names):
    read = adapter_from(moved(FILES, names, **changes), MODEL.model)
    assert sorted(read.layers) == sorted(names)
    again = adapter_from(files_of(read, MODEL.model), MODEL.model)
    assert list(again.layers) == list(read.layers)
    assert again.spec == read.spec
    assert torch.equal(again.vector(), read.vector())


def test_all_linear_leaves_the_head_out():
    names = sorted(name for name in target_layers(MODEL.model, LINEAR) if name != "lm_head")
    adapter = random_adapter(MODEL, 2, AdapterSpec(4, 6.0, LINEAR[:-1]))
    assert sorted(adapter.layers) == names
    files = files_of(adapter, MODEL.model)
    config = {**json.loads(files[CONFIG]), "target_modules": "All-Linear"}
    assert sorted(adapter_from({**files, CONFIG: json.dumps(config).encode()}, MODEL.model).layers) == names


def logits(adapter):
    return AdaptedModel(MODEL, adapter).logits((5, 6, 7))


def test_rank_stabilised_adapters_have_another_scale():
    read = adapter_from(with_config(use_rslora=True), MODEL.model)
    assert read.spec.scale == pytest.approx(6.0 / 2)  # alpha / sqrt(r), r = 4
    assert torch.equal(read.vector(), ADAPTER.vector())


def test_ranks_and_alphas_of_single_layers():
    """Zeros fill a rank up without a change of B A, so the same policy can be written in both ways."""
    tensors = load(FILES[WEIGHTS])
    key = f"base_model.model.{Q0}.lora_%s.weight"
    tensors[key % "A"] = torch.cat([tensors[key % "A"], torch.zeros(2, 16)])
    tensors[key % "B"] = torch.cat([tensors[key % "B"], torch.zeros(16, 2)], dim=1)
    changed = with_config(rank_pattern={"layers.0.self_attn.q_proj": 6}, alpha_pattern={"^model.*0.*q_proj": 9.0})
    read = adapter_from({**changed, WEIGHTS: save(tensors)}, MODEL.model)  # 9 / 6 = 6 / 4
    assert read.layers[Q0].A.shape == (6, 16)
    assert logits(read) == pytest.approx(logits(ADAPTER), abs=1e-5)
    doubled = adapter_from(with_config(alpha_pattern={"q_proj": 12.0, ".*": 6.0}), MODEL.model)
    tensors = load(FILES[WEIGHTS])
    tensors.update({name: 2 * value for name, value in tensors.items() if "q_proj.lora_B" in name})
    assert logits(doubled) == pytest.approx(
        logits(adapter_from({**FILES, WEIGHTS: save(tensors)}, MODEL.model)), abs=1e-5
    )
    again = adapter_from(files_of(read, MODEL.model), MODEL.model)  # ranks of single layers are written
    assert logits(again) == pytest.approx(logits(read), abs=1e-5)


@pytest.mark.parametrize(
    ("id", "says"), [("smollm2", "HuggingFaceTB/SmolLM2-135M-Instruct"), ("pocket", "Pocket, the")]
)
def test_the_base_is_called_what_others_call_it_and_is_known_again(id, says):
    files = files_of(dataclasses.replace(ADAPTER, base=id), MODEL.model)
    assert json.loads(files[CONFIG])["base_model_name_or_path"].startswith(says)
    assert adapter_from(files, MODEL.model).base == id
    assert adapter_from(with_config(base_model_name_or_path=id), MODEL.model).base == id  # as files were written before
