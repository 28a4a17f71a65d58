"""A row that may grow for ever, of which a bounded part is kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeVar

T = TypeVar("T")


class Thinned(Mapping[int, T]):
    """At most `most` things of a growing row, by their number: the multiples of a stride that doubles, and the newest.

    So the first one (number 0) stays, the newest is always there, and between them the gaps are equal.
    """

    def __init__(self, most: int) -> None:
        """Raises ValueError for fewer than 2."""
        if most < 2:
            raise ValueError(f"the first and the newest are two things, and {most} is less")
        self.most, self.stride = most, 1
        self._things: dict[int, T] = {}

    def add(self, number: int, thing: T) -> None:
        """Keep the next one. Raises ValueError unless its number is above all others."""
        newest = next(reversed(self._things), -1)
        if number <= newest:
            raise ValueError(f"number {number} does not follow {newest}")
        if newest % self.stride:
            del self._things[newest]
        self._things[number] = thing
        while len(self._things) > self.most:
            self.stride *= 2
            self._things = {n: old for n, old in self._things.items() if n % self.stride == 0 or n == number}

    def __getitem__(self, number: int) -> T:
        return self._things[number]

    def __iter__(self) -> Iterator[int]:
        return iter(self._things)

    def __len__(self) -> int:
        return len(self._things)
