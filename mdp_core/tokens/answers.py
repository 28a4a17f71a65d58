"""Rewards from plain functions: whatever a notebook can work out from a text, or from a prompt and an answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from mdp_core.tokens.scores import Score


@dataclass(frozen=True)
class OfText:
    """The reward `function(text)`, prompt included."""

    function: Callable[[str], float]

    def __call__(self, text: str) -> Score:
        return Score(self.function(text), ())


@dataclass(frozen=True)
class OfAnswer:
    """The reward `function(prompt, answer)` of texts that begin with one of `prompts`.

    Where a text begins with several, the longest is its prompt. Raises ValueError for a text that begins with none.
    """

    function: Callable[[str, str], float]
    prompts: tuple[str, ...]

    def __call__(self, text: str) -> Score:
        known = frozenset(self.prompts)
        for length in sorted({len(prompt) for prompt in known}, reverse=True):
            if text[:length] in known:
                return Score(self.function(text[:length], text[length:]), ())
        raise ValueError("The text begins with none of the prompts that its reward knows.")


def of_answer(function: Callable[[str, str], float], prompts: Sequence[str]) -> OfAnswer:
    """`function(prompt, answer)` as a reward of whole texts."""
    return OfAnswer(function, tuple(prompts))
