"""A token as it is named on the screen: a blank that cannot be seen gets a sign, bytes that are no character are shown."""

from __future__ import annotations

import re
from functools import cache

_SIGNS = {" ": "␣", "\n": "⏎", "\t": "⇥", "\r": "␍"}
_BYTE_TOKEN = re.compile(r"<0x([0-9A-Fa-f]{2})>")  # how SentencePiece spells a byte that it has no piece for
_BEFORE = "▁"  # how SentencePiece spells the blank before a word, which it drops where the word stands alone
_LONGEST_RUN = 4  # of one sign; code is indented by tokens of many blanks


def visible(piece: str) -> str:
    """The text of a token with a sign for each blank at its ends, and for each line break: "␣the" is not "the".

    >>> visible(" the"), visible("  "), visible(" " * 16), visible("")
    ('␣the', '␣␣', '␣×16', '∅')
    """
    if not piece:
        return "∅"
    text = piece.strip()
    start = piece.index(text) if text else len(piece)
    before, after = piece[:start], piece[start + len(text) :]
    inside = "".join(_SIGNS[c] if c in "\n\t\r" else c for c in text)
    if text and not any(c.isprintable() for c in text):
        inside = " ".join(f"U+{ord(c):04X}" for c in text)
    return _signs(before) + inside + _signs(after)


def spelt(token: str, text: str) -> str:
    """A token's own text, from its spelling in the vocabulary and what it decodes to alone.

    Where that has � for bytes that are no character yet, the bytes themselves: ⟨F0 9F⟩; and ⟨61⟩ for SentencePiece's byte of
    an "a", which has a token of its own, too. The blank before a word, which its decoder drops where a text begins, is
    there.
    """
    byte = _BYTE_TOKEN.fullmatch(token)
    if byte and text.isprintable():
        return f"⟨{byte[1].upper()}⟩"
    if token.startswith(_BEFORE) and not text.startswith(" "):
        return " " + text
    if "�" not in text:
        return text
    data = _bytes(token)
    return text if data is None else _shown(data)


def _signs(blanks: str) -> str:
    runs = re.findall(r"((.)\2*)", blanks, re.DOTALL)
    return "".join(_run(_SIGNS.get(one, f"U+{ord(one):04X}"), len(run)) for run, one in runs)


def _run(sign: str, n: int) -> str:
    return sign * n if n <= _LONGEST_RUN else f"{sign}×{n}"


def _bytes(token: str) -> bytes | None:
    """What a token of bytes stands for; None for one of another kind."""
    one = _BYTE_TOKEN.fullmatch(token)
    if one:
        return bytes.fromhex(one[1])
    try:
        return bytes(_byte_signs()[c] for c in token)
    except KeyError:
        return None


@cache
def _byte_signs() -> dict[str, int]:
    """The sign that a byte-level vocabulary writes for each byte: itself where it can be seen, else one from U+0100 on.

    Source: GPT-2's encoder.py, bytes_to_unicode.
    """
    seen = [*range(ord("!"), ord("~") + 1), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [b for b in range(256) if b not in seen]
    return {chr(b): b for b in seen} | {chr(0x100 + i): b for i, b in enumerate(others)}


def _shown(data: bytes) -> str:
    text = ""
    while data:
        try:
            return (text + data.decode()).replace("⟩⟨", " ")
        except UnicodeDecodeError as error:
            text += f"{data[: error.start].decode()}⟨{data[error.start : error.end].hex(' ').upper()}⟩"
            data = data[error.end :]
    return text.replace("⟩⟨", " ")
