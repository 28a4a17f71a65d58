"""Uploads: an adapter that a visitor brings, read as data, tried on a model, and put on the shelf."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from components.server.models import Models
from components.shell.shelf import NUMBERS, TunedPolicy, shelf
from components.shell.visit import READY
from mdp_core.tokens.sources.model_id import base_id

if TYPE_CHECKING:
    from mdp_core.rlhf.adapters import Adapter
    from mdp_core.tokens.language_model import LanguageModel

MAX_BYTES = 4 * NUMBERS + 100_000  # of the weights: four bytes a number, and their names


def shelve(uploads: Mapping[str, bytes], base: str, models: Models) -> TunedPolicy:
    """Put the adapter of these files on the shelf, over the model that it names where that is here, else over `base`.

    It is called what its file is called, and the shelf's news tell of it. Raises ValueError, in a sentence for a visitor:
    AdapterError for files that are no adapter of that model, ShelfError where there is no room for it.
    """
    from mdp_core.rlhf.adapter_archive import adapter_files_in, named_base
    from mdp_core.rlhf.adapter_files import adapter_from
    from mdp_core.rlhf.adapters import AdapterError, OtherModelError

    files = adapter_files_in(uploads, most=MAX_BYTES)
    named = named_base(files)
    if named == base_id(base):  # a file names the model, and not how it reads its prompts: as on the Stage
        named = base
    base_model = models.get(named) if named else None
    model = base_model or models.get(base) or models.get(READY)
    if model is None:
        raise AdapterError("The language model is not awake yet: try again in a moment.")
    try:
        adapter = adapter_from(files, model.model)
    except OtherModelError as error:
        if base_model is None and named:
            raise AdapterError(
                f"This adapter says that it was made for “{named[:60]}”, and it does not fit {model.name}: load that model "
                "on the Stage, then bring the adapter again."
            ) from error
        raise
    _try(model, adapter)
    kept = shelf().keep(_name(uploads), model.id, adapter)
    other = f" It says that it was made for “{named[:60]}”; it fits {model.name}, and changes that."
    shelf().news = f"“{kept.name}” is on the shelf." + (other if named and base_model is None else "")
    return kept


def _try(model: LanguageModel, adapter: Adapter) -> None:
    """Raises AdapterError for an adapter whose numbers are finite and which gives others that are not."""
    import numpy as np

    from mdp_core.rlhf.adapted_model import AdaptedModel
    from mdp_core.rlhf.adapters import AdapterError

    token = next(i for i in range(model.vocabulary_size) if i not in model.end_tokens)
    if not np.isfinite(AdaptedModel(model, adapter).logits((*model.start, token))).all():
        raise AdapterError(
            "With this adapter the model answers no numbers any more: take one from before its training broke."
        )


def _name(uploads: Mapping[str, bytes]) -> str:
    """What the archive is called, without its ending; peft's own file names say nothing."""
    name = next(iter(uploads)).replace("\\", "/").rpartition("/")[2]
    stem = name.rpartition(".")[0] or name
    return "loaded" if stem.startswith(("adapter_model", "adapter_config")) or not stem.strip() else stem
