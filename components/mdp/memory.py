"""What page MDP remembers of one visitor: which world, which pair (s, a), what was sampled, drawn and edited."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from components.shell.visit import Visit
from mdp_core.grid.diagnosis import remarks
from mdp_core.grid.editing import HOLE, Brush, Difference, difference, paint, resize, with_step
from mdp_core.grid.edits import Edits, redraw
from mdp_core.grid.maps import MAX_MAP, GridMap, parse_map, to_text
from mdp_core.grid.presets import PRESETS, world
from mdp_core.grid.world import Cell
from mdp_core.scenarios import GridScenario
from mdp_core.stage.grid import policy_of, world_of
from mdp_core.stage.places import GYM_WORLDS, Places, grid_places, gym_places

KEPT_EDITS = 100  # that can be undone
MOST_SAMPLES = 100_000  # of one pair (s, a); beyond, the frequencies stand still anyway
BASES = {"random": "every action alike", "stage": "as on the Stage"}
NOWHERE = "There is nothing left to undo."


@dataclass(frozen=True)
class Shown:
    """Which world the page showed: of the visit, or of Gymnasium where `gym` names one."""

    world: str
    own_map: str
    slip: float | None
    gym: str


@dataclass
class MdpMemory:
    """Kept in session state under one key, across pages and reruns."""

    gym: str = ""  # a name of GYM_WORLDS, or nothing: the visit's world
    passenger: int = 0  # of the taxi, see gym_places
    destination: int = 1
    state: Hashable = None  # the chosen s, as the world's table names it; None: the initial state
    action: int = 1  # the chosen a, as an index of the table
    token: int | None = None  # the chosen token; None: the most likely one
    base: str = "random"  # what pi is before it is edited, one of BASES
    tokens: int = 16  # T, the length of the texts that are counted
    model: str = ""  # whose vocabulary is counted
    history: int = 0  # which pair of histories is drawn
    amounts: dict[str, float] = field(
        default_factory=lambda: {"goal": 1.0, "pit": -1.0, "cliff": -100.0, "reward": 0.5}
    )
    past: Edits[Shown] = field(default_factory=lambda: Edits(KEPT_EDITS))
    edit: Difference | None = None  # what the last edit changed
    refused: str = ""  # why the last edit was none
    good: GridScenario = field(default_factory=GridScenario)  # the last world of the visit that could be read
    samples: dict[Hashable, int] = field(default_factory=dict)  # how many, by instrument and pair
    draws: dict[Hashable, int] = field(default_factory=dict)  # how many decisions were drawn, by state
    policies: dict[str, dict[Hashable, tuple[float, ...]]] = field(default_factory=dict)  # by world and state
    guesses: dict[str, Any] = field(default_factory=dict)  # what the visitor committed to, by question

    @property
    def lineage(self) -> str:
        """Under which name edited policies are kept: a world that is painted on stays the world it was."""
        return self.gym or self.good.world

    # What a link says of the world that is shown: it knows states by their numbers.

    @property
    def state_number(self) -> int | None:
        """The index of the chosen state; None where none was chosen."""
        return None if self.state is None else state_of(self, places_of(self))

    @state_number.setter
    def state_number(self, number: int | None) -> None:
        states = places_of(self).mdp.states
        self.state = states[number] if number is not None and number < len(states) else None

    @property
    def rows(self) -> dict[int, tuple[float, ...]]:
        """The edited distributions, by the index of the state."""
        places = places_of(self)
        edits = {places.number(name): row for name, row in self.policies.get(self.lineage, {}).items()}
        return {s: row for s, row in edits.items() if s is not None}

    @rows.setter
    def rows(self, rows: Mapping[int, tuple[float, ...]]) -> None:
        states = places_of(self).mdp.states
        self.policies[self.lineage] = {states[i]: row for i, row in rows.items() if i < len(states)}
        if not self.policies[self.lineage]:
            forget_policy(self)

    @property
    def sampled(self) -> int:
        """How often the chosen pair was sampled."""
        return self.samples.get(self._pair(), 0)

    @sampled.setter
    def sampled(self, n: int) -> None:
        self.samples[self._pair()] = n

    @property
    def drawn(self) -> int:
        """How many decisions of the chosen state were drawn."""
        return self.draws.get(self._chosen(), 0)

    @drawn.setter
    def drawn(self, n: int) -> None:
        self.draws[self._chosen()] = n

    @property
    def guessed(self) -> dict[str, int]:
        """The options that were guessed."""
        return {question: option for question, option in self.guesses.items() if isinstance(option, int)}

    @guessed.setter
    def guessed(self, guesses: Mapping[str, int]) -> None:
        self.guesses = dict(guesses)

    def _pair(self) -> Hashable:
        places = places_of(self)
        state = state_of(self, places)
        return pair_key(self, state, action_of(self, places, state))

    def _chosen(self) -> Hashable:
        places = places_of(self)
        return self.lineage, places.mdp.states[state_of(self, places)]

    def forget_samples(self, pair: Hashable) -> None:
        """Begin again with a pair."""
        self.samples.pop(pair, None)

    def forget_draws(self, state: Hashable) -> None:
        """Begin again with the decisions of a state."""
        self.draws.pop(state, None)

    def sample(self, pair: Hashable, n: int) -> None:
        """Draw `n` more outcomes of a pair."""
        self.samples[pair] = min(self.samples.get(pair, 0) + n, MOST_SAMPLES)


def mdp_memory() -> MdpMemory:
    """This visitor's."""
    memory: MdpMemory = st.session_state.setdefault("mdp", MdpMemory())
    return memory


