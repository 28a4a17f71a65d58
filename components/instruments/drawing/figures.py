"""Numbers for the eye: as many digits as are asked for, a real minus sign, and never "-0.00"."""

from __future__ import annotations


def figure(value: float, decimals: int = 2) -> str:
    """With so many decimals."""
    return _written(value, f"{abs(value):.{decimals}f}")


def signed(value: float, decimals: int = 3) -> str:
    """A difference: with its sign, a plus too, but for a zero."""
    text = f"{abs(value):.{decimals}f}"
    return text if float(text) == 0 else ("−" if value < 0 else "+") + text


def digits(value: float, significant: int = 3) -> str:
    """With so many significant digits at most, as a person writes a number."""
    return _written(value, f"{abs(value):.{significant}g}")


def signed_digits(value: float, significant: int = 3) -> str:
    """The same with its sign, a plus too."""
    return f"{value:+.{significant}g}".replace("-", "−")


def minus(sentence: str) -> str:
    """A sentence in which every hyphen stands before a number: with real minus signs."""
    return sentence.replace("-", "−")


def _written(value: float, size: str) -> str:
    return ("−" if value < 0 and float(size) != 0 else "") + size
