"""The chance of going sideways as it is written and as a slider means it: Gymnasium's is 2/3, and 0.67 is another one."""

from __future__ import annotations

from fractions import Fraction

_DENOMINATORS = 99  # of fractions that are written as such
_THIRDS = (1 / 3, 2 / 3)


def number_text(value: float) -> str:
    """A number that reads back to the same value: 2, 0.2, and 2/3 for a fraction that has no few decimals."""
    if value == int(value):
        return repr(int(value))
    near = Fraction(value).limit_denominator(_DENOMINATORS)
    if len(repr(abs(value))) > 8 and near.numerator / near.denominator == value:
        return f"{near.numerator}/{near.denominator}"
    return repr(value)


def slip_text(slip: float) -> str:
    """0.20, 2/3: two decimals where these say all, else what reads back to the same value."""
    return f"{slip:.2f}" if slip == round(slip, 2) else number_text(slip)


def slip_meant(shown: float, own: float) -> float | None:
    """The slip that a slider with two decimals means: None where it shows the map's `own`, a third for 0.33 and 0.67."""
    if shown == round(own, 2):
        return None
    return next((third for third in _THIRDS if shown == round(third, 2)), shown)
