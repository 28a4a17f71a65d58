"""A model's folder, checked before anything of it is loaded: data only, whole, a causal LM, within the host's limit."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mdp_core.tokens.sources.errors import BrokenFolder, TooLarge, UnknownModel, UnsafeWeights
from mdp_core.tokens.sources.host import BYTES_PER_PARAMETER, Host
from mdp_core.tokens.sources.weights import DamagedWeights, Weights, read_weights

WEIGHTS = "model.safetensors"
INDEX = "model.safetensors.index.json"
SHARD = re.compile(r"model-\d{5}-of-\d{5}\.safetensors")
CONFIGS = ("config.json", "generation_config.json", "tokenizer_config.json", "special_tokens_map.json")
TOKENIZERS = ("tokenizer.json", "vocab.json", "vocab.txt")
SENTENCEPIECE = ("tokenizer.model", "spiece.model", "sentencepiece.bpe.model")  # another library's, which is not here
PICKLES = (".bin", ".pt", ".pth", ".ckpt", ".pkl", ".pickle", ".msgpack", ".h5")
MAX_JSON = 50_000_000  # bytes of a config or an index
PLAIN = re.compile(r"[A-Za-z0-9_.-]+")


@dataclass(frozen=True)
class CheckedFolder:
    """A folder that passed `check`; `name` is what the visitor calls it."""

    path: Path
    name: str
    weights: Weights


def check(path: Path, name: str, host: Host) -> CheckedFolder:
    """The folder, if it may be loaded. Reads configs and headers, no tensor.

    Raises UnknownModel (no such folder), UnsafeWeights (pickles, code), BrokenFolder, TooLarge.
    """
    try:
        if not path.is_dir():
            raise UnknownModel(f"There is no folder {name}; check its path, or take Pocket.")
        present = {entry.name for entry in path.iterdir() if entry.is_file()}  # no pipes, no devices
        require_weights(present, name)
        check_configs(path, name)
        weights = _weights(path, present, name)
    except OSError as error:
        raise BrokenFolder(f"{name} cannot be read ({error.strerror}); check its files, or take Pocket.") from error
    require_within(weights.parameters, name, host)
    _check_layers(path, weights, name)
    return CheckedFolder(path, name, weights)


def require_weights(files: Iterable[str], name: str) -> None:
    """Raises UnsafeWeights where the only weights are pickles, BrokenFolder where there are none or only half a model."""
    files = set(files)
    if "adapter_config.json" in files:
        raise BrokenFolder(f"{name} is an adapter, not a whole model; merge it into its base model, or take Pocket.")
    if WEIGHTS in files or INDEX in files:
        return
    if any(file.endswith(PICKLES) for file in files):
        raise UnsafeWeights(
            f"{name} has its weights as pickle only, which can run code when it is opened; "
            "look for a version with safetensors, or take Pocket."
        )
    raise BrokenFolder(f"{name} has no {WEIGHTS}; look for a version with safetensors, or take Pocket.")


def require_within(parameters: int, name: str, host: Host) -> None:
    """Raises TooLarge where so many parameters in float32 are more than the host grants."""
    size = parameters * BYTES_PER_PARAMETER
    if size > host.max_bytes:
        raise TooLarge(
            f"{name} needs {size / 1e6:,.0f} MB of memory, and this host grants {host.max_bytes / 1e6:,.0f} MB; "
            "take a smaller model."
        )


def check_configs(path: Path, name: str) -> None:
    """Raises UnsafeWeights for configs that call for code, BrokenFolder for unreadable or unfitting ones, and where
    there is no tokenizer."""
    for file in CONFIGS:
        if file != "config.json" and not (path / file).exists():
            continue
        for key, value in _entries(_object(path, file, name)):
            # `auto_map` names Python files of the folder; an implementation "owner/name" names a kernel to download.
            if key == "auto_map" or (key.endswith("_implementation") and re.search("[/:@]", str(value))):
                raise UnsafeWeights(f"{name} wants to run code of its own ({key} in {file}), which is never run here; "
                                    "look for a version without it, or take Pocket.")  # fmt: skip
    config = _object(path, "config.json", name)
    if "quantization_config" in config or "compression_config" in config:
        raise BrokenFolder(f"{name} is quantised for special hardware; look for its version in full, or take Pocket.")
    if config.get("is_encoder_decoder") is True:
        raise BrokenFolder(f"{name} is not a causal language model: it has an encoder; choose another, or take Pocket.")
    if not any((path / file).is_file() for file in TOKENIZERS):
        other = next((file for file in SENTENCEPIECE if (path / file).is_file()), None)
        if other is not None:
            raise BrokenFolder(
                f"{name} has its tokenizer as {other} alone, which is not read here; add its tokenizer.json, or take Pocket."
            )
        raise BrokenFolder(f"{name} has no tokenizer; add its tokenizer.json, or take Pocket.")


def _weights(path: Path, present: set[str], name: str) -> Weights:
    if WEIGHTS in present:
        files = [WEIGHTS]
    else:
        placed = _object(path, INDEX, name).get("weight_map")
        if not isinstance(placed, dict) or not all(isinstance(file, str) for file in placed.values()):
            raise BrokenFolder(f"{INDEX} of {name} does not say where the weights are; copy it again, or take Pocket.")
        files = sorted(set(placed.values()))
        missing = next((file for file in files if not PLAIN.fullmatch(file) or file not in present), None)
        if missing is not None or not files:
            raise BrokenFolder(f"{name} lacks a file that {INDEX} names; copy it again, or take Pocket.")
    try:
        return read_weights(path / file for file in files)
    except DamagedWeights as error:
        raise BrokenFolder(f"The weights of {name} are damaged: {error}; copy them again, or take Pocket.") from error


def _check_layers(path: Path, weights: Weights, name: str) -> None:
    """Raises BrokenFolder for more layers than there are tensors: a small file must not make a giant model.

    A layer is a loop in Python, so it is bounded here, before a model is built; widths are checked on the model's
    skeleton, which costs nothing however wide it is (see `checkpoint`).
    """
    for key, value in _entries(_object(path, "config.json", name)):
        counts = re.search("layer|depth|block|expert", key) is not None and type(value) in (int, float)
        if counts and value > max(len(weights.shapes), 1_000):
            raise BrokenFolder(f"{name} claims {key} = {value:g}, and its weights do not have them; take Pocket.")


def _object(path: Path, file: str, name: str) -> dict[str, Any]:
    """Raises BrokenFolder unless `file` is there, of a sane size, and a JSON object."""
    if not (path / file).is_file():
        raise BrokenFolder(f"{name} has no {file}; add it, or take Pocket.")
    if (path / file).stat().st_size > MAX_JSON:
        raise BrokenFolder(f"{file} of {name} is too long to be one; copy it again, or take Pocket.")
    try:
        value = json.loads((path / file).read_text(encoding="utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise BrokenFolder(f"{file} of {name} is not JSON; copy it again, or take Pocket.") from error
    if not isinstance(value, dict):
        raise BrokenFolder(f"{file} of {name} is not a JSON object; copy it again, or take Pocket.")
    return value


def _entries(value: Any) -> Iterator[tuple[str, Any]]:
    """Every key of nested JSON with its value."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key, inner
            yield from _entries(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _entries(inner)