def read_world(current: Visit, memory: MdpMemory) -> str:
    """Take up the visit's world where it can be read, else keep the last good one; returns what is wrong with it."""
    grid = current.scenario.grid
    try:
        world_of(grid)
    except ValueError as error:
        return str(error)
    memory.good = replace(grid, forced=())
    return ""


def places_of(memory: MdpMemory) -> Places:
    """The world that the page shows, on its map."""
    if memory.gym:
        return gym_places(memory.gym, memory.passenger, memory.destination)
    return _grid_places(memory.good.world, memory.good.own_map, memory.good.slip)


@lru_cache(maxsize=64)
def _grid_places(name: str, own_map: str, slip: float | None) -> Places:
    made = world(name, own_map, slip)
    return grid_places(made, (made.map.title or "Your map") if own_map else PRESETS[name].title)


def remarks_of(memory: MdpMemory) -> tuple[str, ...]:
    """What the world lacks, in sentences; nothing is said of Gymnasium's."""
    return () if memory.gym else _remarks(memory.good.world, memory.good.own_map, memory.good.slip)


@lru_cache(maxsize=64)
def _remarks(name: str, own_map: str, slip: float | None) -> tuple[str, ...]:
    return remarks(world(name, own_map, slip))


def state_of(memory: MdpMemory, places: Places) -> int:
    """The index of the chosen state; the initial one where that is no state of this world."""
    chosen = places.number(memory.state)
    return places.mdp.initial_state() if chosen is None else chosen


def action_of(memory: MdpMemory, places: Places, state: int) -> int | None:
    """The index of the chosen action, or of the first allowed one; None in a terminal state."""
    if places.mdp.is_terminal(state):
        return None
    allowed = places.mdp.actions(state)
    return memory.action if memory.action in allowed else allowed[0]


def pair_key(memory: MdpMemory, state: int, action: int | None) -> Hashable:
    """Under which the samples of that pair are counted."""
    return "grid", memory.lineage, state, action


def choose_state(memory: MdpMemory, places: Places, cell: Cell) -> None:
    """The state that lies on a cell becomes the chosen one; a wall or a cliff is none."""
    if cell in places.at:
        memory.state = places.mdp.states[places.at[cell]]


# pi


def base_policy(memory: MdpMemory, places: Places) -> NDArray[np.float64]:
    """[S, A], the policy before it was edited: the random one, or the one that walks on the Stage where there is one."""
    if memory.base == "stage" and not memory.gym:
        try:
            return policy_of(memory.good).arrows
        except ValueError:  # it cannot be solved
            pass
    return places.random


def policy_table(memory: MdpMemory, places: Places) -> NDArray[np.float64]:
    """[S, A], pi with the visitor's edits."""
    table = np.array(base_policy(memory, places))
    edits = memory.policies.get(memory.lineage, {})
    for name, row in edits.items():
        s = places.number(name)
        if s is not None and len(row) == table.shape[1] and not places.mdp.terminal[s]:
            allowed = np.where(places.mdp.allowed[s], row, 0.0)
            if allowed.sum() > 0:
                table[s] = allowed / allowed.sum()
    return table


def edit_policy(memory: MdpMemory, places: Places, state: int, allowed: list[int], p: list[float]) -> None:
    """Write down the distribution of one state; `p` is over its allowed actions."""
    row = np.zeros(places.mdp.shape[1])
    row[allowed] = p
    memory.policies.setdefault(memory.lineage, {})[places.mdp.states[state]] = tuple(row.tolist())


