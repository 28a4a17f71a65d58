"""Adapters as files in the layout of the `peft` library: adapter_config.json and adapter_model.safetensors.

A layer's factors are called base_model.model.<name of the layer>.lora_A.weight [r, in] and ....lora_B.weight [out, r]
(huggingface.co/docs/peft, "PEFT checkpoint format"). The files of a visitor are read as data: sizes first, then names,
shapes and numbers, before anything is kept.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
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
from mdp_core.rlhf.base_names import public_name
from mdp_core.rlhf.peft_config import CONFIG, PeftConfig, read_config

WEIGHTS = "adapter_model.safetensors"
MAX_CONFIG = 100_000  # bytes
MAX_WEIGHTS = 200_000_000  # bytes

_PREFIX = "base_model.model."
_FLOATS = (torch.float32, torch.float16, torch.bfloat16, torch.float64)


def files_of(adapter: Adapter, network: nn.Module) -> dict[str, bytes]:
    """File name -> contents, as `peft` loads them over the same model, which the configuration calls by its public name."""
    spec = adapter.spec
    other_ranks = {name: rank for name, layer in adapter.layers.items() if (rank := layer.A.shape[-2]) != spec.rank}
    config: dict[str, Any] = {
        "peft_type": "LORA",
        "task_type": "CAUSAL_LM",
        "base_model_name_or_path": public_name(adapter.base) or None,
        "r": spec.rank,
        "lora_alpha": spec.alpha,
        "target_modules": list(_ends(adapter, network)),
        "lora_dropout": 0.0,
        "bias": "none",
        "fan_in_fan_out": any(isinstance(network.get_submodule(name), Conv1D) for name in adapter.layers),
        "init_lora_weights": True,
        "inference_mode": True,
        "modules_to_save": None,
        "use_dora": False,
        "use_rslora": False,
        "rank_pattern": {f"^{re.escape(name)}": rank for name, rank in other_ranks.items()},
        "alpha_pattern": {f"^{re.escape(name)}": spec.scale * rank for name, rank in other_ranks.items()},
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
    config = read_config(files[CONFIG])
    spec = config.spec
    factors = _read_weights(files[WEIGHTS])
    order = list(dict(network.named_modules()))
    names = {name for name, _ in factors}
    if unknown := sorted(names - set(order)):
        raise OtherModelError(f"here is no layer {unknown[0][:80]!r}")
    layers = {name: _layer(config, spec, name, factors) for name in order if name in names}
    adapter = Adapter(spec, layers, config.base)
    check_fits(adapter, network)
    _check_layers(config, layers, network)
    if not adapter.is_finite:
        raise AdapterError("This adapter holds numbers that are not finite: take one from before its training broke.")
    return replace(adapter, spec=replace(spec, targets=_ends(adapter, network)))


def _layer(config: PeftConfig, spec: AdapterSpec, name: str, factors: Mapping[tuple[str, str], Tensor]) -> LowRank:
    """The factors of one layer. Where its scale is another one than the adapter's, B has the difference."""
    if (name, "A") not in factors or (name, "B") not in factors:
        raise AdapterError(f"{WEIGHTS} has only half of the layer {name[:80]!r}: save the adapter again.")
    A, B, rank = factors[name, "A"], factors[name, "B"], config.rank_of(name)
    if A.ndim != 2 or B.ndim != 2 or A.shape[0] != rank or B.shape[1] != rank:
        raise AdapterError(f"{WEIGHTS} and {CONFIG} do not belong together: {name[:80]!r} is not of rank {rank}.")
    more = config.scale_of(name) / spec.scale
    return LowRank(A, B if more == 1 else B * more)


def _check_layers(config: PeftConfig, layers: Mapping[str, LowRank], network: nn.Module) -> None:
    """Raises AdapterError unless the weights are of exactly the layers that the configuration means: peft would leave out
    the others without a word."""
    meant = config.rule.layers(network)
    if lacking := [name for name in meant if name not in layers]:
        raise AdapterError(f"{WEIGHTS} lacks the layer {lacking[0]!r} of this model: save the adapter again.")
    if beside := sorted(set(layers) - set(meant)):
        raise AdapterError(
            f"{CONFIG} does not mean the layer {beside[0]!r}, which {WEIGHTS} has: save the adapter again."
        )


def _ends(adapter: Adapter, network: nn.Module) -> tuple[str, ...]:
    """What the adapter's layers are called: the last parts of their names where no other layer has these, else all parts."""
    ends = tuple(sorted({name.rpartition(".")[2] for name in adapter.layers}))
    return ends if target_layers(network, ends).keys() == adapter.layers.keys() else tuple(adapter.layers)


def _check_size(file: str, size: int, limit: int) -> None:
    if size > limit:
        raise AdapterError(f"{file} has {size:,} bytes, and an adapter here has at most {limit:,}: take a smaller one.")


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
