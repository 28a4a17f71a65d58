"""Wording: from a text to the tokens that a model reads, and back, by the model's tokenizer."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from functools import cached_property
from typing import Any

from mdp_core.tokens.pieces import pieces
from mdp_core.tokens.prompts import EmptyPromptError, LongPromptError, UnknownWordsError, checked_prompt
from mdp_core.tokens.signs import spelt, visible


class Wording:
    """A tokenizer, asked one thing at a time: safe to use from several threads.

    Other ways of reading a prompt are other wordings: whoever writes, scores or tunes asks these questions and need not
    know which one answers.
    """

    def __init__(self, tokenizer: Any, name: str, window: int) -> None:
        """`name` is what sentences call the model, `window` the most tokens that it can look at."""
        self.tokenizer, self.name, self.window = tokenizer, name, window
        special = {i for i, token in tokenizer.added_tokens_decoder.items() if token.special}
        self.special: frozenset[int] = frozenset(special | set(tokenizer.all_special_ids))
        self.start: tuple[int, ...] = _start(tokenizer)  # the special tokens that every text begins with
        self._one_at_a_time = threading.Lock()

    @property
    def plain(self) -> Wording:
        """How a text is read that is no prompt: as it stands there."""
        return self

    @cached_property
    def longest(self) -> int:
        """Characters of the longest token, as the vocabulary spells it."""
        return max(map(len, self.tokenizer.get_vocab()))

    @property
    def template(self) -> str:
        """The template that the tokenizer has for chats; empty where it has none."""
        found = getattr(self.tokenizer, "chat_template", None)
        if isinstance(found, dict):  # several, by name
            found = found.get("default")
        return found if isinstance(found, str) else ""

    def encode(self, prompt: str) -> tuple[int, ...]:
        """The token ids of a prompt, behind the tokens that the model wants in front of every text, which stand once where
        the prompt begins with them too.

        Other special tokens typed as text are text. Raises a PromptError, each a ValueError with a sentence for the visitor:
        EmptyPromptError, LongPromptError (more than `prompts.MAX_CHARACTERS` characters, or more tokens than the window
        holds), CharacterError (control characters other than line break and tab, halves of surrogate pairs),
        UnknownWordsError (words that are not in a word-level vocabulary).
        """
        return self._fitting(self.start + self.ids_of(self._without_start(checked_prompt(prompt))))

    def joined(self, prompt: str, text: str) -> str:
        """The whole text where somebody writes `text` for `prompt`, as `decode` would give it."""
        return f"{prompt} {text}"

    def written(self, prompt: str, whole: str) -> tuple[int, ...]:
        """The tokens that `whole`, a text as `decode` gives it, has behind `prompt`; none where it does not begin with it.

        Raises for both what `encode` raises.
        """
        begun, ids = self.encode(prompt), self.encode(whole)
        return ids[len(begun) :] if ids[: len(begun)] == begun else ()

    def ids_of(self, text: str) -> tuple[int, ...]:
        """The token ids of a checked text, and nothing else. Special tokens typed as text are text. Raises EmptyPromptError,
        UnknownWordsError."""
        encoded = self._encoded(text)
        ids = () if encoded is None else tuple(encoded["input_ids"])
        if encoded is None or not ids:
            raise (
                UnknownWordsError(self.name, list(dict.fromkeys(self._unread_words(text))))
                if text
                else EmptyPromptError
            )
        # A vocabulary of words may hold the special tokens as words: typed ones come out as if they were meant.
        unread = [i for i, token in enumerate(ids) if token in self.special]
        if unread:
            offsets = encoded.get("offset_mapping")
            words: dict[str, str] = {}
            for word in [text[slice(*offsets[i])] for i in unread] if offsets else self._unread_words(text):
                words.setdefault(word.casefold(), word)
            raise UnknownWordsError(self.name, list(words.values()))
        return ids

    def ids_with_special(self, text: str) -> tuple[int, ...]:
        """The token ids of a text whose special tokens are meant; none where the tokenizer has none for a part of it."""
        encoded = self._encoded(text, split=False)
        return () if encoded is None else tuple(encoded["input_ids"])

    def _fitting(self, ids: tuple[int, ...]) -> tuple[int, ...]:
        """Raises LongPromptError for more than the window holds."""
        if len(ids) > self.window:
            raise LongPromptError(len(ids), self.window, "tokens")
        return ids

    def _without_start(self, text: str) -> str:
        """The text behind the start tokens that somebody typed, or that another tool wrote, in front of it."""
        typed = "".join(map(self.piece, self.start))
        rest = text.removeprefix(typed)
        return rest if rest.strip() else text

    def _encoded(self, text: str, *, split: bool = True) -> Any:
        """What the tokenizer makes of a text, whose special tokens are text where they are `split`; None where it has no
        token at all for a part of it."""
        with self._one_at_a_time:
            try:
                return self.tokenizer(
                    text,
                    add_special_tokens=False,
                    split_special_tokens=split,
                    return_offsets_mapping=bool(self.tokenizer.is_fast),
                    return_attention_mask=False,
                    verbose=False,
                )
            except (
                Exception
            ) as error:  # a vocabulary of words without one for the unknown; the library has no other class
                if "UNK" not in str(error):
                    raise
                return None

    def _unread_words(self, text: str) -> list[str]:
        def unread(word: str) -> bool:
            encoded = self._encoded(word)
            return encoded is None or not encoded["input_ids"] or bool(self.special & set(encoded["input_ids"]))

        return [word for word in text.split() if unread(word)]

    def decode(self, ids: Sequence[int]) -> str:
        """The text as a visitor reads it: without special tokens; � for bytes that are no character yet."""
        with self._one_at_a_time:
            return str(self.tokenizer.decode(list(ids), skip_special_tokens=True))

    def pieces(self, ids: Sequence[int]) -> list[str]:
        """What each token adds to `decode(ids)`; they join to it. See `mdp_core.tokens.pieces` for split characters."""
        return pieces(self.decode, ids)

    def piece(self, token: int) -> str:
        """A token on its own: its text, � for a part of a character, its name for a special one, such as <|im_end|>."""
        with self._one_at_a_time:
            return str(self.tokenizer.decode([token], skip_special_tokens=False))

    def named(self, token: int) -> str:
        """A token as it is named on the screen, so that no two look the same: "␣the" beside "the", ⟨F0 9F⟩ for bytes
        that are a part of a character, "unused id 50300" for an output of the network that the tokenizer has no token for.
        """
        spelling = self._spelling(token)
        return visible(spelt(spelling, self.piece(token))) if spelling else f"unused id {token}"

    def _spelling(self, token: int) -> str:
        """How the vocabulary spells a token; nothing for an id behind its last one."""
        with self._one_at_a_time:
            try:
                return str(self.tokenizer.convert_ids_to_tokens(token) or "")
            except (IndexError, KeyError):  # a tokenizer written in Python looks into a list
                return ""


def _start(tokenizer: Any) -> tuple[int, ...]:
    """The special tokens that the tokenizer puts in front of a text."""
    special = set(tokenizer.all_special_ids)
    for text in ("a", *(token for token, i in tokenizer.get_vocab().items() if i not in special)):
        try:
            plain = tokenizer(text, add_special_tokens=False)["input_ids"]
        except Exception:
            continue
        if plain:
            whole = tokenizer(text, add_special_tokens=True)["input_ids"]
            at = next((i for i in reversed(range(len(whole))) if whole[i : i + len(plain)] == plain), 0)
            return tuple(whole[:at])
    return ()
