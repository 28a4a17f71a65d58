"""Every term and symbol on the pages: what it is, in the grid world and in the language model."""

from __future__ import annotations

from mdp_core.glossary.language import LANGUAGE
from mdp_core.glossary.learning import LEARNING
from mdp_core.glossary.loop import LOOP
from mdp_core.glossary.reading import Reader, Span
from mdp_core.glossary.room import ROOM
from mdp_core.glossary.statistics import STATISTICS
from mdp_core.glossary.term import Term
from mdp_core.glossary.tuning import TUNING
from mdp_core.glossary.values import VALUES

__all__ = ["TERMS", "Span", "Term", "find", "spans", "terms_in"]

TERMS: tuple[Term, ...] = (*LOOP, *VALUES, *LEARNING, *LANGUAGE, *TUNING, *STATISTICS, *ROOM)

_READER = Reader(TERMS)


def terms_in(text: str) -> tuple[Term, ...]:
    """The terms that stand in `text`, each once, in the order in which they come."""
    return tuple(dict.fromkeys(TERMS[span.term] for span in spans(text)))


def spans(text: str) -> list[Span]:
    """Where the terms stand in `text`, from left to right; none lies in another."""
    return _READER.spans(text)


def find(spelling: str) -> Term | None:
    """The term that is spelled so, None where there is none: `find("gamma")` is the discount factor."""
    found = spans(spelling)
    whole = [span for span in found if (span.begin, span.end) == (0, len(spelling))]
    return TERMS[whole[0].term] if whole else None
