"""What phones are asked about: pairs of different texts, and pairs of before and after by the same draws."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING

import numpy as np

from mdp_core.scenarios import TextScenario
from mdp_core.stage.text_pool import BATCH, TextPool, write_texts
from mdp_core.work import Report

if TYPE_CHECKING:
    from mdp_core.tokens.language_model import LanguageModel

Texts = tuple[tuple[str, str], ...]
Writing = Generator[Report[Texts], None, Texts]

AT_ONCE = 24  # pairs
SHARED = 6  # of them, that every phone is asked about


def write_pairs(model: LanguageModel, text: TextScenario, slow: bool, have: int) -> Writing:
    """The next AT_ONCE pairs of different texts of the scenario, after the first `have`: the same ones whoever asks.

    Raises ValueError, in a sentence for a visitor, where the model has no more different texts to write.
    """
    pool, wanted = TextPool(model, text, BATCH[slow]), 2 * (have + AT_ONCE)
    while pool.needs(wanted):
        pool.work()
        ready = min(len(pool.texts), wanted)
        share = min((ready + pool.tokens / max(text.max_tokens, 1)) / wanted, 1.0)
        yield Report(share, f"{ready} of {wanted} texts, token {pool.tokens} of {text.max_tokens}")
    texts = pool.texts[2 * have : wanted]
    if len(texts) < 2:
        raise ValueError(pool.problem)
    return tuple(zip(texts[::2], texts[1::2], strict=False))


def write_before_and_after(before: LanguageModel, after: LanguageModel, text: TextScenario, seed: int) -> Writing:
    """AT_ONCE texts of each, both by the same draws; (text of before, text of after). Raises what the prompt raises."""
    uniforms = np.random.default_rng([29, seed]).random((AT_ONCE, text.max_tokens))
    written = []
    for i, (model, name) in enumerate(((before, "before"), (after, "after"))):
        writing = write_texts(model, text, uniforms)
        while True:
            try:
                report = next(writing)
            except StopIteration as end:
                written.append(end.value)
                break
            yield Report((i + report.share) / 2, f"texts of {name}, {report.doing}")
    return tuple(zip(*written, strict=True))
