"""Adapted models: what one remembers of texts is worth keeping from run to run, for all visitors.

They go with the base: where a model makes room for another one, nothing here holds its weights. Two visitors with the same
adapter, as the same settings give it, share one; it has no name of a visitor's.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from mdp_core.kept import Kept

if TYPE_CHECKING:
    from mdp_core.rlhf.adapted_model import AdaptedModel
    from mdp_core.rlhf.adapters import Adapter
    from mdp_core.tokens.language_model import LanguageModel

AT_WORK = 4  # of one base, of all visitors, that remember texts at once; 90 MB each at most for SmolLM2

_lock = threading.Lock()
_by_base: WeakKeyDictionary[LanguageModel, Kept[str, AdaptedModel]] = WeakKeyDictionary()


def adapted(base: LanguageModel, id: str, adapter: Adapter) -> LanguageModel:
    """`adapter`, whose digest is in `id`, laid over `base`."""
    from mdp_core.rlhf.adapted_model import AdaptedModel

    with _lock:
        return _by_base.setdefault(base, Kept(AT_WORK)).get_or_make(id, lambda: AdaptedModel(base, adapter))
