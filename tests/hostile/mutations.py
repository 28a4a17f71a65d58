"""Small damages to what was whole, so that what comes of it is read far before anything is wrong with it."""

from __future__ import annotations

import json
from random import Random
from typing import Any

NASTY = (  # what has broken readers of texts
    *("\x00", "\ufeff", "\u202e", "\u200b", "\u2028", "\x1b[31m", "\ud800", "\udfff", "\U0010ffff", "\u0301" * 300),
    *("İ", "ΐ", "ﷺ", "👨‍👩‍👧‍👦", "１", "²", "𝓽", "٣", "‘", "“", "\\", '"', "'", "`", "~", "\r\n", "\t", "\x0b"),
    *(
        "<script>hit()</script>",
        "{{7*7}}",
        "${7}",
        "%s%n",
        "$\\frac12$",
        ":material/delete:",
        "=1+1",
        "../../etc/passwd",
    ),
)
NUMBERS = (
    *("nan", "inf", "-inf", "1e400", "-1e400", "5e-324", "1e-400", "-0", "0", "-1", "1e9", "9" * 30, "9" * 4_400),
    *("0x10", "1_000", "1/0", "1/3", "0.1.2", "１２", "2147483648", "9223372036854775808", "1e308", "true", "null"),
)
JSON_VALUES: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 1, 2**31, 2**63, 10**40, 0.5, -0.0, 1e308, float("nan"), float("inf"), "", " ", "1"),
    *([], {}, [[]], {"": ""}, [None], ["a", 1], {"a": {"a": {"a": 1}}}, "\ud800", "\x00", "a" * 30_000, [0] * 3_000),
)


def damaged(draws: Random, text: str) -> str:
    """`text` with one to three damages, which may follow each other at one place."""
    for _ in range(draws.choice((1, 1, 2, 3))):
        text = draws.choice(_TEXT)(draws, text)
    return text[:400_000]


def damaged_bytes(draws: Random, content: bytes) -> bytes:
    """`content` with one to three damages."""
    for _ in range(draws.choice((1, 1, 2, 3))):
        content = draws.choice(_BYTES)(draws, content)
    return content[:4_000_000]


def damaged_json(draws: Random, value: Any) -> str:
    """JSON of `value` with one to three of its parts exchanged, doubled or gone; seldom it is damaged as a text, too."""
    for _ in range(draws.choice((1, 1, 2, 3))):
        value = _elsewhere(draws, value)
    text = json.dumps(value, ensure_ascii=draws.random() < 0.5)
    if draws.random() < 0.2:  # a key that stands twice
        key = draws.choice(("version", "format", "choices", "items", "r", "peft_type", "one", "title"))
        text = text.replace("{", f'{{"{key}": {json.dumps(draws.choice(JSON_VALUES))}, ', draws.randint(1, 3))
    return damaged(draws, text) if draws.random() < 0.2 else text


def _place(draws: Random, length: int) -> slice:
    """A short part of something, or seldom a long one."""
    first = draws.randint(0, length)
    return slice(first, first + draws.choice((1, 1, 2, 7, 40, length)))


def _without(draws: Random, text: Any) -> Any:
    at = _place(draws, len(text))
    return text[: at.start] + text[at.stop :]


def _cut(draws: Random, text: Any) -> Any:
    return text[: draws.randint(0, len(text))]


def _again(draws: Random, text: Any) -> Any:
    at = _place(draws, len(text))
    return text[: at.start] + text[at] * draws.choice((2, 3, 200, 5_000)) + text[at.stop :]


def _nasty(draws: Random, text: str) -> str:
    at = draws.randint(0, len(text))
    return text[:at] + draws.choice(NASTY) * draws.choice((1, 1, 1, 60)) + text[at:]


def _number(draws: Random, text: str) -> str:
    digits = [i for i, sign in enumerate(text[:5_000]) if sign.isdecimal()]
    if not digits:
        return _nasty(draws, text)
    first = last = draws.choice(digits)
    while last < len(text) and (text[last].isalnum() or text[last] in ".-+"):
        last += 1
    return text[:first] + draws.choice(NUMBERS) + text[last:]


