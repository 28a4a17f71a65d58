"""Preferences as others write them: what a record says of two texts, or why it says nothing that a choice could be made of.

* `chosen` and `rejected`, with a `prompt` or with the same beginning, as text or as chat messages (huggingface.co/docs/trl,
  "Dataset formats"; Anthropic's hh-rlhf; the binarized UltraFeedback);
* `instruction` and `completions`, each with its scores (UltraFeedback, Cui et al. 2023).
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import Any, NamedTuple

MAX_TEXT = 8_000  # characters: more than the model that reads them has room for
SCORES = ("fine-grained_score", "overall_score")  # the first is the mean of four; the second has known slips


class Preferred(NamedTuple):
    """Two whole texts, prompt included, and how many choices it counts as."""

    better: str
    worse: str
    weight: float = 1.0


class DroppedError(ValueError):
    """A record without a choice; the message is what is wrong with it: no ..., a ..."""


def preferred(record: Any) -> list[Preferred]:
    """What the record says. Raises DroppedError for one that says nothing of two texts."""
    if not isinstance(record, dict):
        raise DroppedError("no object with names")
    if "chosen" in record and "rejected" in record:
        return [Preferred(*_checked(*_pair(record.get("prompt"), record["chosen"], record["rejected"])))]
    if isinstance(record.get("completions"), list):
        return list(_ranked(record.get("instruction"), record["completions"]))
    if "completion" in record and "label" in record:
        raise DroppedError("a “label” of one text, which compares no two")
    raise DroppedError("no “chosen” and “rejected”")


def _pair(prompt: Any, chosen: Any, rejected: Any) -> tuple[str, str]:
    if isinstance(chosen, str) and isinstance(rejected, str) and isinstance(prompt, str | None):
        begun = prompt or ""
        whole = chosen.startswith(begun) and rejected.startswith(begun)  # the prompt stands in both already
        return (chosen, rejected) if whole else (begun + chosen, begun + rejected)
    asked = _turns(prompt, "user")
    return _conversation(asked, _turns(chosen, "assistant")), _conversation(asked, _turns(rejected, "assistant"))


def _turns(value: Any, speaker: str) -> list[tuple[str, str]]:
    """(who, what) of chat messages; a text alone is one of `speaker`'s."""
    if value is None:
        return []
    if isinstance(value, str):
        return [(speaker, value)]
    if not isinstance(value, list):
        raise DroppedError("sides that are neither texts nor chat messages")
    return [_message(message) for message in value]


def _message(message: Any) -> tuple[str, str]:
    role, content = (message.get(name) for name in ("role", "content")) if isinstance(message, dict) else (None, None)
    if isinstance(content, list):  # in parts, as models that see pictures have it
        content = "".join(map(_part, content))
    if not isinstance(role, str) or not isinstance(content, str) or not role or len(role) > 20:
        raise DroppedError("a message without role and content")
    return role, content


def _part(part: Any) -> str:
    if not isinstance(part, dict) or part.get("type") != "text" or not isinstance(part.get("text"), str):
        raise DroppedError("a message that is no text")
    return str(part["text"])


def _conversation(before: list[tuple[str, str]], said: list[tuple[str, str]]) -> str:
    """A turn to a paragraph, with who says it; what was asked stands once where the answer repeats it."""
    turns = said if before and said[: len(before)] == before else [*before, *said]
    return "\n\n".join(f"{role.capitalize()}: {content}" for role, content in turns)


def _ranked(instruction: Any, completions: list[Any]) -> Iterator[Preferred]:
    """Of every two answers the one with the higher score; K answers count as K - 1 choices at most (Ouyang et al. 2022)."""
    if not isinstance(instruction, str):
        raise DroppedError("no “instruction”")
    rated = [found for answer in completions[:16] if (found := _rated(answer)) is not None]
    pairs = [(one, other) for one, other in combinations(rated, 2) if one[1] != other[1]]
    if not pairs:
        raise DroppedError("no two answers with different scores")
    for pair in pairs:
        better, worse = sorted(pair, key=lambda answer: -answer[1])
        texts = (_conversation([("user", instruction)], [("assistant", text)]) for text, _ in (better, worse))
        yield Preferred(*_checked(*texts), 2 / len(rated))


def _rated(answer: Any) -> tuple[str, float] | None:
    if not isinstance(answer, dict) or not isinstance(answer.get("response"), str):
        return None
    for name in SCORES:
        score: Any = answer.get(name)
        if type(score) in (int, float) and abs(score) < 1e6:
            return answer["response"], float(score)
    return None


def _checked(better: str, worse: str) -> tuple[str, str]:
    if better == worse:
        raise DroppedError("the same text twice")
    for text in (better, worse):
        if not text.strip():
            raise DroppedError("an empty text")
        if len(text) > MAX_TEXT:
            raise DroppedError(f"a text of more than {MAX_TEXT:,} characters")
        if any("\ud800" <= character <= "\udfff" for character in text):
            raise DroppedError("half a character, which is no text")
    return better, worse
