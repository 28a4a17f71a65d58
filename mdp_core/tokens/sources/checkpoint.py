"""A checkpoint in memory: a checked folder as a language model. Heavy: imports torch and transformers."""

from __future__ import annotations

import threading
from codecs import BOM_UTF8
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import torch
from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer
from transformers.models.auto.modeling_auto import MODEL_FOR_CAUSAL_LM_MAPPING_NAMES
from transformers.utils import logging

from mdp_core.tokens.device import is_full
from mdp_core.tokens.language_model import LanguageModel
from mdp_core.tokens.placement import NoPlaceError, device_for
from mdp_core.tokens.sources.errors import BrokenFolder, ModelError, TooLarge
from mdp_core.tokens.sources.folder import CheckedFolder, require_within
from mdp_core.tokens.sources.host import Host

# Files only, and no code: without these two, transformers would ask the hub and the visitor's terminal.
LOCAL: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False}

_one_at_a_time = threading.Lock()  # transformers patches torch while it builds a model


def read(folder: CheckedFolder, id: str, host: Host) -> LanguageModel:
    """The language model in the folder, on the device that is the host's for it, in evaluation mode, called `folder.name`.

    Raises BrokenFolder where weights, config and tokenizer do not make one causal language model, TooLarge where the
    model that the config describes takes more memory than the host grants, whatever its files weigh.
    """
    with _one_at_a_time, _quiet(), _without_marks(folder.path) as path:
        try:
            return _read(replace(folder, path=path), id, host)
        except ModelError:
            raise
        except MemoryError as error:
            raise _does_not_fit(folder.name) from error
        except NoPlaceError as error:
            raise TooLarge(str(error)) from error
        except Exception as error:  # a foreign folder can fail anywhere in two libraries; the visitor gets one sentence
            if is_full(error):  # torch's is no MemoryError
                raise _does_not_fit(folder.name) from error
            reason = f"{type(error).__name__}: {error}".splitlines()[0][:120]
            raise BrokenFolder(
                f"{folder.name} could not be loaded ({reason}); choose another, or take Pocket."
            ) from error


def _does_not_fit(name: str) -> TooLarge:
    return TooLarge(f"{name} does not fit in the memory that is left; take a smaller model.")


def _read(folder: CheckedFolder, id: str, host: Host) -> LanguageModel:
    config = AutoConfig.from_pretrained(folder.path, **LOCAL)
    _require_causal(config, folder.name)
    _require_its_tokens(config, folder.name)
    device = device_for(host.device, _same_size(config, folder, host), folder.name)
    tokenizer = AutoTokenizer.from_pretrained(folder.path, **LOCAL)
    model, report = AutoModelForCausalLM.from_pretrained(
        folder.path, dtype=torch.float32, use_safetensors=True, output_loading_info=True, **LOCAL
    )
    # Weights that a file lacks are drawn at random by transformers, with a warning in a log that nobody reads.
    lacking = sorted(map(str, [*report["missing_keys"], *report["mismatched_keys"]]))
    if lacking:
        raise BrokenFolder(f"The weights of {folder.name} lack {lacking[0]}; copy them again, or take Pocket.")
    if tokenizer.vocab_size > model.get_input_embeddings().weight.shape[0]:
        raise BrokenFolder(f"The tokenizer of {folder.name} has more tokens than its weights; take Pocket.")
    return LanguageModel(model, tokenizer, name=folder.name, id=id, device=device)


def _require_causal(config: Any, name: str) -> None:
    """Raises BrokenFolder unless the config's architecture predicts the next token."""
    causal = MODEL_FOR_CAUSAL_LM_MAPPING_NAMES.get(config.model_type, ())
    causal = {causal} if isinstance(causal, str) else set(causal)
    claimed = config.architectures or causal
    if not causal & set(claimed):
        kind = next(iter(claimed), config.model_type)
        raise BrokenFolder(f"{name} is no causal language model but a {kind}; choose another, or take Pocket.")


def _require_its_tokens(config: Any, name: str) -> None:
    """Raises BrokenFolder where the vocabulary is so small that the padding token lies outside."""
    text = config.get_text_config()
    size, padding = getattr(text, "vocab_size", None), getattr(text, "pad_token_id", None)
    if size is not None and padding is not None and not -size <= padding < size:
        raise BrokenFolder(
            f"{name} has {size:,} tokens, and its config.json names token {padding:,} (pad_token_id); "
            "correct the number, or take Pocket."
        )


def _same_size(config: Any, folder: CheckedFolder, host: Host) -> int:
    """The parameters of the model that the config describes, built without memory, compared to what the host grants and the
    files hold.

    Raises TooLarge or BrokenFolder: a small file with a giant config must not fill the memory with zeros.
    """
    with torch.device("meta"):
        skeleton = AutoModelForCausalLM.from_config(config, dtype=torch.float32, trust_remote_code=False)
    parameters: int = sum(parameter.numel() for parameter in skeleton.parameters())  # tied ones once
    require_within(parameters + sum(buffer.numel() for buffer in skeleton.buffers()), folder.name, host)
    if parameters > folder.weights.parameters:
        raise BrokenFolder(
            f"{folder.name} describes a model of {parameters:,} parameters, and its files hold "
            f"{folder.weights.parameters:,}; copy them again, or take Pocket."
        )
    return parameters


@contextmanager
def _without_marks(folder: Path) -> Iterator[Path]:
    """The folder, or where one of its JSON files begins with a byte order mark, at which transformers stops, another one
    with links to its files and that one without the mark."""
    marked = [file for file in folder.glob("*.json") if file.is_file() and _begins_with_mark(file)]
    if not marked:
        yield folder
        return
    with TemporaryDirectory() as made:
        for file in folder.iterdir():
            if file in marked:
                (Path(made) / file.name).write_bytes(file.read_bytes().removeprefix(BOM_UTF8))
            else:
                (Path(made) / file.name).symlink_to(file.resolve())
        yield Path(made)


def _begins_with_mark(file: Path) -> bool:
    with file.open("rb") as opened:
        return opened.read(len(BOM_UTF8)) == BOM_UTF8


@contextmanager
def _quiet() -> Iterator[None]:
    """No progress bars and no advice from transformers in the server's log, and then as it was."""
    verbosity, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity(logging.CRITICAL)
    logging.disable_progress_bar()
    try:
        yield
    finally:
        logging.set_verbosity(verbosity)
        if bars:
            logging.enable_progress_bar()
