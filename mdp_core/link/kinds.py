"""Kinds of values in a link: how each is written, and read from what may be anything."""

from __future__ import annotations

import base64
import binascii
import math
import re
import zlib
from collections.abc import Callable, Collection, Mapping
from functools import lru_cache
from itertools import groupby
from typing import Any, NamedTuple, TypeVar

from mdp_core.grid.maps import MAX_MAP
from mdp_core.grid.slip import number_text
from mdp_core.tokens.formula import Formula, FormulaError

MAX_FORCED = 200
MAX_GUESSES = 40
MAX_ROWS = 200  # states whose distribution was edited

FRACTION = re.compile("[0-9]{1,3}/[1-9][0-9]{0,2}")

T = TypeVar("T")


class Kind(NamedTuple):
    """How values of one kind are written, and read from what may be anything."""

    write: Callable[[Any], str]
    read: Callable[[str, str, Any, list[str]], Any]  # name, what is written there, default, notes (added to) -> value
    flows: bool = True  # it is dragged or typed: one change goes on from the last, and Back skips what lies between


def text(longest: int) -> Kind:
    """Any text; what is longer is cut."""

    def read(name: str, written: str, default: str, notes: list[str]) -> str:
        if len(written) > longest:
            notes.append(f"{name} in the link was cut to {longest:,} characters.")
        return written[:longest]

    return Kind(str, read, flows=False)


def choice(allowed: Collection[str]) -> Kind:
    """One of these names."""

    def read(name: str, written: str, default: str, notes: list[str]) -> str:
        if written in allowed:
            return written
        notes.append(
            f"{name} in the link is none of {', '.join(filter(None, allowed))}; it is {default or 'none'} now."
        )
        return default

    return Kind(str, read, flows=False)


def number(low: float, high: float, digits: str = "") -> Kind:
    """A number in [low, high], written with so many digits (".9"; six where none are named)."""

    def write(value: float) -> str:
        return f"{value:{digits}g}"

    return Kind(write, _within(low, high, write))


def share(low: float, high: float) -> Kind:
    """A number in [low, high] that keeps its value: "2/3" where no few decimals are that."""
    within = _within(low, high, number_text)

    def read(name: str, written: str, default: float | None, notes: list[str]) -> float | None:
        if FRACTION.fullmatch(written):
            above, below = map(int, written.split("/"))
            written = repr(above / below)
        return within(name, written, default, notes)

    return Kind(number_text, read)


def whole(low: int, high: int, *, flows: bool = True) -> Kind:
    """A whole number in [low, high], written out: rounded, a seed would be another one."""
    within = _within(low, high, lambda value: str(int(value)))

    def read(name: str, written: str, default: int | None, notes: list[str]) -> int | None:
        value = within(name, written, default, notes)
        return None if value is None else int(value)

    return Kind(str, read, flows)


def _within(
    low: float, high: float, write: Callable[[float], str]
) -> Callable[[str, str, float | None, list[str]], float | None]:
    """How a number in [low, high] is read; the notes say it as `write` does."""

    def read(name: str, written: str, default: float | None, notes: list[str]) -> float | None:
        try:
            value = float(written)
        except ValueError:
            value = math.nan
        if math.isnan(value):
            notes.append(
                f"{name} in the link is not a number; it is {'left out' if default is None else write(default)} now."
            )
            return default
        inside = float(min(max(value, low), high))
        if inside != value:
            notes.append(f"{name} in the link was out of range; it is {write(inside)} now.")
        return inside

    return read


def flag() -> Kind:
    """Yes or no."""

    def read(name: str, written: str, default: bool, notes: list[str]) -> bool:
        if written not in ("0", "1"):
            notes.append(f"{name} in the link is 0 or 1, and nothing else; it is {int(default)} now.")
        return written == "1" if written in ("0", "1") else default

    return Kind(lambda value: str(int(value)), read, flows=False)


def names(allowed: Collection[str]) -> Kind:
    """Some of these names, each once, in their order there."""

    def read(name: str, written: str, default: tuple[str, ...], notes: list[str]) -> tuple[str, ...]:
        asked = list(filter(None, written.split("~")))
        if any(one not in allowed for one in asked):
            notes.append(f"{name} in the link has what is none of {', '.join(allowed)}; that is left out.")
        return tuple(one for one in allowed if one in asked)

    return Kind("~".join, read, flows=False)


