"""Sums of two numbers: the prompts, how their answers are worked out place by place, and what a text claims."""

from __future__ import annotations

import re
from collections.abc import Iterable

import numpy as np

MAX_DIGITS = 6

# What a text must be to count as an answer: the problem, whatever was written under it, a colon, and one number.
_TEXT = re.compile(r"\s*(\d{1,12})\+(\d{1,12})=([\d+=,\s]*):\s*(\d{1,13})\s*", re.ASCII)


def problem(a: int, b: int) -> str:
    """The prompt that asks for a + b."""
    return f"{a}+{b}="


def problems(digits: int, *, most: int = 10_000, seed: int = 0) -> tuple[str, ...]:
    """All prompts with two numbers of `digits` digits each, or `most` of them, drawn evenly with `seed`; no two are alike.

    Raises ValueError for digits that are not 1..MAX_DIGITS.
    """
    if not 1 <= digits <= MAX_DIGITS:
        raise ValueError(f"The numbers of a sum have 1 to {MAX_DIGITS} digits, not {digits}.")
    low = 10 ** (digits - 1) if digits > 1 else 0
    count = 10**digits - low
    if count**2 <= most:
        chosen = np.arange(count**2)
    else:
        chosen = np.sort(np.random.default_rng([seed, 12, digits]).choice(count**2, size=most, replace=False))
    return tuple(problem(low + int(n) // count, low + int(n) % count) for n in chosen)


def held_out(digits: int, known: Iterable[str], *, most: int, seed: int = 0) -> tuple[str, ...]:
    """`most` problems of that size, or as many as there are, that are none of `known`. Raises as `problems`."""
    taken = frozenset(known)
    rest = [prompt for prompt in problems(digits, seed=seed) if prompt not in taken]
    chosen = np.sort(np.random.default_rng([seed, 14, digits]).permutation(len(rest))[:most])
    return tuple(rest[int(n)] for n in chosen)


def longest(digits: int) -> int:
    """Tokens that an answer has at most where every place is written down without a slip, the end token included.

    A place takes up to 8, as in 7+8+1=16; commas, the colon and a sum of one more digit come on top.
    """
    return 9 * digits + digits + 3


def steps(a: int, b: int) -> list[tuple[int, int, int]]:
    """Place by place, units first: (digit of a, digit of b, what is carried there)."""
    places: list[tuple[int, int, int]] = []
    carried = 0
    while a or b or not places:
        places.append((a % 10, b % 10, carried))
        carried = (a % 10 + b % 10 + carried) // 10
        a, b = a // 10, b // 10
    return places


def answer(text: str) -> tuple[int, int, int] | None:
    """(a, b, what `text` says that a + b is), or None where it does not end in a colon and one number, as it should."""
    match = _TEXT.fullmatch(text)
    return None if match is None else (int(match[1]), int(match[2]), int(match[4]))
