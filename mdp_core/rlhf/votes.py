"""Votes: what many raters said of the same pairs of texts, and the choices that a reward model learns from them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Protocol

from mdp_core.rlhf.raters import Comparison

FIRST, SECOND, SAME = 0, 1, 2  # what a vote may say: which text is better


class Vote(Protocol):
    """What one rater said of one pair; at most one vote of a rater and a pair."""

    @property
    def pair(self) -> int:
        """The pair's number."""

    @property
    def phone(self) -> int:
        """The rater's number."""

    @property
    def answer(self) -> int:
        """FIRST, SECOND or SAME."""


def tallies(votes: Iterable[Vote]) -> dict[int, tuple[int, int, int]]:
    """How many votes each pair has for its first text, for its second, and for "the same"; pairs in order of first vote."""
    counts: dict[int, Counter[int]] = {}
    for vote in votes:
        counts.setdefault(vote.pair, Counter())[vote.answer] += 1
    return {pair: (count[FIRST], count[SECOND], count[SAME]) for pair, count in counts.items()}


def voted_choices(texts: Mapping[int, tuple[str, str]], votes: Iterable[Vote]) -> tuple[Comparison, ...]:
    """The votes as choices: of each pair and direction one, which weighs as much as its votes.

    "The same" is half a vote each way: under Bradley and Terry's model that pulls P towards one half, as it should. Votes of
    pairs that are not in `texts`, or whose texts are equal, are left out.
    """
    choices = []
    for pair, (first, second, same) in tallies(votes).items():
        one, other = texts.get(pair, ("", ""))
        if one == other:
            continue
        for chosen, count in ((0, first), (1, second)):
            if weight := count + same / 2:
                choices.append(Comparison(one, other, chosen, weight=weight))
    return tuple(choices)
