"""What of page Score is in the link: the formula, the texts, and what was said of them; choices from a file are not."""

from __future__ import annotations

from typing import get_args

from components.score.preferences import LETTERS, MOST_RATIONAL, Preferences, Way, preferences
from components.score.scoring import LONGEST, Scoring, begun, scoring
from components.shell import principle
from components.shell.carried import carried
from mdp_core.link.kinds import FORMULA, choice, guesses, number, runs, text, whole
from mdp_core.link.settings import Setting
from mdp_core.stage.text_pool import MOST_TEXTS


def _wish_word(memory: Scoring, word: str) -> None:
    memory.wish_quietly(word=word)


def _wish_length(memory: Scoring, length: int) -> None:
    memory.wish_quietly(length=length)


def _meet(memory: Preferences, rationality: float) -> None:
    memory.meet(memory.rater, rationality)


FORMULAS = (  # what is wished for comes first: a formula that names a word or a length has the last say
    Setting("wished_word", text(60), "sum.word", _wish_word),
    Setting("wished_length", whole(1, 200), "sum.length", _wish_length),
    Setting("score_formula", FORMULA, "formula", lambda memory, formula: memory.set(formula)),
    Setting("score_seed", whole(0, 10**9, flows=False), "seed"),
    Setting("own", text(LONGEST), "own"),
    Setting("guessed", guesses(2), "guesses"),
)
CHOICES = (
    Setting("way", choice(get_args(Way)), "way"),
    Setting("rater", whole(0, 10**6, flows=False), "rater"),
    Setting("rationality", number(0, MOST_RATIONAL, ".9"), "rationality", _meet),
    Setting("said", runs(LETTERS, MOST_TEXTS // 2), "said", lambda memory, letters: memory.say_anew(letters)),
    Setting("tastes", guesses(10), "guesses"),
)

IN_LINK = (
    principle.IN_LINK,
    carried(FORMULAS, lambda _: scoring(), lambda _: begun()),
    carried(CHOICES, lambda _: preferences(), lambda _: Preferences()),
)
