"""Finding terms in a sentence; the glossary's engine.js does the same in the browser, and is tested on the same cases.

The longest spelling wins; no letter or digit touches it, and no apostrophe stands before it. One of plain small letters is
an everyday word, which may begin a sentence and may have an s at its end; any other is matched to the letter, so that "KL"
is not "kl" and "v" is not "V".
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from mdp_core.glossary.term import Term

_WORD = re.compile(r"[a-z][a-z' -]*[a-z]")


class Span(NamedTuple):
    """`text[begin:end]` is a spelling of the term with this number."""

    begin: int
    end: int
    term: int


class Reader:
    """Reads sentences with a glossary in mind.

    Raises ValueError where two terms have the same spelling.
    """

    def __init__(self, terms: Iterable[Term]) -> None:
        self.terms: dict[str, int] = {}  # by spelling
        for i, term in enumerate(terms):
            for spelling in (term.name, *term.also):
                if self.terms.setdefault(spelling, i) != i:
                    raise ValueError(f"two terms are spelled “{spelling}”")
        longest_first = sorted(self.terms, key=lambda spelling: (-len(spelling), spelling))
        self._pattern = re.compile("|".join(map(_pattern, longest_first)))

    def spans(self, text: str) -> list[Span]:
        """Where terms stand in `text`, from left to right; none lies in another."""
        return [Span(match.start(), match.end(), self._number(match[0])) for match in self._pattern.finditer(text)]

    def _number(self, found: str) -> int:
        """The term of a spelling as it stands in a text."""
        small = found[0].lower() + found[1:]
        for spelling in (found, small, found.removesuffix("s"), small.removesuffix("s")):
            if spelling in self.terms:
                return self.terms[spelling]
        raise AssertionError(f"{found!r} was matched by no spelling")


def _pattern(spelling: str) -> str:
    body = re.escape(spelling)
    if _WORD.fullmatch(spelling):
        body = f"[{spelling[0]}{spelling[0].upper()}]{body[1:]}s?"
    before = r"(?<![\w'’])" if re.match(r"\w", spelling) else ""
    after = r"(?!\w)" if re.search(r"\w$", spelling) else ""
    return f"{before}{body}{after}"
