"""What a visitor has opened up on the page "MDP": which world, which pair (s, a), what was sampled, drawn and edited."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from components.shell.visit import Visit
from mdp_core.grid.diagnosis import remarks
from mdp_core.grid.editing import Brush, Difference, difference, paint, resize, with_step
from mdp_core.grid.maps import GridMap, parse_map, to_text
from mdp_core.grid.presets import PRESETS, world
from mdp_core.grid.world import Cell
from mdp_core.scenarios import MAX_MAP, GridScenario
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
class Opened:
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
    past: list[Shown] = field(default_factory=list)
    edit: Difference | None = None  # what the last edit changed
    said: str = ""  # why the last edit was none
    good: GridScenario = field(default_factory=GridScenario)  # the last world of the visit that could be read
    samples: dict[Hashable, int] = field(default_factory=dict)  # how many, by instrument and pair
    draws: dict[Hashable, int] = field(default_factory=dict)  # how many decisions were drawn, by state
    policies: dict[str, dict[Hashable, tuple[float, ...]]] = field(default_factory=dict)  # by world and state
    guesses: dict[str, Any] = field(default_factory=dict)  # what the visitor committed to, by question

    @property
    def lineage(self) -> str:
        """Under which name edited policies are kept: a world that is painted on stays the world it was."""
        return self.gym or self.good.world

    def sample(self, pair: Hashable, n: int) -> None:
        """Draw `n` more outcomes of a pair."""
        self.samples[pair] = min(self.samples.get(pair, 0) + n, MOST_SAMPLES)


def opened() -> Opened:
    """This visitor's."""
    if "opened" not in st.session_state:
        st.session_state["opened"] = Opened()
    found: Opened = st.session_state["opened"]
    return found


def read_world(here: Visit, page: Opened) -> str:
    """Take up the visit's world where it can be read, else keep the last good one; returns what is wrong with it."""
    grid = here.scenario.grid
    try:
        world_of(grid)
    except ValueError as error:
        return str(error)
    page.good = replace(grid, forced=())
    return ""


def places_of(page: Opened) -> Places:
    """The world that the page shows, on its map."""
    if page.gym:
        return gym_places(page.gym, page.passenger, page.destination)
    return _grid_places(page.good.world, page.good.own_map, page.good.slip)


@lru_cache(maxsize=64)
def _grid_places(name: str, own_map: str, slip: float | None) -> Places:
    made = world(name, own_map, slip)
    return grid_places(made, (made.map.title or "Your map") if own_map else PRESETS[name].title)


def remarks_of(page: Opened) -> tuple[str, ...]:
    """What the world lacks, in sentences; nothing is said of Gymnasium's."""
    return () if page.gym else _remarks(page.good.world, page.good.own_map, page.good.slip)


@lru_cache(maxsize=64)
def _remarks(name: str, own_map: str, slip: float | None) -> tuple[str, ...]:
    return remarks(world(name, own_map, slip))


def state_of(page: Opened, places: Places) -> int:
    """The index of the chosen state; the initial one where that is no state of this world."""
    try:
        return list(places.mdp.states).index(page.state)
    except ValueError:
        return places.mdp.initial_state()


def action_of(page: Opened, places: Places, state: int) -> int | None:
    """The index of the chosen action, or of the first allowed one; None in a terminal state."""
    if places.mdp.is_terminal(state):
        return None
    allowed = places.mdp.actions(state)
    return page.action if page.action in allowed else allowed[0]


def choose_state(page: Opened, places: Places, cell: Cell) -> None:
    """The state that lies on a cell becomes the chosen one; a wall or a cliff is none."""
    if cell in places.at:
        page.state = places.mdp.states[places.at[cell]]


# pi


def base_policy(page: Opened, places: Places) -> NDArray[np.float64]:
    """[S, A], the policy before it was edited: the random one, or the one that walks on the Stage where there is one."""
    if page.base == "stage" and not page.gym:
        try:
            return policy_of(page.good).arrows
        except ValueError:  # it cannot be solved
            pass
    return places.random


def policy_table(page: Opened, places: Places) -> NDArray[np.float64]:
    """[S, A], pi with the visitor's edits."""
    table = np.array(base_policy(page, places))
    edits = page.policies.get(page.lineage, {})
    index = {name: i for i, name in enumerate(places.mdp.states)}
    for name, row in edits.items():
        s = index.get(name)
        if s is not None and len(row) == table.shape[1] and not places.mdp.terminal[s]:
            allowed = np.where(places.mdp.allowed[s], row, 0.0)
            if allowed.sum() > 0:
                table[s] = allowed / allowed.sum()
    return table


