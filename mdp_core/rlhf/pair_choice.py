"""Which pair of texts a rater is asked about next: what teaches the most, and some that everybody sees."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import count, islice
from typing import Protocol, TypeVar

SHARED_EVERY = 3  # of a rater's questions: so many are one that everybody is asked
NEAREST = 12  # pairs of the highest priority among which a rater's own order chooses


class Askable(Protocol):
    """A pair that may be asked about."""

    @property
    def id(self) -> int:
        """Its number."""

    @property
    def shared(self) -> bool:
        """Whether everybody is asked about it, so that agreement can be told."""

    @property
    def priority(self) -> float:
        """How much a vote on it would teach."""


P = TypeVar("P", bound=Askable)


def worth_asking(probabilities: Mapping[int, float], votes: Mapping[int, int]) -> dict[int, float]:
    """The priority of each pair, in 0..1/4: p (1 - p) / (1 + its votes), where p is P(the first text is chosen).

    p (1 - p) is what a vote tells about the margin (its Fisher information under Bradley and Terry's model): most where the
    reward model is least certain. A pair that stays near one half because raters disagree is not asked about for ever.
    """
    return {pair: p * (1 - p) / (1 + votes.get(pair, 0)) for pair, p in probabilities.items()}


def next_pairs(pairs: Sequence[P], done: Collection[int], rater: int | str, most: int) -> tuple[P, ...]:
    """The next pairs for this rater, who has `done` those: at most `most`.

    Every third question, from the first, is a shared one while there are any; the others are drawn from the NEAREST of the
    highest priority, by a draw that depends on the rater and the place only. Shared ones come in an order of the rater's own
    too: a tired rater's last votes do not all fall on the same pair.
    """
    return tuple(islice(_order(pairs, done, rater), most))


def _order(pairs: Sequence[P], done: Collection[int], rater: int | str) -> Iterator[P]:
    open_ = [pair for pair in pairs if pair.id not in done]
    shared = sorted((pair for pair in open_ if pair.shared), key=lambda pair: _draw(rater, "shared", pair.id))
    others = sorted((pair for pair in open_ if not pair.shared), key=lambda pair: (-pair.priority, pair.id))
    for place in count(len(done)):
        if shared and (place % SHARED_EVERY == 0 or not others):
            yield shared.pop(0)
        elif others:
            near = min(NEAREST, len(others))
            yield others.pop(_draw(rater, "place", place) % near)
        else:
            return


def swapped(rater: int | str, pair: int) -> bool:
    """Whether this rater sees the second text of the pair first: half of all do, so that no place is favoured."""
    return bool(_draw(rater, "side", pair) & 1)


def _draw(rater: int | str, what: str, number: int) -> int:
    """A number that nobody chose: the same for the same question."""
    return int.from_bytes(hashlib.sha256(f"{rater}\0{what}\0{number}".encode(errors="replace")).digest()[:8])
