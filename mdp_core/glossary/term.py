"""One entry of the glossary."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Term:
    """What a word or a symbol on the pages means, in sentences that need everyday words and other entries only."""

    name: str  # as a heading has it: "discount factor"
    symbol: str  # "γ"; empty where it has none
    also: tuple[str, ...]  # the other spellings in which it stands in a sentence or on a label
    says: str  # what it is, in one sentence or two
    grid: str = ""  # what it is in the grid world; empty where it is nothing there
    text: str = ""  # what it is in the language model
    signs: tuple[str, ...] = ()  # what means it inside a formula, and nothing sure outside of one: "G_t", "b"
