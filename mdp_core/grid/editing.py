"""Editing a map: every stroke makes a new map, one that `parse_map` reads back to the same value."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from mdp_core.grid.maps import DEFAULT_SIGNS, FREE, LIMIT, MAX_REWARD, START, WALL, GridMap, Kind, Sign
from mdp_core.grid.world import END, Cell, GridWorld

BrushKind = Literal["wall", "free", "start", "goal", "pit", "cliff", "reward"]

_PREFERRED = {"goal": "G", "pit": "H", "cliff": "C"}
_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789ABDEIJKLMNOPQRTUVWXYZ"  # not F, G, H, C and S, which have their meaning


@dataclass(frozen=True)
class Brush:
    """What a stroke leaves behind. `reward` counts for goal, pit, cliff and reward (a free cell that pays).

    Raises ValueError for a reward that is not finite or over a million in size.
    """

    kind: BrushKind
    reward: float = 0.0

    def __post_init__(self) -> None:
        if not math.isfinite(self.reward) or abs(self.reward) > MAX_REWARD:
            raise ValueError("A reward is a number of at most a million in size; choose a smaller one.")


HOLE = Brush("pit", 0.0)  # H, as on the lake


def paint(grid: GridMap, cells: Iterable[Cell], brush: Brush) -> GridMap:
    """The map after a stroke over `cells` (row, column).

    There is always one start: a stroke of the start moves it to its last cell, every other stroke goes around it. A jump
    whose landing is painted over becomes a free cell. Raises ValueError if a cell is not on the map, if nothing but the
    start was painted over, or if all letters are used up.
    """
    R, C = grid.shape
    stroke = list(dict.fromkeys(cells))
    if any(not (0 <= r < R and 0 <= c < C) for r, c in stroke):
        raise ValueError(f"This stroke leaves the map, which has {R} rows and {C} columns; paint inside it.")
    if not stroke:
        return grid
    start = grid.start
    rows = [list(row) for row in grid.rows]
    signs = dict(grid.signs)
    if brush.kind == "start":
        rows[start[0]][start[1]] = FREE
        rows[stroke[-1][0]][stroke[-1][1]] = START
    else:
        stroke = [cell for cell in stroke if cell != start]
        if not stroke:
            raise ValueError("The agent starts there; give it another start first, then paint this cell.")
        mark = _mark(grid, brush)
        if mark not in (WALL, FREE):
            signs[mark] = _sign(brush)
        for r, c in stroke:
            rows[r][c] = mark
    return _tidy(grid, rows, signs)


def resize(grid: GridMap, rows: int, columns: int) -> GridMap:
    """The map with `rows` and `columns`, grown by free cells or cut at the bottom and on the right.

    Raises ValueError for a size outside 1..100, a cut through the start, and a single cell whose edges are forbidden.
    """
    if not (1 <= rows <= LIMIT and 1 <= columns <= LIMIT):
        raise ValueError(f"A map has at most {LIMIT} by {LIMIT} cells, so that it can be solved while you look on.")
    if grid.start[0] >= rows or grid.start[1] >= columns:
        raise ValueError("That would cut off the start; give the agent another start first.")
    if rows * columns == 1 and grid.edges == "forbidden":
        raise ValueError("No action is left on a map of one cell whose edges are forbidden; keep two.")
    kept = [list(row[:columns].ljust(columns, FREE)) for row in grid.rows[:rows]]
    kept += [[FREE] * columns for _ in range(rows - len(kept))]
    wind = (*grid.wind, *(0,) * columns)[:columns] if grid.wind else ()
    return _tidy(replace(grid, wind=wind), kept, dict(grid.signs))


def with_step(grid: GridMap, step: float) -> GridMap:
    """The map with another step reward. Raises ValueError for one that is not finite or over a million in size."""
    return replace(grid, step=Brush("reward", step).reward + 0.0)


@dataclass(frozen=True)
class Difference:
    """What an edit changed of the Markov decision process; pairs are (s, a) of cells that are states before and after."""

    states: tuple[int, int]  # how many, before and after
    pairs: int
    transitions: int  # pairs whose distribution over next states is another one
    rewards: int  # pairs whose expected reward r(s, a) is another one


def difference(before: GridWorld, after: GridWorld) -> Difference:
    """Compare the tables of two worlds, cell by cell."""
    width = max(before.map.shape[1], after.map.shape[1]) + 1
    size = (max(before.map.shape[0], after.map.shape[0]) + 1) * width + 1  # one more place, for END

    def numbers(world: GridWorld) -> NDArray[np.int64]:
        r, c = world.coordinates.T
        return np.where(r == END[0], size - 1, r * width + c)

    old, new = numbers(before), numbers(after)
    both, at_old, at_new = np.intersect1d(old, new, assume_unique=True, return_indices=True)
    ends = [number[w.tabular().next_state[at]] for w, number, at in ((before, old, at_old), (after, new, at_new))]
    chances = [w.tabular().probability[at] for w, at in ((before, at_old), (after, at_new))]
    # A stroke leaves most pairs as they were, entry by entry; the others are compared as distributions.
    other = np.ones((len(both), 4), dtype=np.bool_)
    if ends[0].shape == ends[1].shape:
        other = ((ends[0] != ends[1]) | (chances[0] != chances[1])).any(axis=2)
    pair = np.flatnonzero(other)[:, None] * size
    keys = [(pair + end[other]).ravel() for end in ends]
    weights = [sign * p[other].ravel() for sign, p in zip((1.0, -1.0), chances, strict=True)]
    entries, places = np.unique(np.concatenate(keys), return_inverse=True)
    net = np.bincount(places, weights=np.concatenate(weights), minlength=len(entries))
    moved = np.unique(entries[np.abs(net) > 1e-9] // size)
    paid = np.abs(before.tabular().expected_reward[at_old] - after.tabular().expected_reward[at_new]) > 1e-12
    return Difference((len(old), len(new)), len(both) * 4, len(moved), int(paid.sum()))


def _sign(brush: Brush) -> Sign:
    kinds: dict[str, Kind] = {"goal": "goal", "pit": "pit", "cliff": "cliff"}
    return Sign(kinds.get(brush.kind, "free"), brush.reward + 0.0)


def _mark(grid: GridMap, brush: Brush) -> str:
    """The sign that stands for the brush on this map: one that is there with this meaning, else an unused letter."""
    if brush.kind in ("wall", "free"):
        return WALL if brush.kind == "wall" else FREE
    wanted, known = _sign(brush), dict(grid.signs)
    targets = {sign.target for sign in known.values()}
    for mark, sign in known.items():
        if sign == wanted and mark not in targets:
            return mark
    preferred = _PREFERRED.get(brush.kind, "")
    letters: list[str] = [*preferred, *(m for m, sign in DEFAULT_SIGNS.items() if sign == wanted), *_LETTERS]
    for mark in letters:
        if mark not in known:
            return mark
    raise ValueError("All letters of this map are used up; paint over some of its signs first.")


def _tidy(grid: GridMap, rows: list[list[str]], signs: dict[str, Sign]) -> GridMap:
    """The map of `rows`, with the signs that are still on it, and without the jumps that lead nowhere any more."""
    while True:
        on_map = {sign for row in rows for sign in row}
        lost = {m for m, sign in signs.items() if m in on_map and sign.target is not None and sign.target not in on_map}
        if not lost:
            break
        rows = [[FREE if sign in lost else sign for sign in row] for row in rows]
    kept = tuple((mark, sign) for mark, sign in sorted(signs.items()) if mark in on_map)
    return replace(grid, rows=tuple("".join(row) for row in rows), signs=kept)
