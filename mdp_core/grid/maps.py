"""Maps as text: what a person types, parsed into frozen data, and back.

A map is rows of signs, one sign a cell; lines with a colon, above or below the rows, say what the signs mean and how the
world pays. A whole one:

    title: Two ways home
    slip: 0.2
    step: -0.04
    H: pit, reward -1
    a: reward 0.5

    S.a.G
    .#.HG

Signs that need no line:

    #   wall                      S   the start (exactly one)
    .   free                      F   free
    G   goal, reward 1            H   pit (a hole), reward 0
    C   cliff, reward -100

Any other letter or digit (and any of F, G, H, C anew) is given a meaning by a line `sign: meaning`:

    x: free                       a mark, for a jump to lead to
    x: reward 0.5                 free, with a reward of its own
    x: goal, reward 10            the episode ends there (1 if no reward is said)
    x: pit, reward -1             the episode ends there too, and is drawn as a bad end (0 if no reward is said)
    x: cliff, reward -100         stepping on it puts the agent back at the start, and the episode goes on
    x: jump to y, reward 10       any action taken there leads to y (a sign that stands on the map once)

Options, each at most once:

    title: words                  shown above the map, at most 80 characters
    slip: 0.2                     in [0, 1], the chance of going sideways instead, half of it to each side (0); `2/3` may be
                                  written, and is the lake's: a third ahead, a third to each side; `0.2 left` or
                                  `0.2 right` is all to that side of the way it wants to go
    step: -0.04                   the reward of a move where the cell says none of its own (0)
    bump: -1                      the reward of a move that a wall or the border stops, in place of the other (none)
    pays: entering | leaving      whether a cell's reward comes with entering it, or with the action taken in it
    edges: stay | forbidden       whether an action off the map keeps the agent where it is, or is not offered
    wind: 0 0 1 2                 one number a column: how many cells up the wind blows a move that starts there

A cell's own reward replaces the step reward, it is not added to it. Rewards are at most a million in size.
Rows may be written with blanks between the signs, or as a list: ["SFFF", "FHFG"].
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Any, Literal, NamedTuple, cast

from mdp_core.grid.dialects import UnreadableDialectError, signs_apart, translated
from mdp_core.grid.slip import number_text

LIMIT = 100  # rows and columns
MAX_MAP = 20_000  # characters of its text that fit into a link
MAX_REWARD = 1e6
MAX_TITLE = 80  # characters
MAX_WIND = 9

Kind = Literal["free", "goal", "pit", "cliff", "jump"]
Pays = Literal["entering", "leaving"]
Edges = Literal["stay", "forbidden"]
Side = Literal["both", "left", "right"]

WALL, START, FREE = "#", "S", "."
_MARKS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")
_NUMBER = re.compile(r"([+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?)(?:/([1-9][0-9]{0,8}))?")
_OPTIONS = ("title", "slip", "step", "bump", "pays", "edges", "wind")


class MapError(ValueError):
    """A map that cannot be read: one sentence for the visitor, and where it is (`line` and `column`, from 1)."""

    def __init__(self, sentence: str, line: int, column: int = 1) -> None:
        super().__init__(f"Line {line}, column {column}: {sentence}")
        self.line = line
        self.column = column


@dataclass(frozen=True)
class Sign:
    """What a sign on the map stands for. Reward None: the step reward."""

    kind: Kind = "free"
    reward: float | None = None
    target: str | None = None  # of a jump: the sign that it leads to

    @property
    def ends(self) -> bool:
        """True where the episode ends."""
        return self.kind in ("goal", "pit")


_DEFAULT_REWARD: dict[Kind, float] = {"goal": 1.0, "pit": 0.0, "cliff": -100.0}
DEFAULT_SIGNS: Mapping[str, Sign] = MappingProxyType(
    {"F": Sign("free"), "G": Sign("goal", 1.0), "H": Sign("pit", 0.0), "C": Sign("cliff", -100.0)}
)


@dataclass(frozen=True)
class GridMap:
    """A map that has been read. Made by `parse_map`, which checks it."""

    rows: tuple[str, ...]  # all of one length, in 1..LIMIT
    signs: tuple[tuple[str, Sign], ...] = ()  # of the letters and digits on the map, in order of the letter
    title: str = ""
    slip: float = 0.0  # in [0, 1]
    side: Side = "both"  # to which side of the way that is wanted it slips
    step: float = 0.0
    bump: float | None = None
    pays: Pays = "entering"
    edges: Edges = "stay"
    wind: tuple[int, ...] = ()  # one a column, or none at all

    @property
    def shape(self) -> tuple[int, int]:
        """(rows, columns)."""
        return len(self.rows), len(self.rows[0])

    @cached_property
    def legend(self) -> dict[str, Sign]:
        """The meaning of every sign on which an agent could stand."""
        return {FREE: Sign(), START: Sign(), **dict(self.signs)}

    def find(self, sign: str) -> tuple[int, int]:
        """(row, column) from 0 of the first `sign`. Raises ValueError where the map has none."""
        for r, row in enumerate(self.rows):
            if sign in row:
                return r, row.index(sign)
        raise ValueError(f"the map has no {sign!r}")

    @property
    def start(self) -> tuple[int, int]:
        """(row, column) of the start."""
        return self.find(START)


class _Piece(NamedTuple):
    """A piece of the text, and where it starts."""

    text: str
    line: int
    column: int
    places: tuple[int, ...] = ()  # where each sign stands, where there are blanks between them

    def fail(self, sentence: str, shift: int = 0) -> MapError:
        return MapError(sentence, self.line, self.column + (self.places[shift] if shift < len(self.places) else shift))


def parse_map(text: str) -> GridMap:
    """Read a map (the legend is this module's docstring), or one as other tools write it (see `dialects`).

    Raises MapError, with the line and the column, for an unknown sign, rows of different lengths, no start or two, a map
    that is empty or larger than 100 by 100, a reward that is no number or over a million, and an unknown option.
    """
    rows: list[_Piece] = []
    options: dict[str, _Piece] = {}
    meanings: dict[str, _Piece] = {}
    try:
        lines = translated(text).split("\n")
    except UnreadableDialectError as error:
        raise MapError(str(error), 1) from None
    for number, raw in enumerate(lines, start=1):
        line = _strip(_Piece(raw, number, 1))
        if ":" in line.text:
            _add_line(line, options, meanings)
        elif line.text:
            _add_row(line, rows)
    if not rows:
        raise MapError("the map is empty; draw rows of signs such as S..G, with S for the start.", 1)
    # A sign without a line may still be a mark: the place where a jump ends.
    signs = {mark: _sign(piece) for mark, piece in meanings.items()}
    targets = {sign.target for sign in signs.values()} - {None, START}
    known = {**{target: Sign() for target in targets if target}, **DEFAULT_SIGNS, **signs}
    _check_rows(rows, known)
    grid = GridMap(
        rows=tuple(row.text for row in rows),
        signs=tuple((mark, known[mark]) for mark in sorted(_MARKS & {s for row in rows for s in row.text} - {START})),
        **{name: value for option, piece in options.items() for name, value in _read_option(option, piece).items()},
    )
    _check_jumps(grid, meanings)
    if grid.wind and len(grid.wind) != grid.shape[1]:
        raise options["wind"].fail(
            f"the wind has {len(grid.wind)} numbers, the map {grid.shape[1]} columns; give one each."
        )
    if grid.edges == "forbidden" and grid.shape == (1, 1):
        raise rows[0].fail("no action is left on a map of one cell whose edges are forbidden; add a cell.")
    return grid


def to_text(grid: GridMap) -> str:
    """The map as text that `parse_map` reads back to the same value."""
    lines = []
    if grid.title:
        lines.append(f"title: {grid.title}")
    if grid.slip:
        lines.append(f"slip: {number_text(grid.slip)}{'' if grid.side == 'both' else ' ' + grid.side}")
    if grid.step:
        lines.append(f"step: {number_text(grid.step)}")
    if grid.bump is not None:
        lines.append(f"bump: {number_text(grid.bump)}")
    if grid.pays != "entering":
        lines.append(f"pays: {grid.pays}")
    if grid.edges != "stay":
        lines.append(f"edges: {grid.edges}")
    if grid.wind:
        lines.append("wind: " + " ".join(map(str, grid.wind)))
    lines += [f"{mark}: {_meaning(sign)}" for mark, sign in grid.signs if DEFAULT_SIGNS.get(mark) != sign]
    return "\n".join([*lines, *([""] if lines else []), *grid.rows]) + "\n"


def _strip(piece: _Piece) -> _Piece:
    left = len(piece.text) - len(piece.text.lstrip())
    return _Piece(piece.text.strip(), piece.line, piece.column + left)


def _quote(text: str) -> str:
    """A visitor's text inside a message: short, on one line, and never a sign that turns the rest of it around."""
    plain = "".join(c if c.isprintable() else "�" for c in text[:20])
    return f"“{plain}{'…' if len(text) > 20 else ''}”"


def _add_line(line: _Piece, options: dict[str, _Piece], meanings: dict[str, _Piece]) -> None:
    key, _, value = line.text.partition(":")
    name = key.strip()
    piece = _strip(_Piece(value, line.line, line.column + len(key) + 1))
    if name in _MARKS or name in (WALL, FREE):
        if name in (START, WALL, FREE):
            raise line.fail(f"{name} has its meaning already; take another letter.")
        if name in meanings:
            raise line.fail(f"{name} is explained twice, the first time in line {meanings[name].line}; keep one.")
        meanings[name] = piece
    elif name.lower() in _OPTIONS:
        if name.lower() in options:
            raise line.fail(
                f"{name.lower()} is said twice, the first time in line {options[name.lower()].line}; keep one."
            )
        options[name.lower()] = piece
    else:
        raise line.fail(f"{_quote(name)} is no option; there are {', '.join(_OPTIONS)}, and single letters for signs.")


def _add_row(line: _Piece, rows: list[_Piece]) -> None:
    apart = signs_apart(line.text)
    if apart is not None:
        line = _Piece("".join(line.text[place] for place in apart), line.line, line.column, tuple(apart))
    why = f"a map has at most {LIMIT} by {LIMIT} cells, so that it can be solved while you look on"
    if len(line.text) > LIMIT:
        raise line.fail(f"{why}; this row has {len(line.text)}.", LIMIT)
    if len(rows) == LIMIT:
        raise line.fail(f"{why}; this is row {LIMIT + 1}.")
    if rows and line.line != rows[-1].line + 1:
        raise line.fail(f"the rows of a map stay together; the last one was line {rows[-1].line}.")
    rows.append(line)


def _check_rows(rows: list[_Piece], known: Mapping[str, Sign]) -> None:
    width = len(rows[0].text)
    start: _Piece | None = None
    for row in rows:
        for column, sign in enumerate(row.text):
            if sign in (WALL, FREE) or sign in known:
                continue
            if sign == START:
                if start is not None:
                    raise row.fail(f"this is a second start, the first is in line {start.line}; keep one S.", column)
                start = row
            elif sign in _MARKS:
                raise row.fail(f"{sign} has no meaning yet; add a line such as “{sign}: reward 1”.", column)
            else:
                raise row.fail(
                    f"{_quote(sign)} is no sign of a map; use # . S G H C or a letter that you explain.", column
                )
        if len(row.text) != width:
            short = min(len(row.text), width)
            raise row.fail(f"this row has {len(row.text)} cells, the first one has {width}; make them equal.", short)
    if start is None:
        raise rows[0].fail("the map has no start; put one S where the agent begins.")


def _check_jumps(grid: GridMap, meanings: Mapping[str, _Piece]) -> None:
    count = Counter(sign for row in grid.rows for sign in row)
    for mark, sign in grid.signs:
        if sign.target is None:
            continue
        if count[sign.target] != 1:
            often = "not on the map" if count[sign.target] == 0 else f"on the map {count[sign.target]} times"
            raise meanings[mark].fail(f"the jump leads to {sign.target}, which is {often}; it must be there once.")
        if grid.legend[sign.target].kind == "cliff":
            raise meanings[mark].fail(
                f"the jump leads to the cliff {sign.target}; let it end where an agent can stand."
            )


def _sign(meaning: _Piece) -> Sign:
    kind: Kind | None = None
    target: str | None = None
    reward: float | None = None
    for part in re.finditer(r"[^,]+", meaning.text):
        piece = _strip(_Piece(part.group(), meaning.line, meaning.column + part.start()))
        words = piece.text.split()
        if reward is None and len(words) == 2 and words[0] == "reward":
            shift = piece.text.index(words[1], len("reward"))
            reward = _reward(_Piece(words[1], piece.line, piece.column + shift))
        elif kind is None and words in (["free"], ["goal"], ["pit"], ["cliff"]):
            kind = cast(Kind, words[0])
        elif kind is None and len(words) == 3 and words[:2] == ["jump", "to"] and words[2] in _MARKS:
            kind, target = "jump", words[2]
        else:
            raise piece.fail(f"{_quote(piece.text)} is no meaning; say free, goal, pit, cliff, jump to a, or reward 1.")
    if kind is None and reward is None:
        raise meaning.fail("this sign needs a meaning; say free, goal, pit, cliff, jump to a, or reward 1.")
    return Sign(kind or "free", _DEFAULT_REWARD.get(kind or "free") if reward is None else reward, target)


def _read_option(name: str, piece: _Piece) -> dict[str, Any]:
    """The fields of GridMap that an option sets."""
    if name == "slip":
        *said, last = piece.text.split() or [""]
        side = last if said and last in ("left", "right") else ""
        slip = _number(piece._replace(text=piece.text.removesuffix(side).rstrip()))
        if not 0.0 <= slip <= 1.0:
            raise piece.fail(f"slip is a probability, from 0 to 1, not {_quote(piece.text)}.")
        return {"slip": slip, "side": side if side and slip else "both"}
    return {name: _read_single(name, piece)}


def _read_single(name: str, piece: _Piece) -> Any:
    if name in ("step", "bump"):
        return _reward(piece)
    if name == "title":
        if len(piece.text) > MAX_TITLE:
            raise piece.fail(f"a title has at most {MAX_TITLE} characters; shorten it from here.", MAX_TITLE)
        return "".join(c for c in piece.text if c.isprintable()).strip()
    if name == "wind":
        if not re.fullmatch(r"[0-9](\s+[0-9])*", piece.text):
            raise piece.fail(f"wind is one number from 0 to {MAX_WIND} a column, such as 0 0 1 2.")
        return tuple(map(int, piece.text.split()))
    choices = ("entering", "leaving") if name == "pays" else ("stay", "forbidden")
    if piece.text not in choices:
        raise piece.fail(f"{name} is {choices[0]} or {choices[1]}, not {_quote(piece.text)}.")
    return piece.text


def _reward(piece: _Piece) -> float:
    value = _number(piece)
    if not abs(value) <= MAX_REWARD:
        raise piece.fail(f"a reward is at most a million in size, not {_quote(piece.text)}.")
    return value


def _number(piece: _Piece) -> float:
    match = _NUMBER.fullmatch(piece.text)
    if match is None:
        raise piece.fail(f"{_quote(piece.text)} is no number; write one such as -0.04 or 1/3.")
    # Minus zero is zero: it would not survive being written down.
    return float(match[1]) / float(match[2] or 1) + 0.0


def _meaning(sign: Sign) -> str:
    kind = f"jump to {sign.target}" if sign.kind == "jump" else sign.kind
    return kind if sign.reward is None else f"{kind}, reward {number_text(sign.reward)}"
