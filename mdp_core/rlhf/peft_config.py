"""adapter_config.json as data: what `peft` writes of a LoRA adapter, and what of it cannot be played here, by name."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from math import isfinite, sqrt
from typing import Any

from mdp_core.rlhf.adapters import MAX_RANK, AdapterError, AdapterSpec
from mdp_core.rlhf.base_names import id_of
from mdp_core.rlhf.layer_names import LayerRule, of_pattern

CONFIG = "adapter_config.json"

# What changes the arithmetic: the name that people know it by. Any value but nothing, False or an empty list has it on.
_OTHER_ARITHMETIC = {
    "use_dora": "DoRA, which learns the length of every row of weights too",
    "alora_invocation_tokens": "aLoRA, which is on only behind certain tokens",
    "use_qalora": "QA-LoRA, which adapts groups of inputs",
    "kasa_config": "KaSA, which cuts the model's own weights",
    "monteclora_config": "MonteCLoRA, which draws its weights",
    "use_bdlora": "BD-LoRA, whose factors are made of blocks",
    "arrow_config": "Arrow, which chooses between several adapters",
    "lora_bias": "lora_bias, numbers that are added to what a layer answers",
    "modules_to_save": "modules_to_save, whole layers beside the adapter",
    "trainable_token_indices": "trainable_token_indices, tokens that were trained",
    "target_parameters": "target_parameters, weights that are no layers",
    "layer_replication": "layer_replication, layers that occur more than once",
    "megatron_config": "megatron_config, layers of another library",
}
# What its training began with: these took a part out of the model's own weights and put it into the adapter.
_OTHER_BASE = {
    "pissa": "PiSSA",
    "loftq": "LoftQ",
    "olora": "OLoRA",
    "corda": "CorDA",
    "lora_ga": "LoRA-GA",
}
_SAME_BASE = ("gaussian", "eva", "orthogonal", "mica")
# What says nothing of the arithmetic, or is read below.
_READ = frozenset(
    (
        *("alpha_pattern", "auto_mapping", "base_model_name_or_path", "bias", "corda_config", "ensure_weight_tying"),
        *("eva_config", "exclude_modules", "fan_in_fan_out", "inference_mode", "init_lora_weights", "layers_pattern"),
        *("layers_to_transform", "loftq_config", "lora_alpha", "lora_dropout", "lora_ga_config", "megatron_core"),
        *("peft_type", "peft_version", "qalora_group_size", "r", "rank_pattern", "revision", "runtime_config"),
        *("target_modules", "task_type", "unsloth_fixed", "use_rslora", "velora_config"),
    )
)


@dataclass(frozen=True)
class PeftConfig:
    """What a configuration says: the adapter's rank and scale, its layers, and where single layers have others."""

    rank: int
    alpha: float
    rule: LayerRule
    base: str = ""  # the id here of the model that it names; empty where it names none
    stabilised: bool = False  # rsLoRA (Kalajdzievski 2023): scaled by alpha / sqrt(r)
    ranks: dict[str, float] = field(default_factory=dict)  # by expressions for the ends of names
    alphas: dict[str, float] = field(default_factory=dict)

    @property
    def spec(self) -> AdapterSpec:
        """The adapter's, whose alpha / r is its scale. Raises AdapterError for a rank or an alpha out of its range."""
        AdapterSpec(self.rank, self.alpha)
        return AdapterSpec(self.rank, self.alpha * sqrt(self.rank) if self.stabilised else self.alpha)

    def rank_of(self, layer: str) -> int:
        """Of that layer's factors."""
        return int(of_pattern(self.ranks, layer, self.rank, self.rule.expressions))

    def scale_of(self, layer: str) -> float:
        """What that layer's B A is multiplied by."""
        alpha = of_pattern(self.alphas, layer, self.alpha, self.rule.expressions)
        return self._scale(self.rank_of(layer), alpha)

    def _scale(self, rank: int, alpha: float) -> float:
        return alpha / sqrt(rank) if self.stabilised else alpha / rank


