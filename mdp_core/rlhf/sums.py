"""A run on sums: the problems that it learns from, and the exams of problems that it does not."""

from __future__ import annotations

from functools import lru_cache

from mdp_core.rlhf.passing import Exam
from mdp_core.tokens.sums.problems import held_out, longest, problems

LEARNED = 1000  # problems that a run draws from
ASKED = 32  # in an exam


@lru_cache
def sums_to_learn(digits: int) -> tuple[str, ...]:
    """The prompts of a run on numbers of `digits` digits: most of the easy ones, some of the others."""
    some = problems(digits, most=LEARNED)
    return some if len(some) == LEARNED else held_out(digits, (), most=len(some) - ASKED)


@lru_cache
def sums_to_ask(digits: int) -> tuple[Exam, ...]:
    """Other problems of the same size, and of the two sizes above."""
    same = Exam(_called(digits), held_out(digits, sums_to_learn(digits), most=ASKED, seed=1), longest(digits))
    larger = (Exam(_called(d), problems(d, most=ASKED, seed=1), longest(d)) for d in (digits + 1, digits + 2))
    return (same, *larger)


def _called(digits: int) -> str:
    return f"{digits} digit{'s' if digits > 1 else ''}"