def guesses(most: int) -> Kind:
    """What was guessed, by question: the number of an option, below `most`."""

    def read(name: str, written: str, default: Mapping[str, int], notes: list[str]) -> dict[str, int]:
        result: dict[str, int] = {}
        for item in _entries(name, written, MAX_GUESSES, notes):
            question, _, option = item.rpartition(".")
            number = int(option[:9]) if option.isdecimal() else most
            if question.replace("_", "").isalnum() and number < most:
                result[question[:60]] = number
            else:
                notes.append(f"A guess in the link ({name}) could not be read; it is left out.")
        return result

    return Kind(lambda said: "~".join(f"{question}.{option}" for question, option in said.items()), read, flows=False)


def runs(letters: str, longest: int) -> Kind:
    """A text of these letters, each with how often it stands there: "aab" is written a2b1."""

    def read(name: str, written: str, default: str, notes: list[str]) -> str:
        if not re.fullmatch(rf"(?:[{letters}]\d{{1,6}})*", written, re.ASCII):
            notes.append(f"{name} in the link could not be read; it is left out.")
            return default
        result = "".join(
            letter * min(int(count), longest) for letter, count in re.findall(r"(\D)(\d+)", written[:longest])
        )
        if len(result) > longest:
            notes.append(f"{name} in the link was cut to {longest:,} entries.")
        return result[:longest]

    return Kind(lambda said: "".join(f"{letter}{len(list(run))}" for letter, run in groupby(said)), read)


def rows() -> Kind:
    """Distributions by the number of a state: each a row of probabilities in [0, 1]."""

    def read(name: str, written: str, default: object, notes: list[str]) -> dict[int, tuple[float, ...]]:
        result: dict[int, tuple[float, ...]] = {}
        for item in _entries(name, written, MAX_ROWS, notes):
            state, *row = item.split("_")
            try:
                p = tuple(float(x) for x in row)
                if not state.isdecimal() or not 0 < sum(p) <= len(p) or not all(0 <= x <= 1 for x in p):
                    raise ValueError("no distribution")
                result[int(state[:9])] = p
            except ValueError:
                notes.append(f"A distribution in the link ({name}) could not be read; it is left out.")
        return result

    def write(table: Mapping[int, tuple[float, ...]]) -> str:
        return "~".join("_".join([str(state), *(f"{x:.9g}" for x in row)]) for state, row in table.items())

    return Kind(write, read)


def forced(action_of: Callable[[str], T]) -> Kind:
    """Actions by the step that they are chosen at; `action_of` reads one and raises ValueError for what is none."""

    def read(name: str, written: str, default: object, notes: list[str]) -> tuple[tuple[int, T], ...]:
        result: dict[int, T] = {}
        for item in _entries(name, written, MAX_FORCED, notes):
            t, _, action = item.partition(".")
            try:
                result[int(t)] = action_of(action)
            except ValueError:
                notes.append(f"A chosen action in the link ({name}) could not be read; it is left out.")
        return tuple(sorted(result.items()))

    return Kind(lambda forced: "~".join(f"{t}.{action}" for t, action in forced), read, flows=False)


def _entries(name: str, written: str, most: int, notes: list[str]) -> list[str]:
    """What stands between the tildes, the first `most` of it."""
    entries = list(filter(None, written.split("~")))
    if len(entries) > most:
        notes.append(f"{name} in the link has {len(entries):,} entries, and the first {most:,} of them are read.")
    return entries[:most]


def _read_map(name: str, written: str, default: str, notes: list[str]) -> str:
    try:
        return _unpack(written) if written else ""
    except ValueError:
        notes.append(f"{name} in the link could not be read; the named world is shown.")
        return ""


def _read_formula(name: str, written: str, default: str, notes: list[str]) -> str:
    try:
        Formula(written)
    except FormulaError as error:
        notes.append(f"The formula in the link cannot be used; it is {default} now. {error}")
        return default
    return written


@lru_cache(maxsize=32)  # of a large map that takes 10 ms, and each part of a page writes the link
def _pack(text: str) -> str:
    return base64.urlsafe_b64encode(zlib.compress(text.encode(), 9)).decode().rstrip("=")


def _unpack(packed: str) -> str:
    """Raises ValueError for what `_pack` did not make, and for more than MAX_MAP characters."""
    try:
        raw = base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4))
        inflater = zlib.decompressobj()
        text = inflater.decompress(raw, MAX_MAP * 4).decode()
    except (binascii.Error, zlib.error, UnicodeDecodeError) as error:
        raise ValueError("not a packed text") from error
    if inflater.unconsumed_tail or len(text) > MAX_MAP:
        raise ValueError("too long")
    return text


MAP = Kind(_pack, _read_map, flows=False)
FORMULA = Kind(str, _read_formula)
