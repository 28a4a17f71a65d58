"""Adapters as files in the layout of the `peft` library: adapter_config.json and adapter_model.safetensors.

A layer's factors are called base_model.model.<name of the layer>.lora_A.weight [r, in] and ....lora_B.weight [out, r]
(huggingface.co/docs/peft, "PEFT checkpoint format"). The files of a visitor are read as data: sizes first, then names,
shapes and numbers, before anything is kept.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load as tensors_from
from safetensors.torch import save as bytes_of
from torch import Tensor, nn
from transformers.pytorch_utils import Conv1D

from mdp_core.rlhf.adapters import (
    Adapter,
    AdapterError,
    AdapterSpec,
    LowRank,
    OtherModelError,
    check_fits,
    target_layers,
)

CONFIG, WEIGHTS = "adapter_config.json", "adapter_model.safetensors"
MAX_CONFIG = 100_000  # bytes
MAX_WEIGHTS = 200_000_000  # bytes

_PREFIX = "base_model.model."
_FLOATS = (torch.float32, torch.float16, torch.bfloat16, torch.float64)
# What peft can do and this cannot: the value that leaves it off.
_OFF: dict[str, tuple[Any, ...]] = {
    "use_dora": (None, False),
    "use_rslora": (None, False),
    "bias": (None, "none"),
    "modules_to_save": (None, []),
    "rank_pattern": (None, {}),
    "alpha_pattern": (None, {}),
    "layer_replication": (None, []),
    "layers_to_transform": (None, []),
}


def files_of(adapter: Adapter, network: nn.Module) -> dict[str, bytes]:
    """File name -> contents, as `peft` loads them over the same model."""
    layers = target_layers(network, adapter.spec.targets)
    config = {
        "peft_type": "LORA",
        "task_type": "CAUSAL_LM",
        "base_model_name_or_path": adapter.base or None,
        "r": adapter.spec.rank,
        "lora_alpha": adapter.spec.alpha,
        "target_modules": sorted({name.rpartition(".")[2] for name in adapter.layers}),
        "lora_dropout": 0.0,
        "bias": "none",
        "fan_in_fan_out": any(isinstance(layer, Conv1D) for layer in layers.values()),
        "init_lora_weights": True,
        "inference_mode": True,
        "modules_to_save": None,
        "use_dora": False,
        "use_rslora": False,
    }
    tensors: dict[str, Tensor] = {}
    for name, layer in adapter.layers.items():
        tensors[f"{_PREFIX}{name}.lora_A.weight"] = layer.A.detach().contiguous()
        tensors[f"{_PREFIX}{name}.lora_B.weight"] = layer.B.detach().contiguous()
    return {CONFIG: json.dumps(config, indent=2).encode(), WEIGHTS: bytes_of(tensors, {"format": "pt"})}


def adapter_from(files: Mapping[str, bytes], network: nn.Module) -> Adapter:
    """The adapter of those two files, checked against `network`: names, shapes, every number finite.

    Raises AdapterError, in a sentence for a visitor; OtherModelError, which is one, where it is for another model.
    """
    for file, limit in ((CONFIG, MAX_CONFIG), (WEIGHTS, MAX_WEIGHTS)):
        if file not in files:
            raise AdapterError(f"An adapter is two files, and {file} is missing: add it.")
        _check_size(file, len(files[file]), limit)
    spec, base = _read_config(files[CONFIG])
    factors = _read_weights(files[WEIGHTS])
    order = list(dict(network.named_modules()))
    names = {name for name, _ in factors}
    if unknown := sorted(names - set(order)):
        raise OtherModelError(f"here is no layer {unknown[0][:80]!r}")
    layers = {}
    for name in (name for name in order if name in names):
        if (name, "A") not in factors or (name, "B") not in factors:
            raise AdapterError(f"{WEIGHTS} has only half of the layer {name[:80]!r}: save the adapter again.")
        A, B = factors[name, "A"], factors[name, "B"]
        if A.ndim != 2 or B.ndim != 2 or A.shape[0] != spec.rank or B.shape[1] != spec.rank:
            raise AdapterError(
                f"{WEIGHTS} and {CONFIG} do not belong together: {name[:80]!r} is not of rank {spec.rank}."
            )
        layers[name] = LowRank(A, B)
    adapter = Adapter(spec, layers, base)
    check_fits(adapter, network)
    lacking = [name for name in target_layers(network, spec.targets) if name not in layers]
    if lacking:
        raise AdapterError(f"{WEIGHTS} lacks the layer {lacking[0]!r} of this model: save the adapter again.")
    if not adapter.is_finite:
        raise AdapterError("This adapter holds numbers that are not finite: take one from before its training broke.")
    return adapter


def _check_size(file: str, size: int, limit: int) -> None:
    if size > limit:
        raise AdapterError(f"{file} has {size:,} bytes, and an adapter here has at most {limit:,}: take a smaller one.")


def _read_config(content: bytes) -> tuple[AdapterSpec, str]:
    try:
        config = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise AdapterError(f"{CONFIG} cannot be read: save the adapter again.") from error
    if not isinstance(config, dict) or config.get("peft_type") != "LORA":
        raise AdapterError("This is no LoRA adapter, and no other kind can be loaded here.")
    for key, off in _OFF.items():
        if config.get(key) not in off:
            raise AdapterError(f"This adapter uses peft's {key}, which One Loop does not have: train one without it.")
    rank, alpha, targets = config.get("r"), config.get("lora_alpha"), config.get("target_modules")
    if isinstance(alpha, bool) or not isinstance(alpha, (int, float)) or alpha > 1e30:  # a whole number may be any size
        raise AdapterError(f"{CONFIG} has no lora_alpha that is a usable number: save the adapter again.")
    if not isinstance(targets, list) or not targets or not all(isinstance(name, str) and name for name in targets):
        raise AdapterError(f"{CONFIG} does not list the names of the adapted layers: save the adapter again.")
    if type(rank) is not int:
        raise AdapterError(f"{CONFIG} has no rank r that is a whole number: save the adapter again.")
    base = config.get("base_model_name_or_path")
    return AdapterSpec(rank, float(alpha), tuple(targets)), base if isinstance(base, str) else ""


def _read_weights(content: bytes) -> dict[tuple[str, str], Tensor]:
    """(name of the layer, "A" or "B") -> factor, float32."""
    try:
        tensors = tensors_from(content)
    except (SafetensorError, ValueError, KeyError, TypeError, RuntimeError) as error:
        raise AdapterError(f"{WEIGHTS} is damaged or no safetensors file: save the adapter again.") from error
    factors = {}
    for key, tensor in tensors.items():
        name, dot, which = key.removeprefix(_PREFIX).rpartition(".lora_")
        if not key.startswith(_PREFIX) or not dot or which not in ("A.weight", "B.weight"):
            raise AdapterError(f"{WEIGHTS} holds {key[:80]!r}, which is no part of a LoRA adapter.")
        if tensor.dtype not in _FLOATS:
            raise AdapterError(f"{WEIGHTS} holds {key[:80]!r} as {tensor.dtype}, which is no kind of weights.")
        factors[name, which[0]] = tensor.float()
    if not factors:
        raise AdapterError(f"{WEIGHTS} is empty: save the adapter again.")
    return factors
