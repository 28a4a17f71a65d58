"""What a server tells of the next token: the likeliest ones, and what is left for all others."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

MOST = 1_000  # tokens in one answer: more was never asked for
LONGEST = 200  # characters of a token
SLACK = 1e-3  # by which rounding on the server's side may lift a probability, or the sum of them, above 1
HALF = "\N{REPLACEMENT CHARACTER}"  # stands for bytes that are no whole character
IMPOSSIBLE = -9_000.0  # some servers write so low a number for a token that cannot come


class MalformedAnswerError(ValueError):
    """The server's answer cannot be used; the message goes on after "the server's answer "."""


@dataclass(frozen=True, eq=False)
class Told:
    """The K likeliest next tokens, the likeliest first, of equals in the order of their text; each text once."""

    tokens: tuple[str, ...]
    log_probabilities: NDArray[np.float64]  # [K], at most 0, of all tokens and not of these K only

    @property
    def others(self) -> float:
        """The probability of all tokens that are not told: 1 - sum."""
        return max(1.0 - float(np.exp(self.log_probabilities).sum()), 0.0)


@dataclass(frozen=True)
class Sample:
    """A token that the server drew itself, at temperature 1."""

    token: str
    log_probability: float


def read_choices(body: object, asked: int) -> list[tuple[Told | None, Sample | None]]:
    """What a completion of one token tells, a pair for every choice: the `asked` likeliest tokens, and the one drawn.

    Two forms are read: the completions' (`top_logprobs`, a mapping a token; OpenAI, vLLM, llama-cpp-python) and the chat's
    (`content`, a list of entries; llama.cpp's own server, Ollama). A pair of None and None is a text that ended without a
    word. Raises MalformedAnswerError for everything else.
    """
    choices = body.get("choices") if isinstance(body, Mapping) else None
    if not isinstance(choices, list) or not choices or not all(isinstance(choice, Mapping) for choice in choices):
        raise MalformedAnswerError("has no choices")
    return [_read(choice, asked) for choice in choices[:MOST]]


def _read(choice: Mapping[str, Any], asked: int) -> tuple[Told | None, Sample | None]:
    logprobs = choice.get("logprobs")
    if not isinstance(logprobs, Mapping):
        raise MalformedAnswerError("has no log-probabilities")
    if "content" in logprobs:
        entries, drawn = _content(logprobs["content"])
    else:
        entries, drawn = _lists(logprobs)
    if entries is None:
        if choice.get("finish_reason") == "stop":
            return None, None
        raise MalformedAnswerError("has no log-probabilities")
    if len(entries) > max(asked + 1, 2):  # the drawn one may be told beside the likeliest
        raise MalformedAnswerError(f"tells {len(entries):,} tokens where {asked} were asked for")
    return _told(entries, asked), drawn


def _content(content: object) -> tuple[list[tuple[str, float]] | None, Sample | None]:
    if not isinstance(content, list):
        raise MalformedAnswerError("has no log-probabilities")
    if not content:
        return None, None
    first = content[0]
    top = first.get("top_logprobs") if isinstance(first, Mapping) else None
    if not isinstance(first, Mapping) or not isinstance(top, list) or not top:
        raise MalformedAnswerError("has no log-probabilities")
    if len(top) > MOST or not all(isinstance(entry, Mapping) for entry in top):
        raise MalformedAnswerError("has log-probabilities of another form")
    ids = [entry["id"] for entry in top if isinstance(entry.get("id"), int)]
    if len(set(ids)) != len(ids):
        raise MalformedAnswerError("tells a token twice")
    entries = [(_whole(entry), _number(entry.get("logprob"))) for entry in top]
    return entries, Sample(_whole(first), _number(first.get("logprob")))


def _lists(logprobs: Mapping[str, Any]) -> tuple[list[tuple[str, float]] | None, Sample | None]:
    tokens, own, top = (logprobs.get(name) for name in ("tokens", "token_logprobs", "top_logprobs"))
    if tokens == [] and not top:
        return None, None
    if not isinstance(top, list) or not isinstance(tokens, list) or not isinstance(own, list):
        raise MalformedAnswerError("has no log-probabilities")
    if not len(tokens) == len(own) == len(top):
        raise MalformedAnswerError(f"tells {len(tokens)} tokens and {len(top)} distributions")
    if not isinstance(top[0], Mapping) or not top[0]:
        raise MalformedAnswerError("has no log-probabilities")
    if len(top[0]) > MOST:
        raise MalformedAnswerError(f"tells {len(top[0]):,} tokens")
    entries = [(_text(token), _number(value)) for token, value in top[0].items()]
    return entries, Sample(_text(tokens[0]), _number(own[0]))


def _told(entries: list[tuple[str, float]], asked: int) -> Told:
    """Tokens that read the same are one: nobody who reads the text could tell them apart."""
    p: dict[str, float] = {}
    for token, value in sorted(entries, key=lambda entry: (-entry[1], entry[0]))[:asked]:
        if value > IMPOSSIBLE:
            p[token] = p.get(token, 0.0) + math.exp(value)
    total = math.fsum(p.values())
    if not total > 0:
        raise MalformedAnswerError("says that no token can come")
    if total > 1 + SLACK:
        raise MalformedAnswerError(f"has probabilities that sum to {total:.3g}")
    # Half of a character is no text to go on from: it stays among the others.
    kept = {token: value / max(total, 1.0) for token, value in p.items() if is_text(token)}
    ranked = sorted(kept, key=lambda token: (-kept[token], token))
    with np.errstate(divide="ignore"):
        return Told(tuple(ranked), np.log(np.array([kept[token] for token in ranked], dtype=np.float64)))


def is_text(token: str) -> bool:
    """False for a token that is only a part of a character."""
    return HALF not in token


def _whole(entry: Mapping[str, Any]) -> str:
    """The text of a token; llama.cpp leaves out of it what of its bytes is no whole character."""
    token, raw = _text(entry.get("token")), entry.get("bytes")
    if isinstance(raw, list) and len(raw) > len(token.encode()):
        return HALF
    return token


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise MalformedAnswerError("has a token that is no text")
    if len(value) > LONGEST:
        raise MalformedAnswerError(f"has a token of {len(value):,} characters")
    return value.encode("utf-8", "replace").decode()  # a lone half of a surrogate pair is no text


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or math.isnan(value):
        raise MalformedAnswerError("has a log-probability that is no number")
    if value > SLACK:
        raise MalformedAnswerError("has a log-probability above 0")
    return max(min(float(value), 0.0), -1e9)
