"""A sample of the choices of a file that may have more than there is room for: the same one every time."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from hashlib import blake2b

from mdp_core.rlhf.preference_files import MAX_WEIGHT
from mdp_core.rlhf.preference_records import Preferred
from mdp_core.rlhf.raters import Comparison


class Sample:
    """Keeps at most `choices` of different choices and `characters` of their texts; a choice that is made several times
    weighs as many.

    Those are kept whose digests are the smallest: every choice has the same chance, whatever the file's order, one that was
    not taken never comes back, and the same file gives the same sample.
    """

    def __init__(self, choices: int, characters: int) -> None:
        self._choices, self._characters = choices, characters
        self._kept: dict[int, tuple[int, Preferred]] = {}  # by digest: (place in the file, choice)
        self._largest: list[int] = []  # a heap of the digests, negative
        self._places = 0
        self._thinned = False

    def add(self, choice: Preferred) -> None:
        """Take it in, or leave it."""
        self._places += 1
        digest = _digest(choice)
        known = self._kept.get(digest)
        if known is not None:
            place, before = known
            self._kept[digest] = place, choice._replace(weight=min(before.weight + choice.weight, MAX_WEIGHT))
            return
        self._kept[digest] = self._places, choice
        heapq.heappush(self._largest, -digest)
        if len(self._kept) > self._choices:
            del self._kept[-heapq.heappop(self._largest)]
            self._thinned = True

    @property
    def seen(self) -> int:
        """How many choices came."""
        return self._places

    def comparisons(self) -> tuple[tuple[Comparison, ...], bool]:
        """(the choices that are kept, in the order of the file, whether some were left out).

        Which of two texts stands first is drawn too, or all that anybody learned would be to like the first.
        """
        room = self._characters
        taken: list[tuple[int, int, Preferred]] = []
        for digest in sorted(self._kept):
            place, choice = self._kept[digest]
            room -= len(choice.better) + len(choice.worse)
            if room < 0 and taken:
                break
            taken.append((place, digest, choice))
        return tuple(_comparisons(sorted(taken))), self._thinned or len(taken) < len(self._kept)


def _comparisons(taken: list[tuple[int, int, Preferred]]) -> Iterator[Comparison]:
    for _, digest, choice in taken:
        if digest % 2:
            yield Comparison(choice.worse, choice.better, 1, weight=choice.weight)
        else:
            yield Comparison(choice.better, choice.worse, 0, weight=choice.weight)


def _digest(choice: Preferred) -> int:
    both = f"{len(choice.better)} {choice.better}{choice.worse}"
    return int.from_bytes(blake2b(both.encode(), digest_size=16).digest(), "big")
