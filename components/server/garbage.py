"""Garbage: what will stay for good is not to be looked at again after every run."""

from __future__ import annotations

import gc


def settle_memory() -> None:
    """Streamlit collects garbage after every run: let it not look again at what will stay for good."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()