def read_config(content: bytes) -> PeftConfig:
    """What the file says. Raises AdapterError, in a sentence for a visitor, for what is no LoRA adapter or not only that."""
    try:
        config = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise AdapterError(f"{CONFIG} cannot be read: save the adapter again.") from error
    if not isinstance(config, dict) or config.get("peft_type") != "LORA":
        raise AdapterError("This is no LoRA adapter, and no other kind can be loaded here.")
    _refuse_other_arithmetic(config)
    rank, alpha = config.get("r"), config.get("lora_alpha")
    if isinstance(alpha, bool) or not isinstance(alpha, (int, float)) or alpha > 1e30:  # a whole number may be any size
        raise AdapterError(f"{CONFIG} has no lora_alpha that is a usable number: save the adapter again.")
    if type(rank) is not int:
        raise AdapterError(f"{CONFIG} has no rank r that is a whole number: save the adapter again.")
    stabilised = config.get("use_rslora")
    if stabilised not in (None, False, True):
        raise AdapterError(f"{CONFIG} has a use_rslora that is neither true nor false: save the adapter again.")
    base = config.get("base_model_name_or_path")
    return PeftConfig(
        rank,
        float(alpha),
        _rule(config),
        id_of(base) if isinstance(base, str) else "",
        bool(stabilised),
        _pattern(config, "rank_pattern", whole=True),
        _pattern(config, "alpha_pattern", whole=False),
    )


def _refuse_other_arithmetic(config: dict[str, Any]) -> None:
    for key, value in config.items():
        if value in (None, False, [], {}, ""):
            continue
        if key in _OTHER_ARITHMETIC:
            raise AdapterError(
                f"This adapter has {_OTHER_ARITHMETIC[key]}. One Loop plays plain LoRA: train one without."
            )
        if key not in _READ:
            raise AdapterError(
                f"This adapter's {key[:40]!r} is not known here, and it may change what the adapter does: train one without."
            )
    if config.get("bias") not in (None, "none"):
        raise AdapterError(
            "This adapter has a bias that was trained too. One Loop plays plain LoRA: train one without."
        )
    begun = config.get("init_lora_weights")
    if begun in (None, True, False):
        return
    name = begun.lower() if isinstance(begun, str) else ""
    for start, known in _OTHER_BASE.items():
        if name.startswith(start):
            raise AdapterError(
                f"This adapter began with {known}, which moved a part of the model's own weights into it: over the model "
                "as it is it would be another one. Let peft convert it to plain LoRA when it is saved "
                "(path_initial_model_for_weight_conversion)."
            )
    if name not in _SAME_BASE:
        raise AdapterError(
            f"This adapter began with {str(begun)[:40]!r}, which is not known here: train one without it."
        )


def _rule(config: dict[str, Any]) -> LayerRule:
    targets = _names(config.get("target_modules"))
    if not targets:
        raise AdapterError(f"{CONFIG} does not list the names of the adapted layers: save the adapter again.")
    excluded, stacks = _names(config.get("exclude_modules")), _names(config.get("layers_pattern"))
    numbers = config.get("layers_to_transform")
    numbers = [numbers] if type(numbers) is int else numbers
    if excluded is None or stacks is None or not _are_numbers(numbers):
        raise AdapterError(f"{CONFIG} does not say plainly which layers it leaves out: save the adapter again.")
    if isinstance(targets, str) and (numbers or stacks):
        raise AdapterError(f"{CONFIG} has an expression for its layers and numbers of layers too, which peft refuses.")
    return LayerRule(
        targets, excluded, frozenset(numbers) if numbers else None, (stacks,) if isinstance(stacks, str) else stacks
    )


def _names(value: Any) -> str | tuple[str, ...] | None:
    """Names as they are written; none for nothing; None for what is no name."""
    if value is None or value == "":
        return ()
    if isinstance(value, str):
        return value
    return tuple(value) if isinstance(value, list) and all(isinstance(name, str) and name for name in value) else None


def _are_numbers(value: Any) -> bool:
    return value is None or (isinstance(value, list) and all(type(number) is int for number in value))


def _pattern(config: dict[str, Any], key: str, *, whole: bool) -> dict[str, float]:
    pattern = config.get(key) or {}
    if not isinstance(pattern, dict):
        raise AdapterError(f"{CONFIG} has a {key} that is no table: save the adapter again.")
    for value in pattern.values():
        right = type(value) is int and 1 <= value <= MAX_RANK if whole else _is_alpha(value)
        if not right:
            limits = f"whole numbers from 1 to {MAX_RANK}" if whole else "finite numbers above 0"
            raise AdapterError(f"{CONFIG} needs {limits} in its {key}: save the adapter again.")
    return pattern


def _is_alpha(value: Any) -> bool:
    return type(value) in (int, float) and 0 < value <= 1e30 and isfinite(value)
