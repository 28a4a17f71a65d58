"""Choices between two texts, as tokens that a policy can be asked about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mdp_core.rlhf.raters import Comparison
from mdp_core.tokens.generation import Texts, repeated
from mdp_core.tokens.language_model import LanguageModel
from mdp_core.tokens.prompts import PromptError


class NoChoicesError(ValueError):
    """There is nothing to learn from; the message is a sentence for the visitor."""

    def __init__(self, title: str, prompt: str, have: int) -> None:
        if have:
            why = f"none of the {have} that are here is between two different texts that go on from “{prompt[:60]}”"
        else:
            why = "there are none yet: choose between texts there, or bring a file of choices"
        super().__init__(f"{title} learns from the choices of page Score, and {why}.")


@dataclass(frozen=True, eq=False)
class ChoiceTexts:
    """n choices after one prompt: the text that was chosen and the other one, row by row."""

    better: Texts
    worse: Texts
    weights: NDArray[np.float64]  # [n], how many choices each counts as
    elsewhere: int  # choices that are left out: a text does not go on from the prompt, or cannot be read
    alike: int  # and those whose two texts are the same tokens

    def __len__(self) -> int:
        return len(self.weights)


def choice_texts(model: LanguageModel, prompt: str, choices: Sequence[Comparison], title: str) -> ChoiceTexts:
    """Those of the choices whose two texts both go on from `prompt`, for the algorithm called `title`.

    What was decoded has lost its end token: a text shorter than the longest one is taken to have ended where it ends.
    Raises NoChoicesError where none is left, and for the prompt what `LanguageModel.encode` raises.
    """
    begun = model.encode(prompt)
    read = [(_written(model, prompt, c.better), _written(model, prompt, c.worse), c.weight) for c in choices]
    here = [(better, worse, weight) for better, worse, weight in read if better and worse]
    kept = [(better, worse, weight) for better, worse, weight in here if better != worse]
    if not kept:
        raise NoChoicesError(title, prompt, len(choices))
    longest = max(len(text) for better, worse, _ in kept for text in (better, worse))
    chosen = _texts(model, begun, [better for better, _, _ in kept], longest)
    others = _texts(model, begun, [worse for _, worse, _ in kept], longest)
    weights = np.array([weight for *_, weight in kept])
    return ChoiceTexts(chosen, others, weights, len(choices) - len(here), len(here) - len(kept))


def _written(model: LanguageModel, prompt: str, text: str) -> tuple[int, ...]:
    """What was written after the prompt; nothing where that cannot be said."""
    try:
        return model.wording.written(prompt, text)
    except PromptError:
        return ()


def _texts(model: LanguageModel, begun: tuple[int, ...], written: Sequence[tuple[int, ...]], longest: int) -> Texts:
    tokens = np.full((len(written), longest), -1, dtype=np.int64)
    for row, text in enumerate(written):
        tokens[row, : len(text)] = text
        if len(text) < longest and model.end_tokens:
            tokens[row, len(text)] = min(model.end_tokens)
    lengths = (tokens >= 0).sum(axis=1)
    last = tokens[np.arange(len(tokens)), lengths - 1]
    return Texts(
        repeated(begun, len(tokens)), tokens, np.zeros(tokens.shape), lengths, np.isin(last, list(model.end_tokens))
    )
