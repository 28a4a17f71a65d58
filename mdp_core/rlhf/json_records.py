"""JSON a record at a time, from a file of any size: JSON lines, or one list. A file is a stranger's."""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

MAX_RECORD = 1_000_000  # characters of one record; a longer one is broken
PIECE = 1 << 16  # bytes that are read at once

_SHOWN = 40  # characters of what is broken


@dataclass(frozen=True)
class Record:
    """One value, and the number of the line that it begins in, from 1."""

    line: int
    value: Any


@dataclass(frozen=True)
class Broken:
    """What could not be read: the line that it begins in, its beginning, and whether the file is not read on behind it."""

    line: int
    begins: str
    ends: bool = False


def json_records(file: BinaryIO) -> Iterator[Record | Broken]:
    """The records of `file`, UTF-8: of a list, its entries; else a line each. At most one of them is in memory.

    A line that is broken is one alone; a list ends where it is broken.
    """
    head = file.read(PIECE)
    file.seek(0)
    yield from _entries(file) if head.removeprefix(codecs.BOM_UTF8).lstrip().startswith(b"[") else _lines(file)


def _lines(file: BinaryIO) -> Iterator[Record | Broken]:
    number, limit = 0, 4 * MAX_RECORD  # bytes: four to a character at most
    while content := file.readline(limit):
        number += 1
        whole = content.endswith(b"\n") or len(content) < limit
        text = content.decode("utf-8-sig" if number == 1 else "utf-8", errors="replace").strip()
        while not content.endswith(b"\n") and len(content) == limit:  # what belongs to no record is not kept
            content = file.readline(limit)
        if not text and whole:
            continue
        value = _value(text) if whole and len(text) <= MAX_RECORD else _NOTHING
        yield Broken(number, text[:_SHOWN]) if value is _NOTHING else Record(number, value)


def _entries(file: BinaryIO) -> Iterator[Record | Broken]:
    """Of the list that the file begins with; what follows the list is left aside."""
    text = _Text(file)
    text.take(1)  # the bracket
    while (sign := text.peek()) != "]":
        if sign == ",":
            text.take(1)
            continue
        line = text.line
        value = text.value() if sign else _NOTHING
        if value is _NOTHING:
            yield Broken(line, text.waiting[:_SHOWN], ends=True)
            return
        yield Record(line, value)


_NOTHING = object()


def _value(text: str) -> Any:
    """_NOTHING for what is no JSON, or bytes that were no UTF-8."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return _NOTHING


class _Text:
    """The characters of a file, of which a few are in memory."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self._decoder = file, codecs.getincrementaldecoder("utf-8-sig")(errors="replace")
        self.waiting, self.line, self._over = "", 1, False
        self.peek()

    def _read(self, size: int) -> None:
        piece = self._file.read(size)
        self._over = not piece
        self.waiting += self._decoder.decode(piece, final=self._over)

    def take(self, count: int) -> None:
        """Let go of so many characters."""
        self.line += self.waiting.count("\n", 0, count)
        self.waiting = self.waiting[count:]

    def peek(self) -> str:
        """The next character that is no blank; none at the end."""
        while True:
            blank = len(self.waiting) - len(self.waiting.lstrip(" \t\r\n"))
            self.take(blank)
            if self.waiting or self._over:
                return self.waiting[:1]
            self._read(PIECE)

    def value(self) -> Any:
        """The next value; _NOTHING where there is none, or one of more than MAX_RECORD characters."""
        while True:
            try:
                value, end = _DECODER.raw_decode(self.waiting)
                if end < len(self.waiting) or self._over:  # or a number might go on
                    self.take(end)
                    return value
            except (ValueError, RecursionError):
                if self._over or len(self.waiting) > MAX_RECORD:
                    return _NOTHING
            self._read(max(len(self.waiting), PIECE))


_DECODER = json.JSONDecoder()
