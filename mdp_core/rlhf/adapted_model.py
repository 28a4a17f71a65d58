"""A language model with an adapter on: the same weights in memory, another policy."""

from __future__ import annotations

import threading
from collections import OrderedDict
from contextlib import AbstractContextManager

from mdp_core.rlhf.adapters import Adapter, check_fits
from mdp_core.tokens.language_model import LanguageModel
from mdp_core.tokens.prefix_cache import PrefixCache
from mdp_core.tokens.recording import Recordings

KEPT_TOKENS = 512  # of which keys and values are kept: a visitor may have several of these beside the shared model


class AdaptedModel(LanguageModel):
    """`base` as if its weights were W + (alpha / r) B A. It shares the network, the tokenizer and the lane with `base`.

    What it remembers of texts is its own, so that neither answers with the other's numbers; call `forget` after the
    adapter's numbers have changed. Raises OtherModelError if the adapter is for another model.
    """

    def __init__(self, base: LanguageModel, adapter: Adapter, name: str | None = None) -> None:
        """`name` is for the screen; the id is the base's and the adapter's digest."""
        check_fits(adapter, base.model)
        vars(self).update(vars(base))  # the constructor of a model would begin a second lane
        self.adapter = adapter
        self._laid_over = adapter.on(base.device)
        self.name = name or f"{base.name}, tuned"
        self.id = f"{base.id}+{adapter.digest()}"
        self._books = threading.Lock()
        self._prefixes = PrefixCache(KEPT_TOKENS)
        self._recordings = Recordings(base._recordings.capture, base.device.far)
        self._answers = OrderedDict()

    def laid(self) -> AbstractContextManager[None]:
        """A context in which the adapter is on. Only in the lane."""
        return self._laid_over.over(self.model)
