"""A tabular world laid on a map: which cell each state lies on, so that tables can be pointed at and drawn."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mdp_core.frames import Json
from mdp_core.grid.world import END, Cell, GridWorld
from mdp_core.stage.grid import LABELS, map_picture
from mdp_core.tabular import TabularMDP

RING = ("up", "right", "down", "left")  # the order in which a board draws a policy's arrows

FROZEN_LAKE_MOVES = ("left", "down", "right", "up")  # Gymnasium's numbers of the actions, from its documentation
CLIFF_MOVES = ("up", "right", "down", "left")
TAXI_MOVES = ("down", "up", "right", "left", "pick up", "drop off")
TAXI_STANDS = ("R", "G", "Y", "B")
IN_TAXI = 4


@dataclass(frozen=True, eq=False)
class Places:
    """A world and the map that it is drawn on."""

    title: str
    mdp: TabularMDP
    picture: Json  # what a board draws: rows, cols, signs, legend, jumps, barriers
    cells: tuple[Cell | None, ...]  # [S], None where a state lies nowhere on the map
    at: dict[Cell, int]  # the state that pointing at a cell means
    actions: tuple[str, ...]  # [A], what each action is called
    words: tuple[str, ...]  # [S], what each state is called

    def number(self, state: Hashable) -> int | None:
        """The index of that state of the table; None for what is none."""
        return self._numbers.get(state)

    def labels(self) -> list[str]:
        """[A], the actions as they are written on buttons."""
        return [LABELS.get(name, name) for name in self.actions]

    def laid_out(self, values: NDArray[Any]) -> NDArray[np.float64]:
        """[S, ...] -> [rows, cols, ...]: what each cell's state has; nan without one."""
        laid = np.full((self.picture["rows"], self.picture["cols"], *values.shape[1:]), np.nan)
        cells = np.array(list(self.at))
        laid[cells[:, 0], cells[:, 1]] = values[list(self.at.values())]
        return laid

    def arrows(self, policy: NDArray[np.float64]) -> NDArray[np.float64]:
        """[S, A] -> [rows, cols, 4], the probabilities of up, right, down and left, as a board draws them; nan in ends."""
        columns = [self.actions.index(name) for name in RING]
        return self.laid_out(np.where(self.mdp.terminal[:, None], np.nan, policy[:, columns]))

    @cached_property
    def _numbers(self) -> dict[Hashable, int]:
        return {state: s for s, state in enumerate(self.mdp.states)}

    @cached_property
    def random(self) -> NDArray[np.float64]:
        """[S, A], every allowed action with the same probability; uniform where none is."""
        allowed = self.mdp.allowed | ~self.mdp.allowed.any(axis=1, keepdims=True)
        result: NDArray[np.float64] = allowed / allowed.sum(axis=1, keepdims=True)
        return result


def grid_places(world: GridWorld, title: str) -> Places:
    """A grid world on its own map."""
    cells = tuple(None if s == END else s for s in world.states)
    return Places(
        title=title,
        mdp=world.tabular(),
        picture=map_picture(world),
        cells=cells,
        at={cell: i for i, cell in enumerate(cells) if cell is not None},
        actions=RING,
        words=tuple("the end" if cell is None else _cell_words(cell) for cell in cells),
    )


@dataclass(frozen=True)
class GymWorld:
    """An environment of Gymnasium that the project can lay on a map."""

    id: str
    title: str
    question: str
    options: tuple[tuple[str, Any], ...] = ()
    editable_as: str = ""  # the preset with the same table, where there is one


GYM_WORLDS = {
    "gym-lake": GymWorld(
        "FrozenLake-v1",
        "Gymnasium FrozenLake 4x4",
        "Gymnasium's own table: is a third of the moves really all that goes where you want?",
        (("map_name", "4x4"),),
        "lake",
    ),
    "gym-lake8": GymWorld(
        "FrozenLake-v1",
        "Gymnasium FrozenLake 8x8",
        "The same ice, four times the cells: P has four times the rows, and not one more idea.",
        (("map_name", "8x8"),),
        "lake8",
    ),
    "gym-cliff": GymWorld(
        "CliffWalking-v1",
        "Gymnasium CliffWalking",
        "48 states in Gymnasium's table: how many of them can you ever stand on?",
        (),
        "cliff",
    ),
    "gym-taxi": GymWorld(
        "Taxi-v4",
        "Gymnasium Taxi",
        "25 cells and 500 states: what must a state know beside where the taxi is?",
    ),
}


