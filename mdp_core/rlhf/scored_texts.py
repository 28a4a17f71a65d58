"""All texts that a model may write after a prompt, counted and scored by a principle that may be slow."""

from __future__ import annotations

from collections.abc import Generator, Hashable
from dataclasses import replace
from typing import Any

import numpy as np

from mdp_core.kept import Kept
from mdp_core.rlhf.exact import CountedTexts, count_texts
from mdp_core.rlhf.principle import Principle
from mdp_core.rlhf.totals import checked_totals
from mdp_core.tokens.language_model import LanguageModel
from mdp_core.tokens.mdp import Text
from mdp_core.work import Report

AT_ONCE = 256  # texts that are scored between two reports

_counted: Kept[Hashable, CountedTexts] = Kept(8)


def score_all_texts(
    model: LanguageModel, prompt: Text, max_tokens: int, principle: Principle, *, share: float = 1.0
) -> Generator[Report[Any], None, CountedTexts]:
    """The counted texts with their scores; at once where they were asked for lately.

    Counting is the first `share` of the caller's work. Raises what the score raises, and ScoreError for a score that is no
    finite number.
    """
    key = (model.id, prompt, principle.key, max_tokens)
    scored = _counted.get(key)
    if scored is not None:
        return scored
    low, high = principle.range(max_tokens)
    counted = count_texts(model, prompt, max_tokens, lambda _: 0.0, low=low, high=high)
    texts = [model.decode(ids) for ids in counted.texts]
    reward, scores = principle.reward(), np.zeros(len(texts))
    for i in range(0, len(texts), AT_ONCE):
        yield Report(share * i / len(texts), f"scoring all texts: {i:,} of {len(texts):,}")
        scores[i : i + AT_ONCE] = checked_totals(reward, texts[i : i + AT_ONCE])
    return _counted.put(key, replace(counted, scores=scores))
