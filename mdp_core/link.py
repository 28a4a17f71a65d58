"""The link: a scenario and a view as query parameters, and back. What comes back is hostile until it has been read here.

`FIELDS` says of every field how it is written and read; both directions go by it.
"""

from __future__ import annotations

import base64
import binascii
import dataclasses
import math
import zlib
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeVar

from mdp_core.grid.maps import MAX_MAP
from mdp_core.scenarios import (
    GRID_POLICIES,
    LEARNED_BY,
    MAX_LEARNED_EPISODES,
    MAX_PROMPT,
    MAX_SEED,
    SCORES,
    GridScenario,
    Learned,
    Scenario,
    TextScenario,
    View,
)
from mdp_core.tokens.formula import Formula, FormulaError

VERSION = 1  # of the link; a newer one is read as far as it is understood
MAX_FORCED = 200
MIN_ALPHA = 1e-4  # a step size of 0 would learn nothing

T = TypeVar("T")
Part = type[Scenario] | type[GridScenario] | type[TextScenario] | type[Learned] | type[View]


class Kind(NamedTuple):
    """How values of one kind are written, and read from what may be anything."""

    write: Callable[[Any], str]
    read: Callable[[str, str, Any, list[str]], Any]  # name, what is written there, default, notes (added to) -> value


class Field(NamedTuple):
    """One field of a scenario or a view in the link."""

    name: str  # of the query parameter
    part: Part  # which holds the field
    field: str
    kind: Kind
    only: tuple[Part, str, Any] | None = None  # written only where that field has this value
    spare: bool = False  # left out of the link where it has its default


def _text(longest: int) -> Kind:
    def read(name: str, written: str, default: str, notes: list[str]) -> str:
        if len(written) > longest:
            notes.append(f"{name} in the link was cut to {longest:,} characters.")
        return written[:longest]

    return Kind(str, read)


def _choice(allowed: tuple[str, ...]) -> Kind:
    def read(name: str, written: str, default: str, notes: list[str]) -> str:
        if written in allowed:
            return written
        notes.append(f"{name} in the link is none of {', '.join(allowed)}; it is {default} now.")
        return default

    return Kind(str, read)


def _number(low: float, high: float, digits: str = "") -> Kind:
    def read(name: str, written: str, default: float | None, notes: list[str]) -> float:
        try:
            value = float(written)
        except ValueError:
            value = math.nan
        if math.isnan(value):
            value = default or 0.0  # a slip's default is none
            notes.append(f"{name} in the link is not a number; it is {value:g} now.")
        inside = min(max(value, low), high)
        if inside != value:
            notes.append(f"{name} in the link was out of range; it is {inside:g} now.")
        return inside

    return Kind(lambda value: f"{value:{digits}g}", read)


def _whole(low: int, high: int) -> Kind:
    # Written out: rounded, a seed would be another one.
    return Kind(str, lambda *read: int(_number(low, high).read(*read)))


def _map(name: str, written: str, default: str, notes: list[str]) -> str:
    try:
        return _unpack(written) if written else ""
    except ValueError:
        notes.append(f"{name} in the link could not be read; the named world is shown.")
        return ""


def _formula(name: str, written: str, default: str, notes: list[str]) -> str:
    try:
        Formula(written)
    except FormulaError as error:
        notes.append(f"The formula in the link cannot be used; it is {default} now. {error}")
        return default
    return written


def _forced(action_of: Callable[[str], T]) -> Kind:
    def read(name: str, written: str, default: object, notes: list[str]) -> tuple[tuple[int, T], ...]:
        result: dict[int, T] = {}
        for item in filter(None, written.split("~")[:MAX_FORCED]):
            t, _, action = item.partition(".")
            try:
                result[int(t)] = action_of(action)
            except ValueError:
                notes.append(f"A chosen action in the link ({name}) could not be read; it is left out.")
        return tuple(sorted(result.items()))

    return Kind(lambda forced: "~".join(f"{t}.{action}" for t, action in forced), read)


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


_LEARNED = (GridScenario, "policy", "learned")

