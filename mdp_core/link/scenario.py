"""A scenario and a view as query parameters, and back.

`FIELDS` says of every field how it is written and read; both directions go by it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, NamedTuple

from mdp_core.link.kinds import FORMULA, MAP, Kind, choice, forced, number, share, text, whole
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

VERSION = 1  # of the link; a newer one is read as far as it is understood
MIN_ALPHA = 1e-4  # a step size of 0 would learn nothing

Part = type[Scenario] | type[GridScenario] | type[TextScenario] | type[Learned] | type[View]


class Field(NamedTuple):
    """One field of a scenario or a view in the link."""

    name: str  # of the query parameter
    part: Part  # which holds the field
    field: str
    kind: Kind
    only: tuple[Part, str, Any] | None = None  # written only where that field has this value
    spare: bool = False  # left out of the link where it has its default


_LEARNED = (GridScenario, "policy", "learned")

FIELDS = (  # in the order of the link
    Field("seed", Scenario, "seed", whole(0, MAX_SEED, flows=False)),
    Field("world", GridScenario, "world", text(60)),
    Field("policy", GridScenario, "policy", choice(GRID_POLICIES)),
    Field("map", GridScenario, "own_map", MAP, spare=True),
    Field("epsilon", GridScenario, "epsilon", number(0, 1), only=(GridScenario, "policy", "epsilon")),
    Field("learned", Learned, "by", choice(LEARNED_BY), only=_LEARNED),
    Field("learned_alpha", Learned, "alpha", number(MIN_ALPHA, 1, ".9"), only=_LEARNED),
    Field("learned_alpha_v", Learned, "alpha_v", number(MIN_ALPHA, 1, ".9"), only=_LEARNED),
    Field("learned_epsilon", Learned, "epsilon", number(0, 1, ".9"), only=_LEARNED),
    Field("learned_lambda", Learned, "lambda_", number(0, 1, ".9"), only=_LEARNED),
    Field("learned_gamma", Learned, "gamma", number(0, 1, ".9"), only=_LEARNED),
    Field("learned_episodes", Learned, "episodes", whole(1, MAX_LEARNED_EPISODES), only=_LEARNED),
    Field("learned_seed", Learned, "seed", whole(0, MAX_SEED - 1, flows=False), only=_LEARNED),
    Field("slip", GridScenario, "slip", share(0, 1), spare=True),
    Field("moves", GridScenario, "forced", forced(str), spare=True),
    Field("model", TextScenario, "model", text(200)),
    Field("prompt", TextScenario, "prompt", text(MAX_PROMPT)),
    Field("temperature", TextScenario, "temperature", number(0, 2)),
    Field("score", TextScenario, "score", choice(SCORES)),
    Field("top_k", TextScenario, "top_k", whole(0, 1_000_000), spare=True),
    Field("top_p", TextScenario, "top_p", number(0.01, 1), spare=True),
    Field("tokens", TextScenario, "max_tokens", whole(1, 200)),
    Field("word", TextScenario, "word", text(60), only=(TextScenario, "score", "word")),
    Field("length", TextScenario, "length", whole(1, 200), only=(TextScenario, "score", "length")),
    Field("formula", TextScenario, "formula", FORMULA, only=(TextScenario, "score", "formula")),
    Field("words", TextScenario, "forced", forced(int), spare=True),
    Field("gamma", View, "gamma", number(0, 1)),
    Field("step", View, "step", whole(0, 1_000)),
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
    if whole(0, 10**9).read("v", query.get("v", str(VERSION)), VERSION, notes) > VERSION:
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
