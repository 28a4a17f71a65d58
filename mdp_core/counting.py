"""Counting states exactly, as Python's whole numbers: no rounding, however many digits."""

from __future__ import annotations


def prefixes(vocabulary: int, length: int) -> int:
    """sum_{t=0..length} vocabulary^t: the texts of at most `length` tokens, the empty one included.

    Raises ValueError unless `vocabulary` is at least 1 and `length` at least 0.
    """
    _check(vocabulary, length)
    return sum(int(vocabulary**t) for t in range(length + 1))


def reachable_prefixes(vocabulary: int, ends: int, length: int) -> int:
    """The texts of at most `length` tokens that can really be written where `ends` of the tokens end a text.

    Behind an end token nothing follows: with c = vocabulary - ends these are c^t texts that can go on, and for every t
    above 0 c^(t-1) * ends texts that are over. Raises ValueError as `prefixes` does, and unless 0 <= ends <= vocabulary.
    """
    _check(vocabulary, length)
    if not 0 <= ends <= vocabulary:
        raise ValueError(f"ends must be in 0..{vocabulary}, not {ends}")
    going_on = vocabulary - ends
    below = sum(int(going_on**t) for t in range(length))
    return below + int(going_on**length) + ends * below


def in_groups(number: int) -> str:
    """The number written out, three digits a group, with thin blanks between: 1234567 -> "1 234 567"."""
    return f"{number:,}".replace(",", "\u2009")


def in_powers(number: int) -> tuple[float, int]:
    """(m, e) with number = m * 10^e and 1 <= m < 10, m rounded down to two decimals. Raises ValueError below 1."""
    if number < 1:
        raise ValueError(f"a power of ten needs a number of at least 1, not {number}")
    digits = str(number)
    return int(digits[:3].ljust(3, "0")) / 100, len(digits) - 1


def _check(vocabulary: int, length: int) -> None:
    if vocabulary < 1 or length < 0:
        raise ValueError(f"a vocabulary of {vocabulary} and a length of {length} make no texts")
