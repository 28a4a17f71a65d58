"""A prompt read as a chat: the model's own chat template stands around it, as where the model was tuned to answer.

The template's words (roles, a system sentence) are read by the model and left out of the text: that is the prompt, a line
break, and the answer. So scores see what a reader would see.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mdp_core.tokens.language_model import LanguageModel
from mdp_core.tokens.prompts import LongPromptError, PromptError, checked_prompt
from mdp_core.tokens.sources.model_id import CHAT
from mdp_core.tokens.wording import Wording

_ONE, _OTHER = "apple", "Zebra"  # two messages that share no token, neither at their beginning nor at their end


class UnclearTemplateError(ValueError):
    """A template behind which nobody could say where the prompt begins or where it ends."""


class TypedMarksError(PromptError):
    """A prompt with the very words by which the template ends it."""

    def __init__(self, marks: str) -> None:
        super().__init__(
            f"The prompt has “{' '.join(marks.split())[:40]}”, by which this model's chat ends a question: please take it "
            "out."
        )


@dataclass(frozen=True)
class Template:
    """What a chat template writes around one message of a user, the beginning of the answer included."""

    before: str
    after: str
    strips: bool = False  # the message loses the blanks at its ends
    closing: str = ""  # what it writes behind an answer


class ChatWording(Wording):
    """A wording that reads a prompt as a chat's only message.

    A text of this wording begins with the tokens `head`, which are the template's, and has the first `tail` behind them
    between what was asked and what is answered.
    """

    def __init__(self, plain: Wording, template: Template) -> None:
        """Raises UnclearTemplateError for a template that writes nothing behind the message, or melts with it."""
        vars(self).update(vars(plain))  # the same tokenizer, and the same lock for it
        self._plain = plain
        self.around = template
        one, other = (self.ids_with_special(template.before + text + template.after) for text in (_ONE, _OTHER))
        self.head = _common(one, other)
        self.tail = _common(one[::-1], other[::-1])[::-1]
        if not self.tail or len(self.head) + len(self.tail) >= min(len(one), len(other)):
            raise UnclearTemplateError

    @property
    def plain(self) -> Wording:
        """How the same tokenizer reads a text that is no prompt."""
        return self._plain

    @property
    def ending(self) -> frozenset[int]:
        """The special token that the template closes an answer with; empty where it is none."""
        return frozenset(self.ids_with_special(self.around.closing)[:1]) & self.special

    def encode(self, prompt: str) -> tuple[int, ...]:
        """The token ids of the chat, as the tokenizer cuts the whole rendered template.

        What is typed never counts as the template's: where the prompt holds special tokens, they are text, and there, and
        where its ends would melt with the template's words, it is cut into tokens apart from the template. Raises what
        `Wording.encode` raises, and TypedMarksError.
        """
        text = checked_prompt(prompt)
        text = text.strip() if self.around.strips else text
        ids = self.ids_with_special(self.around.before + text + self.around.after)
        if not self._has_shape(ids):
            ids = (*self.head, *self.plain.ids_of(text), *self.tail)
        if self._answer(ids) != len(ids):
            raise TypedMarksError(self.plain.decode(self.tail))
        if len(ids) > self.window:
            around = len(self.head) + len(self.tail)
            raise LongPromptError(len(ids) - around, max(self.window - around, 0), "tokens beside the chat's own")
        return ids

    def joined(self, prompt: str, text: str) -> str:
        """The prompt, a line break, and the text."""
        return f"{self.decode(self.encode(prompt))}{text}"

    def written(self, prompt: str, whole: str) -> tuple[int, ...]:
        """The tokens of what stands behind the prompt and the line break. Raises as `Wording.written` does."""
        shown = self.decode(self.encode(prompt))
        if not whole.startswith(shown) or whole == shown:
            return ()
        return self.plain.ids_of(checked_prompt(whole.removeprefix(shown)))

    def decode(self, ids: Sequence[int]) -> str:
        """The prompt, a line break, and the answer; of tokens that are no chat what they say."""
        at = self._answer(ids)
        if at is None:
            return self.plain.decode(ids)
        return f"{self.plain.decode(self._asked(ids, at))}\n{self.plain.decode(ids[at:])}"

    def pieces(self, ids: Sequence[int]) -> list[str]:
        """What each token adds to `decode(ids)`: the template's nothing, but for the line break of its last one."""
        at = self._answer(ids)
        if at is None:
            return self.plain.pieces(ids)
        before, between = [""] * len(self.head), [*[""] * (len(self.tail) - 1), "\n"]
        return [*before, *self.plain.pieces(self._asked(ids, at)), *between, *self.plain.pieces(ids[at:])]

    def _has_shape(self, ids: tuple[int, ...]) -> bool:
        """Whether these are the template's tokens, and between them none that is special."""
        at = self._answer(ids)
        return at == len(ids) and not self.special & set(self._asked(ids, at))

    def _asked(self, ids: Sequence[int], at: int) -> Sequence[int]:
        return ids[len(self.head) : at - len(self.tail)]

    def _answer(self, ids: Sequence[int]) -> int | None:
        """The place where the answer begins; None for what is no chat."""
        ids, head, tail = tuple(ids), len(self.head), len(self.tail)
        if ids[:head] != self.head:
            return None
        return next((i + tail for i in range(head, len(ids) - tail + 1) if ids[i : i + tail] == self.tail), None)


class ChatModel(LanguageModel):
    """`base`, reading its prompts as chats: the same network, tokenizer and lane, and what it remembers of texts, whose
    tokens are the same ones. Raises UnclearTemplateError.
    """

    def __init__(self, base: LanguageModel, template: Template) -> None:
        vars(self).update(vars(base))  # the constructor of a model would begin a second lane
        wording = ChatWording(base.wording, template)
        self.wording = wording
        self.end_tokens = base.end_tokens | wording.ending
        self.name, self.id = f"{base.name}, chat", f"{base.id}{CHAT}"


def _common(one: tuple[int, ...], other: tuple[int, ...]) -> tuple[int, ...]:
    """What both begin with."""
    return one[
        : next((i for i, (x, y) in enumerate(zip(one, other, strict=False)) if x != y), min(len(one), len(other)))
    ]