def edit_policy(page: Opened, places: Places, state: int, allowed: list[int], p: list[float]) -> None:
    """Write down the distribution of one state; `p` is over its allowed actions."""
    row = np.zeros(places.mdp.shape[1])
    row[allowed] = p
    page.policies.setdefault(page.lineage, {})[places.mdp.states[state]] = tuple(row.tolist())


def forget_policy(page: Opened) -> None:
    """The policy as it was before the edits, in every state of this world."""
    page.policies.pop(page.lineage, None)


# Editing the world


def base_map(page: Opened) -> GridMap:
    """The map on which strokes are made: without the slip that a slider has put over it."""
    return world(page.good.world, page.good.own_map).map


def paint_cells(here: Visit, page: Opened, cells: list[Cell], kind: str) -> None:
    """One stroke of a brush on the visitor's own map."""
    if page.gym or kind not in ("wall", "free", "start", *page.amounts):
        return
    brush = Brush(kind, page.amounts.get(kind, 0.0))  # type: ignore[arg-type] # checked above
    _redraw(here, page, lambda grid: paint(grid, cells, brush))


def set_size(here: Visit, page: Opened, rows: int, columns: int) -> None:
    """Grow or cut the map."""
    _redraw(here, page, lambda grid: resize(grid, rows, columns))


def set_step(here: Visit, page: Opened, step: float) -> None:
    """Another step reward."""
    _redraw(here, page, lambda grid: with_step(grid, step))


def load_text(here: Visit, page: Opened, text: str) -> None:
    """Another map, as text. Raises MapError for one that cannot be read, ValueError for one that is too long."""
    parse_map(text)
    if len(text) > MAX_MAP:
        raise ValueError(
            f"The map has {len(text):,} characters and at most {MAX_MAP:,} fit; leave out blanks and empty lines."
        )
    forget_policy(page)
    show_world(here, page, page.good.world, text, None)
    page.edit = None


def text_of(page: Opened) -> str:
    """The world as text, with everything that the controls say."""
    if page.good.slip is None:
        return page.good.own_map or PRESETS[page.good.world].text.strip() + "\n"
    return to_text(world_of(page.good).map)


def show_world(here: Visit, page: Opened, name: str, own_map: str, slip: float | None) -> None:
    """Put a grid world into the visit, so that every page has it; it can be undone."""
    _remember(page)
    before = None if page.gym else world_of(page.good)
    page.gym, page.said = "", ""
    changes: dict[str, Any] = {"world": name, "own_map": own_map, "slip": slip}
    grid = here.scenario.grid
    if (name, own_map) == (grid.world, grid.own_map):
        changes = {"slip": slip}  # the robot's choices by hand stay what they are
    here.change_grid(**changes)
    read_world(here, page)
    _forget_numbers(page)
    page.edit = difference(before, world_of(page.good)) if before is not None else None


def show_gym(page: Opened, name: str) -> None:
    """Show a world of Gymnasium on this page; the visit's own stays where it is."""
    _remember(page)
    page.gym, page.said, page.edit = name, "", None
    _forget_numbers(page)


def make_own(here: Visit, page: Opened) -> None:
    """The map of a Gymnasium world as the visitor's own, to paint on."""
    name = GYM_WORLDS[page.gym].editable_as
    show_world(here, page, name, PRESETS[name].text.strip() + "\n", None)
    page.edit = None


def undo(here: Visit, page: Opened) -> None:
    """The world before the last change."""
    if not page.past:
        page.said = NOWHERE
        return
    before = page.past.pop()
    kept = list(page.past)
    if before.gym:
        show_gym(page, before.gym)
    else:
        show_world(here, page, before.world, before.own_map, before.slip)
    page.past = kept


def _redraw(here: Visit, page: Opened, change: Any) -> None:
    before = base_map(page)
    try:
        after = change(before)
    except ValueError as error:
        page.said = str(error)
        return
    if after == before:
        page.said = ""
        return
    here.drafts.pop("mdp_text", None)
    show_world(here, page, page.good.world, to_text(after), page.good.slip)


def _remember(page: Opened) -> None:
    good = page.good
    page.past.append(Shown(good.world, good.own_map, good.slip, page.gym))
    del page.past[:-KEPT_EDITS]


def _forget_numbers(page: Opened) -> None:
    """Frequencies of another world's P say nothing of this one."""
    page.samples = {pair: n for pair, n in page.samples.items() if isinstance(pair, tuple) and pair[0] == "text"}
    page.history = 0
