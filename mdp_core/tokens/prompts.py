"""What a visitor may type as a prompt, and the sentence that answers what cannot be read."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

MAX_CHARACTERS = 20_000  # checked before anything looks at the text, so that a pasted book is answered at once

_LINE_BREAKS_AND_TABS = "\n\t"
_SHOWN_WORDS = 3
_SHOWN_LETTERS = 24


class PromptError(ValueError):
    """A prompt that cannot be continued; the message is a sentence for the visitor."""


class EmptyPromptError(PromptError):
    """Nothing to continue: no characters, or only blank and invisible ones."""

    def __init__(self) -> None:
        super().__init__("The prompt is empty: type a few words, and the model goes on from there.")


class LongPromptError(PromptError):
    """More than can be read: `count` of `unit` where `limit` fit."""

    def __init__(self, count: int, limit: int, unit: str) -> None:
        self.count, self.limit, self.unit = count, limit, unit
        super().__init__(self.sentence("prompt"))

    def sentence(self, text: str) -> str:
        """The sentence for the visitor, where `text` is what the text is called."""
        return f"The {text} has {self.count:,} {self.unit} and at most {self.limit:,} fit: please shorten it."


class CharacterError(PromptError):
    """A character that is no text: `character`, at `position` counted from 1."""

    def __init__(self, character: str, position: int, what: str) -> None:
        self.character, self.position, self.what = character, position, what
        super().__init__(self.sentence("prompt"))

    def sentence(self, text: str) -> str:
        """The sentence for the visitor, where `text` is what the text is called."""
        code = f"U+{ord(self.character):04X}"
        return f"Character {self.position:,} of the {text} is {self.what} ({code}): please take it out."


class UnknownWordsError(PromptError):
    """Words that the model has no token for: `words`, each once, as typed, in their order."""

    def __init__(self, name: str, words: Sequence[str]) -> None:
        self.words = tuple(words)
        shown = [f"“{_short(word)}”" for word in self.words[:_SHOWN_WORDS]]
        more = len(self.words) - len(shown)
        listed = ", ".join([*shown, f"{more:,} more"] if more > 0 else shown)
        super().__init__(f"{name} does not know {listed}: choose other words, or a model that reads any word.")


def checked_prompt(text: str) -> str:
    """`text` with Windows line ends made plain, or the error that says why it is no prompt.

    Emoji, right-to-left text, joiners, line breaks and tabs are text. Raises EmptyPromptError for a prompt of blank and
    invisible characters only, LongPromptError for more than MAX_CHARACTERS, CharacterError for a control character or a
    half of a surrogate pair.
    """
    if len(text) > MAX_CHARACTERS:
        raise LongPromptError(len(text), MAX_CHARACTERS, "characters")
    text = text.replace("\r\n", "\n")
    for position, character in enumerate(text, start=1):
        category = unicodedata.category(character)
        if category == "Cc" and character not in _LINE_BREAKS_AND_TABS:
            raise CharacterError(character, position, "a control character")
        if category == "Cs":
            raise CharacterError(character, position, "half of a broken character")
    if all(character.isspace() or unicodedata.category(character)[0] in "ZC" for character in text):
        raise EmptyPromptError
    return text


def _short(word: str) -> str:
    if not any(unicodedata.category(character)[0] in "LNPS" for character in word):
        return f"U+{ord(word[0]):04X}"  # nothing that could be seen between the quotation marks
    return word if len(word) <= _SHOWN_LETTERS else word[: _SHOWN_LETTERS - 1] + "…"