def forget_policy(memory: MdpMemory) -> None:
    """The policy as it was before the edits, in every state of this world."""
    memory.policies.pop(memory.lineage, None)


# Editing the world


def base_map(memory: MdpMemory) -> GridMap:
    """The map on which strokes are made: without the slip that a slider has put over it."""
    return world(memory.good.world, memory.good.own_map).map


def paint_cells(current: Visit, memory: MdpMemory, cells: list[Cell], kind: str) -> None:
    """One stroke of a brush on the visitor's own map."""
    if memory.gym or kind not in ("wall", "free", "start", "hole", *memory.amounts):
        return
    brush = HOLE if kind == "hole" else Brush(kind, memory.amounts.get(kind, 0.0))  # type: ignore[arg-type] # checked above
    _redraw(current, memory, lambda grid: paint(grid, cells, brush))


def set_size(current: Visit, memory: MdpMemory, rows: int, columns: int) -> None:
    """Grow or cut the map."""
    _redraw(current, memory, lambda grid: resize(grid, rows, columns))


def set_step(current: Visit, memory: MdpMemory, step: float) -> None:
    """Another step reward."""
    _redraw(current, memory, lambda grid: with_step(grid, step))


def load_text(current: Visit, memory: MdpMemory, text: str) -> None:
    """Another map, as text. Raises MapError for one that cannot be read, ValueError for one that is too long."""
    parse_map(text)
    if len(text) > MAX_MAP:
        raise ValueError(
            f"The map has {len(text):,} characters and at most {MAX_MAP:,} fit; leave out blanks and empty lines."
        )
    forget_policy(memory)
    show_world(current, memory, memory.good.world, text, None)
    memory.edit = None


def text_of(memory: MdpMemory) -> str:
    """The world as text, with everything that the controls say."""
    good = memory.good  # another thread may put another one in its place
    if good.slip is None:
        return good.own_map or PRESETS[good.world].text.strip() + "\n"
    return to_text(world_of(good).map)


def show_world(current: Visit, memory: MdpMemory, name: str, own_map: str, slip: float | None) -> None:
    """Put a grid world into the visit, so that every page has it; it can be undone."""
    _remember(memory)
    _put_world(current, memory, name, own_map, slip)


def _put_world(current: Visit, memory: MdpMemory, name: str, own_map: str, slip: float | None) -> None:
    before = None if memory.gym else world_of(memory.good)
    memory.gym, memory.refused = "", ""
    changes: dict[str, Any] = {"world": name, "own_map": own_map, "slip": slip}
    grid = current.scenario.grid
    if (name, own_map) == (grid.world, grid.own_map):
        changes = {"slip": slip}  # the robot's choices by hand stay what they are
    current.change_grid(**changes)
    read_world(current, memory)
    _forget_numbers(memory)
    memory.edit = difference(before, world_of(memory.good)) if before is not None else None


def show_gym(memory: MdpMemory, name: str) -> None:
    """Show a world of Gymnasium on this page; the visit's own stays where it is."""
    _remember(memory)
    _put_gym(memory, name)


def _put_gym(memory: MdpMemory, name: str) -> None:
    memory.gym, memory.refused, memory.edit = name, "", None
    _forget_numbers(memory)


def make_own(current: Visit, memory: MdpMemory) -> None:
    """The map of a Gymnasium world as the visitor's own, to paint on."""
    name = GYM_WORLDS[memory.gym].editable_as
    show_world(current, memory, name, PRESETS[name].text.strip() + "\n", None)
    memory.edit = None


def undo(current: Visit, memory: MdpMemory) -> None:
    """The world before the last change."""
    before = memory.past.undo()
    if before is None:
        memory.refused = NOWHERE
    elif before.gym:
        _put_gym(memory, before.gym)
    else:
        _put_world(current, memory, before.world, before.own_map, before.slip)


def _redraw(current: Visit, memory: MdpMemory, change: Callable[[GridMap], GridMap]) -> None:
    memory.refused = ""
    try:
        text = redraw(memory.good.world, memory.good.own_map, change)
    except ValueError as error:
        memory.refused = str(error)
        return
    if text is not None:
        current.drafts.pop("mdp_text", None)
        show_world(current, memory, memory.good.world, text, memory.good.slip)


def _remember(memory: MdpMemory) -> None:
    good = memory.good
    memory.past.remember(Shown(good.world, good.own_map, good.slip, memory.gym))


def _forget_numbers(memory: MdpMemory) -> None:
    """Frequencies of another world's P say nothing of this one."""
    memory.samples = {pair: n for pair, n in memory.samples.items() if isinstance(pair, tuple) and pair[0] == "text"}
    memory.history = 0
