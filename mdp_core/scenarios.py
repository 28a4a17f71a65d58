"""Scenarios: named, frozen data that says exactly what is rolled out. A scenario is a cache key, and it is the link."""

from __future__ import annotations

import base64
import binascii
import math
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

VERSION = 1  # of the link; a newer one is read as far as it is understood

GRID_POLICIES = ("greedy", "epsilon", "random", "right")
SCORES = ("sentiment", "word", "length")
MAX_PROMPT = 2_000  # characters
MAX_MAP = 20_000  # characters
MAX_SEED = 2**31 - 1
MAX_FORCED = 200

T = TypeVar("T")


@dataclass(frozen=True)
class GridScenario:
    """The grid's half: which world, who acts in it, and which actions were chosen by hand."""

    world: str = "lake"  # the name of a preset; only a title where own_map is given
    own_map: str = ""  # a map as text (see mdp_core.grid.maps); empty for the preset
    policy: str = "greedy"  # one of GRID_POLICIES
    epsilon: float = 0.1  # of the epsilon-greedy policy
    slip: float | None = None  # None: as the map says
    forced: tuple[tuple[int, str], ...] = ()  # (t, action), ascending in t


@dataclass(frozen=True)
class TextScenario:
    """The text's half: which model continues which prompt, how it samples, what the finished text is scored by."""

    model: str = "pocket"
    prompt: str = "the movie was"
    temperature: float = 1.0
    top_k: int = 0  # 0: off
    top_p: float = 1.0
    max_tokens: int = 16
    score: str = "sentiment"  # one of SCORES
    word: str = "wonderful"
    length: int = 10
    forced: tuple[tuple[int, int], ...] = ()  # (t, token id), ascending in t


@dataclass(frozen=True)
class Scenario:
    """Both worlds on one clock, drawn from one seed."""

    seed: int = 7
    grid: GridScenario = field(default_factory=GridScenario)
    text: TextScenario = field(default_factory=TextScenario)


@dataclass(frozen=True)
class View:
    """How the visitor looks at it. Never part of what is rolled out."""

    step: int = 0
    gamma: float = 0.9


def force(forced: tuple[tuple[int, T], ...], t: int, action: T) -> tuple[tuple[int, T], ...]:
    """The forced actions after choosing `action` at `t`: choices from t on are dropped, since their future is gone."""
    return (*(item for item in forced if item[0] < t), (t, action))


def to_query(scenario: Scenario, view: View) -> dict[str, str]:
    """Everything that the picture depends on, as query parameters; `from_query` reads it back to the same values."""
    grid, text = scenario.grid, scenario.text
    query = {"v": str(VERSION), "seed": str(scenario.seed), "world": grid.world, "policy": grid.policy}
    if grid.own_map:
        query["map"] = _pack(grid.own_map)
    if grid.policy == "epsilon":
        query["epsilon"] = f"{grid.epsilon:g}"
    if grid.slip is not None:
        query["slip"] = f"{grid.slip:.6g}"
    if grid.forced:
        query["moves"] = "~".join(f"{t}.{action}" for t, action in grid.forced)
    query |= {"model": text.model, "prompt": text.prompt, "temperature": f"{text.temperature:g}", "score": text.score}
    if text.top_k:
        query["top_k"] = str(text.top_k)
    if text.top_p < 1:
        query["top_p"] = f"{text.top_p:g}"
    query["tokens"] = str(text.max_tokens)
    if text.score == "word":
        query["word"] = text.word
    if text.score == "length":
        query["length"] = str(text.length)
    if text.forced:
        query["words"] = "~".join(f"{t}.{token}" for t, token in text.forced)
    return query | {"gamma": f"{view.gamma:g}", "step": str(view.step)}