FIELDS = (  # in the order of the link
    Field("seed", Scenario, "seed", _whole(0, MAX_SEED)),
    Field("world", GridScenario, "world", _text(60)),
    Field("policy", GridScenario, "policy", _choice(GRID_POLICIES)),
    Field("map", GridScenario, "own_map", Kind(_pack, _map), spare=True),
    Field("epsilon", GridScenario, "epsilon", _number(0, 1), only=(GridScenario, "policy", "epsilon")),
    Field("learned", Learned, "by", _choice(LEARNED_BY), only=_LEARNED),
    Field("learned_alpha", Learned, "alpha", _number(MIN_ALPHA, 1, ".9"), only=_LEARNED),
    Field("learned_alpha_v", Learned, "alpha_v", _number(MIN_ALPHA, 1, ".9"), only=_LEARNED),
    Field("learned_epsilon", Learned, "epsilon", _number(0, 1, ".9"), only=_LEARNED),
    Field("learned_lambda", Learned, "lambda_", _number(0, 1, ".9"), only=_LEARNED),
    Field("learned_gamma", Learned, "gamma", _number(0, 1, ".9"), only=_LEARNED),
    Field("learned_episodes", Learned, "episodes", _whole(1, MAX_LEARNED_EPISODES), only=_LEARNED),
    Field("learned_seed", Learned, "seed", _whole(0, MAX_SEED - 1), only=_LEARNED),
    Field("slip", GridScenario, "slip", _number(0, 1, ".6"), spare=True),
    Field("moves", GridScenario, "forced", _forced(str), spare=True),
    Field("model", TextScenario, "model", _text(200)),
    Field("prompt", TextScenario, "prompt", _text(MAX_PROMPT)),
    Field("temperature", TextScenario, "temperature", _number(0, 2)),
    Field("score", TextScenario, "score", _choice(SCORES)),
    Field("top_k", TextScenario, "top_k", _whole(0, 1_000_000), spare=True),
    Field("top_p", TextScenario, "top_p", _number(0.01, 1), spare=True),
    Field("tokens", TextScenario, "max_tokens", _whole(1, 200)),
    Field("word", TextScenario, "word", _text(60), only=(TextScenario, "score", "word")),
    Field("length", TextScenario, "length", _whole(1, 200), only=(TextScenario, "score", "length")),
    Field("formula", TextScenario, "formula", Kind(str, _formula), only=(TextScenario, "score", "formula")),
    Field("words", TextScenario, "forced", _forced(int), spare=True),
    Field("gamma", View, "gamma", _number(0, 1)),
    Field("step", View, "step", _whole(0, 1_000)),
)

_ENTRIES = {(field.part, field.field): field for field in FIELDS}


def to_query(scenario: Scenario, view: View) -> dict[str, str]:
    """Everything that the picture depends on, as query parameters; `from_query` reads it back to the same values."""
    grid = scenario.grid
    parts = {Scenario: scenario, GridScenario: grid, Learned: grid.learned, TextScenario: scenario.text, View: view}
    query = {"v": str(VERSION)}
    for name, part, field, kind, only, spare in FIELDS:
        value = getattr(parts[part], field)
        other = only is not None and getattr(parts[only[0]], only[1]) != only[2]
        if not other and not (spare and value == getattr(part, field)):
            query[name] = kind.write(value)
    return query


def from_query(query: Mapping[str, str], defaults: Scenario | None = None) -> tuple[Scenario, View, tuple[str, ...]]:
    """Read a link. Nothing in it is trusted: what is out of range is clamped, what is not understood keeps its default,
    and each such change is one note, a sentence for the visitor. Never raises."""
    notes: list[str] = []
    base = defaults or Scenario()
    if _whole(0, 10**9).read("v", query.get("v", str(VERSION)), VERSION, notes) > VERSION:
        notes.append("This link was made by a newer version of One Loop; what this one does not know is left out.")

    def read(part: Any, field: str) -> Any:
        value, entry = getattr(part, field), _ENTRIES.get((type(part), field))
        if entry is None:  # a part in itself
            return read_all(value)
        return entry.kind.read(entry.name, query[entry.name], value, notes) if entry.name in query else value

    def read_all(part: Any) -> Any:
        return type(part)(**{field.name: read(part, field.name) for field in dataclasses.fields(part)})

    grid, text, seed = (read(base, field) for field in ("grid", "text", "seed"))
    return Scenario(seed, grid, text), read_all(View()), tuple(notes)
