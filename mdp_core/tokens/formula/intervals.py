"""Interval arithmetic: where the result of an operation lies if its operands lie in an interval each.

Every result encloses all that the same operation can give in float64: the corners are worked out with the very operation,
which is monotone, rounding included; where the library does not promise that (power, logarithm) there is a little slack.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

LARGEST = 1e9  # no number in a formula may be larger, on the way or at the end
_SLACK = 1e-12  # relative


@dataclass(frozen=True)
class Interval:
    """All numbers from `low` to `high`, both included; never beyond LARGEST."""

    low: float
    high: float

    def __contains__(self, number: float) -> bool:
        return self.low <= number <= self.high

    @property
    def never_zero(self) -> bool:
        """Whether every number in it counts as true."""
        return 0.0 not in self

    @property
    def only_zero(self) -> bool:
        """Whether it is 0 and nothing else."""
        return self.low == self.high == 0


ANY = Interval(-LARGEST, LARGEST)
TRUTH = Interval(0.0, 1.0)


def hull(*intervals: Interval) -> Interval:
    """The smallest interval that has all of them in it."""
    return Interval(min(i.low for i in intervals), max(i.high for i in intervals))


def add(a: Interval, b: Interval) -> Interval:
    """a + b."""
    return _held((a.low + b.low, a.high + b.high))


def subtract(a: Interval, b: Interval) -> Interval:
    """a - b."""
    return _held((a.low - b.high, a.high - b.low))


def multiply(a: Interval, b: Interval) -> Interval:
    """a * b."""
    return _held(x * y for x in (a.low, a.high) for y in (b.low, b.high))


def divide(a: Interval, b: Interval) -> Interval:
    """a / b; anything, where b can be 0 or change its sign."""
    if 0.0 in b:  # x / 5e-324 is infinite, and that is held too
        return ANY
    return _held(x / y for x in (a.low, a.high) for y in (b.low, b.high))


def remainder(a: Interval, b: Interval) -> Interval:
    """a % b, which has the sign of b and is no further from 0 than b."""
    return Interval(min(b.low, 0.0), max(b.high, 0.0))


def power(a: Interval, b: Interval) -> Interval:
    """a ** b."""
    far = max(abs(a.low), abs(a.high))
    near = 0.0 if 0.0 in a else min(abs(a.low), abs(a.high))
    sizes = [_power(x, y) for x in (near, far) for y in (b.low, b.high)]
    if a.low >= 0:
        return _held(sizes, _SLACK)
    if b.low == b.high and b.low.is_integer():
        if b.low % 2 == 0:
            return _held(sizes, _SLACK)
        if b.low > 0:
            return _held((-_power(-a.low, b.low), math.copysign(_power(abs(a.high), b.low), a.high)), _SLACK)
    return _held((-max(sizes), max(sizes)), _SLACK)


def negative(a: Interval) -> Interval:
    """-a."""
    return Interval(-a.high, -a.low)


def absolute(a: Interval) -> Interval:
    """|a|."""
    far = max(abs(a.low), abs(a.high))
    return Interval(0.0 if 0.0 in a else min(abs(a.low), abs(a.high)), far)


def square_root(a: Interval) -> Interval:
    """The root of what is not negative in a."""
    return Interval(math.sqrt(max(a.low, 0.0)), math.sqrt(max(a.high, 0.0)))


def logarithm(a: Interval) -> Interval:
    """The natural logarithm of what is positive in a."""
    tiny = 5e-324
    return _held((math.log(max(a.low, tiny)), math.log(max(a.high, tiny))), _SLACK)


def least(*intervals: Interval) -> Interval:
    """The least of several numbers."""
    return Interval(min(i.low for i in intervals), min(i.high for i in intervals))


def greatest(*intervals: Interval) -> Interval:
    """The greatest of several numbers."""
    return Interval(max(i.low for i in intervals), max(i.high for i in intervals))


def near(a: Interval, wished: Interval) -> Interval:
    """max(0, 1 - |a - wished| / |wished|)."""
    if 0.0 in wished:
        return TRUTH
    share = divide(absolute(subtract(a, wished)), absolute(wished))
    return greatest(Interval(0.0, 0.0), subtract(Interval(1.0, 1.0), share))


def less(a: Interval, b: Interval) -> Interval:
    """a < b: 1 if it must be, 0 if it cannot be."""
    return _truth(a.high < b.low, a.low >= b.high)


def at_most(a: Interval, b: Interval) -> Interval:
    """a <= b."""
    return _truth(a.high <= b.low, a.low > b.high)


def equal(a: Interval, b: Interval) -> Interval:
    """a == b."""
    return _truth(a.low == a.high == b.low == b.high, a.high < b.low or a.low > b.high)


def flipped(a: Interval) -> Interval:
    """not a."""
    return _truth(a.only_zero, a.never_zero)


def _truth(surely: bool, never: bool) -> Interval:
    return Interval(1.0, 1.0) if surely else Interval(0.0, 0.0) if never else TRUTH


def _power(x: float, y: float) -> float:
    """x ** y of x >= 0; infinite where there is none, since it grows beyond all bounds nearby."""
    try:
        return math.pow(x, y)
    except (OverflowError, ValueError):  # too large; a negative power of 0
        return math.inf


def _held(corners: Iterable[float], slack: float = 0.0) -> Interval:
    ends = [min(max(corner, -LARGEST), LARGEST) for corner in corners]
    low, high = min(ends), max(ends)
    return Interval(max(low - slack * abs(low), -LARGEST), min(high + slack * abs(high), LARGEST))