def from_query(query: Mapping[str, str], defaults: Scenario | None = None) -> tuple[Scenario, View, tuple[str, ...]]:
    """Read a link. Nothing in it is trusted: what is out of range is clamped, what is not understood keeps its default,
    and each such change is one note, a sentence for the visitor. Never raises."""
    base = defaults or Scenario()
    read = _Reader(query)
    version = read.whole("v", VERSION, 0, 10**9)
    if version > VERSION:
        read.notes.append("This link was made by a newer version of One Loop; what this one does not know is left out.")
    grid = GridScenario(
        world=read.text("world", base.grid.world, 60),
        own_map=read.packed("map"),
        policy=read.choice("policy", base.grid.policy, GRID_POLICIES),
        epsilon=read.number("epsilon", base.grid.epsilon, 0, 1),
        slip=read.number("slip", 0, 0, 1) if "slip" in query else base.grid.slip,
        forced=read.forced("moves", str),
    )
    text = TextScenario(
        model=read.text("model", base.text.model, 200),
        prompt=read.text("prompt", base.text.prompt, MAX_PROMPT),
        temperature=read.number("temperature", base.text.temperature, 0, 2),
        top_k=read.whole("top_k", base.text.top_k, 0, 1_000_000),
        top_p=read.number("top_p", base.text.top_p, 0.01, 1),
        max_tokens=read.whole("tokens", base.text.max_tokens, 1, 200),
        score=read.choice("score", base.text.score, SCORES),
        word=read.text("word", base.text.word, 60),
        length=read.whole("length", base.text.length, 1, 200),
        forced=read.forced("words", int),
    )
    seed = read.whole("seed", base.seed, 0, MAX_SEED)
    view = View(step=read.whole("step", 0, 0, 1_000), gamma=read.number("gamma", View.gamma, 0, 1))
    return Scenario(seed, grid, text), view, tuple(read.notes)


def without_forced(scenario: Scenario) -> Scenario:
    """The scenario as it would go if nobody had chosen by hand."""
    return replace(scenario, grid=replace(scenario.grid, forced=()), text=replace(scenario.text, forced=()))


class _Reader:
    """Reads single parameters and writes down what had to be changed."""

    def __init__(self, query: Mapping[str, str]) -> None:
        self.query = query
        self.notes: list[str] = []

    def text(self, name: str, default: str, longest: int) -> str:
        value = self.query.get(name, default)
        if len(value) > longest:
            self.notes.append(f"{name} in the link was cut to {longest:,} characters.")
        return value[:longest]

    def choice(self, name: str, default: str, allowed: tuple[str, ...]) -> str:
        value = self.query.get(name, default)
        if value in allowed:
            return value
        self.notes.append(f"{name} in the link is none of {', '.join(allowed)}; it is {default} now.")
        return default

    def number(self, name: str, default: float, low: float, high: float) -> float:
        if name not in self.query:
            return default
        try:
            value = float(self.query[name])
        except ValueError:
            value = math.nan
        if math.isnan(value):
            self.notes.append(f"{name} in the link is not a number; it is {default:g} now.")
            return default
        return self._clamped(name, value, low, high)

    def whole(self, name: str, default: int, low: int, high: int) -> int:
        value = self.number(name, default, low, high)
        return int(value)

    def _clamped(self, name: str, value: float, low: float, high: float) -> float:
        inside = min(max(value, low), high)
        if inside != value:
            self.notes.append(f"{name} in the link was out of range; it is {inside:g} now.")
        return inside

    def packed(self, name: str) -> str:
        packed = self.query.get(name, "")
        try:
            return _unpack(packed) if packed else ""
        except ValueError:
            self.notes.append(f"{name} in the link could not be read; the named world is shown.")
            return ""

    def forced(self, name: str, kind: Callable[[str], T]) -> tuple[tuple[int, T], ...]:
        result: dict[int, T] = {}
        for item in filter(None, self.query.get(name, "").split("~")[:MAX_FORCED]):
            t, _, action = item.partition(".")
            try:
                result[int(t)] = kind(action)
            except ValueError:
                self.notes.append(f"A chosen action in the link ({name}) could not be read; it is left out.")
        return tuple(sorted(result.items()))


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
