"""A language model that says payloads: they are its tokens, beside a few words. Whatever shows what a model writes, or could
write, shows them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tests.mdp_core.tokens.tiny import network, word_level_tokenizer


def write_model(folder: Path, payloads: Sequence[str], seed: int = 0, width: int = 16, layers: int = 2) -> None:
    """Save it to `folder`."""
    tokenizer = word_level_tokenizer(payloads)
    network(vocab_size=len(tokenizer), seed=seed, width=width, layers=layers).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