def _lines(draws: Random, text: str) -> str:
    lines = text.split("\n")
    one, other = draws.randrange(len(lines)), draws.randrange(len(lines))
    lines[one], lines[other] = lines[other], lines[one]
    return "\n".join(lines)


def _deep(draws: Random, text: str) -> str:
    opening, closing = draws.choice(("()", "[]", "{}", "--", '""', ("not ", ""), ('{"a":', "}"), ("[[", "]]")))
    depth = draws.choice((5, 30, 400, 20_000))
    at = _place(draws, len(text))
    return text[: at.start] + opening * depth + text[at] + closing * depth + text[at.stop :]


def _other_sign(draws: Random, text: str) -> str:
    at = _place(draws, len(text))
    return (
        text[: at.start]
        + chr(draws.choice((32, 58, 44, 46, draws.randint(33, 126), draws.randint(0, 0x2FFF))))
        + text[at.stop :]
    )


def _blanks(draws: Random, text: str) -> str:
    """Wider blanks between signs, of which there are more: what may be read in several ways takes for ever."""
    text = text.replace(" ", draws.choice(("  ", " , ", "   ", "\t ", "")))
    return _again(draws, text) if draws.random() < 0.7 else text


def _bit(draws: Random, content: bytes) -> bytes:
    if not content:
        return b"\x80"
    changed = bytearray(content)
    for _ in range(draws.choice((1, 1, 4, 60))):
        changed[draws.randrange(len(changed))] ^= 1 << draws.randrange(8)
    return bytes(changed)


def _noise(draws: Random, content: bytes) -> bytes:
    at = _place(draws, len(content))
    return content[: at.start] + draws.randbytes(draws.choice((1, 4, 8, 500))) + content[at.stop :]


def _number_bytes(draws: Random, content: bytes) -> bytes:
    """Four or eight bytes that a reader may take for a size."""
    size = draws.choice((4, 8))
    number = draws.choice((0, 1, 2**31 - 1, 2**32 - 1, 2**63, 2**64 - 1, 10**9, 100_000_000)) % (1 << 8 * size)
    at = draws.choice((0, draws.randint(0, len(content))))
    return content[:at] + number.to_bytes(size, "little") + content[at + size :]


def _encoded(draws: Random, content: bytes) -> bytes:
    if draws.random() < 0.5:
        return b"\xef\xbb\xbf" + content
    return content.decode("utf-8", "replace").encode(draws.choice(("utf-16", "utf-32", "utf-7", "latin-1")), "replace")


_TEXT = (_without, _cut, _again, _nasty, _nasty, _number, _number, _lines, _deep, _other_sign, _blanks)
_BYTES = (_without, _cut, _again, _bit, _bit, _noise, _number_bytes, _number_bytes, _encoded)


def _elsewhere(draws: Random, value: Any) -> Any:
    """`value` with one of its parts, at any depth, changed."""
    if isinstance(value, dict) and value and draws.random() < 0.85:
        key = draws.choice(list(value))
        if draws.random() < 0.12:
            return {other: part for other, part in value.items() if other != key}
        if draws.random() < 0.1:
            return value | {draws.choice((key + " ", key.upper(), "", "__class__", "\ud800")): value[key]}
        return value | {key: _elsewhere(draws, value[key])}
    if isinstance(value, list) and value and draws.random() < 0.85:
        at = draws.randrange(len(value))
        if draws.random() < 0.1:
            return value * draws.choice((2, 60))
        return [*value[:at], _elsewhere(draws, value[at]), *value[at + 1 :]]
    if isinstance(value, str) and draws.random() < 0.5:
        return damaged(draws, value)
    if draws.random() < 0.1:
        for _ in range(draws.choice((3, 60, 900))):
            value = [value] if draws.random() < 0.5 else {"a": value}
        return value
    return draws.choice(JSON_VALUES)