@lru_cache(maxsize=64)
def gym_places(name: str, passenger: int = 0, destination: int = 1) -> Places:
    """A world of GYM_WORLDS, its table taken from Gymnasium's `P`, laid on its map.

    A taxi's state is more than its cell: the map shows the 25 states of one `passenger` (0..3: waiting at R, G, Y, B;
    4: in the taxi) and one `destination` (0..3). Raises ValueError for a name that is none of them.
    """
    if name not in GYM_WORLDS:
        raise ValueError(f"There is no Gymnasium world “{name[:30]}” here; choose one of {', '.join(GYM_WORLDS)}.")
    env, mdp = _made(name)
    if name == "gym-taxi":
        return _taxi(env, mdp, passenger, destination)
    title = GYM_WORLDS[name].title
    return _lake(env, mdp, title) if name.startswith("gym-lake") else _cliff(env, mdp, title)


@lru_cache(maxsize=len(GYM_WORLDS))
def _made(name: str) -> tuple[Any, TabularMDP]:
    import gymnasium

    from mdp_core.grid.gymnasium_table import from_gymnasium

    world = GYM_WORLDS[name]
    env = gymnasium.make(world.id, **dict(world.options)).unwrapped
    return env, from_gymnasium(env)


def _lake(env: Any, mdp: TabularMDP, title: str) -> Places:
    signs = ["".join(sign.decode() for sign in row) for row in env.desc]
    known: dict[str, Json] = {
        "S": {"kind": "start", "label": "S"},
        "F": {"kind": "free"},
        "H": {"kind": "pit", "label": "H"},
        "G": {"kind": "goal", "label": "+1", "reward": 1.0},
    }
    return _rectangle(title, mdp, signs, known, FROZEN_LAKE_MOVES)


def _cliff(env: Any, mdp: TabularMDP, title: str) -> Places:
    """The cliff's cells are states of Gymnasium's table that nothing leads to: who steps there is at the start again."""
    rows, cols = env.shape
    number = np.arange(rows * cols)
    entered = np.zeros(len(number), dtype=np.bool_)
    moves = (mdp.probability[: len(number)] > 0) & ~mdp.terminal[: len(number), None, None]
    begins = np.nonzero(moves)[0]
    ends = mdp.next_state[: len(number)][moves]
    entered[ends[(ends != begins) & (ends < len(number))]] = True
    start, goal = mdp.initial_state(), rows * cols - 1
    entered[[start, goal]] = True
    signs = np.where(entered, ".", "C")
    signs[start], signs[goal] = "S", "G"
    legend: dict[str, Json] = {
        ".": {"kind": "free"},
        "C": {"kind": "cliff", "label": "−100", "reward": -100.0},
        "S": {"kind": "start", "label": "S"},
        "G": {"kind": "goal", "label": "G", "reward": -1.0},
    }
    return _rectangle(title, mdp, ["".join(row) for row in signs.reshape(rows, cols)], legend, CLIFF_MOVES)


def _rectangle(
    title: str, mdp: TabularMDP, signs: list[str], legend: dict[str, Json], moves: tuple[str, ...]
) -> Places:
    rows, cols = len(signs), len(signs[0])
    cells = tuple((s // cols, s % cols) if s < rows * cols else None for s in range(mdp.shape[0]))
    return Places(
        title=title,
        mdp=mdp,
        picture={"rows": rows, "cols": cols, "signs": signs, "legend": legend, "jumps": []},
        cells=cells,
        at={cell: s for s, cell in enumerate(cells) if cell is not None},
        actions=moves,
        words=tuple("the end" if cell is None else _cell_words(cell) for cell in cells),
    )


def _taxi(env: Any, mdp: TabularMDP, passenger: int, destination: int) -> Places:
    stands = [tuple(map(int, place)) for place in env.locs]
    signs = ["".join(dict(zip(stands, TAXI_STANDS, strict=True)).get((r, c), ".") for c in range(5)) for r in range(5)]
    legend: dict[str, Json] = {".": {"kind": "free"}}
    for i, name in enumerate(TAXI_STANDS):
        legend[name] = {"kind": "goal" if i == destination else "free", "label": name}
    walls = [[[r, c], [r, c + 1]] for r in range(5) for c in range(4) if env.desc[1 + r, 2 * c + 2].decode() == "|"]
    cells: list[Cell | None] = []
    words = []
    for s in range(mdp.shape[0]):
        if s >= 500:
            cells.append(None)
            words.append("the end")
            continue
        r, c, waiting, wanted = (int(n) for n in env.decode(s))
        cells.append((r, c))
        who = "in the taxi" if waiting == IN_TAXI else f"at {TAXI_STANDS[waiting]}"
        words.append(f"{_cell_words((r, c))}, passenger {who}, to {TAXI_STANDS[wanted]}")
    return Places(
        title=GYM_WORLDS["gym-taxi"].title,
        mdp=mdp,
        picture={"rows": 5, "cols": 5, "signs": signs, "legend": legend, "jumps": [], "barriers": walls},
        cells=tuple(cells),
        at={(r, c): int(env.encode(r, c, passenger, destination)) for r in range(5) for c in range(5)},
        actions=TAXI_MOVES,
        words=tuple(words),
    )


def _cell_words(cell: Cell) -> str:
    return f"row {cell[0] + 1}, column {cell[1] + 1}"
