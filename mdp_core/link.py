"""The link: a scenario and a view as query parameters, and back. What comes back is hostile until it has been read here."""

from __future__ import annotations

import base64
import binascii
import math
import zlib
from collections.abc import Callable, Mapping
from typing import TypeVar

from mdp_core.scenarios import (
    GRID_POLICIES,
    LEARNED_BY,
    MAX_LEARNED_EPISODES,
    MAX_MAP,
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


def to_query(scenario: Scenario, view: View) -> dict[str, str]:
    """Everything that the picture depends on, as query parameters; `from_query` reads it back to the same values."""
    grid, text = scenario.grid, scenario.text
    query = {"v": str(VERSION), "seed": str(scenario.seed), "world": grid.world, "policy": grid.policy}
    if grid.own_map:
        query["map"] = _pack(grid.own_map)
    if grid.policy == "epsilon":
        query["epsilon"] = f"{grid.epsilon:g}"
    if grid.policy == "learned":
        query |= _learned_query(grid.learned)
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
    if text.score == "formula":
        query["formula"] = text.formula
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
        learned=read.learned(base.grid.learned),
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
        formula=read.formula("formula", base.text.formula),
        forced=read.forced("words", int),
    )
    seed = read.whole("seed", base.seed, 0, MAX_SEED)
    view = View(step=read.whole("step", 0, 0, 1_000), gamma=read.number("gamma", View.gamma, 0, 1))
    return Scenario(seed, grid, text), view, tuple(read.notes)


def _learned_query(learned: Learned) -> dict[str, str]:
    numbers = {
        "alpha": learned.alpha,
        "alpha_v": learned.alpha_v,
        "epsilon": learned.epsilon,
        "lambda": learned.lambda_,
        "gamma": learned.gamma,
        "episodes": learned.episodes,
        "seed": learned.seed,
    }
    # A whole number is written out: rounded, a seed would be another one.
    written = {name: str(n) if isinstance(n, int) else f"{n:.9g}" for name, n in numbers.items()}
    return {"learned": learned.by} | {f"learned_{name}": value for name, value in written.items()}


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

    def formula(self, name: str, default: str) -> str:
        value = self.query.get(name, default)
        try:
            Formula(value)
        except FormulaError as error:
            self.notes.append(f"The formula in the link cannot be used; it is {default} now. {error}")
            return default
        return value

    def learned(self, default: Learned) -> Learned:
        return Learned(
            by=self.choice("learned", default.by, LEARNED_BY),
            alpha=self.number("learned_alpha", default.alpha, MIN_ALPHA, 1),
            alpha_v=self.number("learned_alpha_v", default.alpha_v, MIN_ALPHA, 1),
            epsilon=self.number("learned_epsilon", default.epsilon, 0, 1),
            lambda_=self.number("learned_lambda", default.lambda_, 0, 1),
            gamma=self.number("learned_gamma", default.gamma, 0, 1),
            episodes=self.whole("learned_episodes", default.episodes, 1, MAX_LEARNED_EPISODES),
            seed=self.whole("learned_seed", default.seed, 0, MAX_SEED - 1),
        )

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
