"""Page Return's memory: what was sampled, guessed and worked out in this tab."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import streamlit as st

from components.returns.samples import (
    MAX_COUNT,
    MAX_LIMIT,
    Sample,
    grid_sample,
    grid_subject,
    limit_of,
    text_sample,
    text_subject,
)
from components.returns.worth import Objective, Worth
from components.server.pictures import is_slow
from components.shell.visit import Side, Visit
from mdp_core.scenarios import GridScenario, TextScenario
from mdp_core.stage.grid import world_of

if TYPE_CHECKING:
    from mdp_core.tokens.language_model import LanguageModel

TICK = 0.15  # seconds between two slices
SLICE = 0.25  # seconds of work in one
REFRESH = 1.0  # seconds between two looks at what has come of it
FIRST = 1_000  # trajectories that are offered


@dataclass
class Line:
    """The worlds of sections 2 and 3, made to measure."""

    near: float = 1.0
    near_moves: int = 2
    far: float = 4.0
    far_moves: int = 10
    gamma: float = 0.9
    moves: int = 20  # of the corridor
    limit: int = 100
    walks: int = 1_000


@dataclass
class Returns:
    """Kept in session state under one key."""

    side: Side = "grid"
    count: int = 1  # trajectories that are looked at
    typed: int = FIRST  # what the control says
    limit: int | None = None  # steps after which a walk is cut off; None: as on the Stage
    samples: dict[Side, Sample] = field(default_factory=dict)  # the last good one of each world
    of: dict[Side, GridScenario | TextScenario] = field(default_factory=dict)  # what those are of
    objective: Objective | None = None
    worth: Worth | None = None
    problem: str = ""  # of the world that is looked at
    worth_problem: str = ""  # of the text whose values are looked at
    valued: bool = False  # the values of a slow model's text were asked for
    stale: bool = False  # a section has changed what the whole page shows
    stale_values: bool = False
    due: bool = False  # the next run of the drawing's own fragment is a tick, and draws
    values_due: bool = False
    refreshed: dict[str, tuple[int, float]] = field(
        default_factory=dict
    )  # how far what was when the page last showed it
    seen: dict[Side, Sample] = field(default_factory=dict)
    grid: GridScenario | None = None  # the last one that could be read
    refused: str = ""  # why the last number of trajectories was none
    guesses: dict[str, float] = field(default_factory=dict)
    revealed: set[str] = field(default_factory=set)  # questions that were answered once: their pictures stay
    line: Line = field(default_factory=Line)
    rollouts: int = 16
    command: int = 0  # grows when gamma is set from elsewhere
    gamma: float | None = None  # that the chart of returns shows, as far as is known here

    def refresh(self, what: str, far: int) -> bool:
        """True where there is something new to show of `what`: at once the first time, then about once a second."""
        now = time.monotonic()
        before, when = self.refreshed.get(what, (0, 0.0))
        if far == before or (now - when < REFRESH and before):
            return False
        self.refreshed[what] = (far, now)
        return True

    def pictured(self) -> Sample | None:
        """The sample that can be seen: the current one, and before its first trajectory the one before."""
        current = self.samples.get(self.side)
        if current is not None and current.drawn:
            self.seen[self.side] = current
        return self.seen.get(self.side)

    def again(self, change: Callable[[], None]) -> None:
        """Do something that the whole page has to hear of."""
        change()
        self.stale = True

    def see_gamma(self, here: Visit) -> None:
        """Tell the chart where the visit's gamma has been changed elsewhere."""
        if self.gamma != here.view.gamma:
            self.gamma = here.view.gamma
            self.command += 1

    def limit_of(self, grid: GridScenario) -> int:
        """Where a walk is cut off. Raises what `world_of` raises."""
        return self.limit or limit_of(grid)

    def ask(self, count: float | None) -> None:
        """So many trajectories, if that is possible; else `refused` says why, and what is there stays."""
        self.refused = ""
        if count is None or count < 1:
            self.refused = "One trajectory is the least: without any there is no return to look at."
        elif count > MAX_COUNT:
            self.refused = f"{count:,.0f} trajectories are too many for a page: {MAX_COUNT:,} show the same picture."
        else:
            self.count = self.typed = int(count)

    def cut_at(self, limit: float | None) -> None:
        """Another limit of steps."""
        self.refused = ""
        if limit is None or not 1 <= limit <= MAX_LIMIT:
            self.refused = f"A walk is cut off after 1 to {MAX_LIMIT} steps, so that every one of them comes to an end."
        else:
            self.limit = int(limit)

    def roll(self, rollouts: int | None) -> None:
        """So many rollouts for each prefix."""
        self.rollouts = rollouts or self.rollouts

    def good_grid(self, here: Visit) -> GridScenario:
        """The visit's grid, or the last one that could be read. Raises ValueError where there never was one."""
        grid = replace(here.scenario.grid, forced=())
        try:
            world_of(grid)
            self.grid = grid
        except ValueError:
            if self.grid is None:
                raise
        return self.grid

    def see_grid(self, here: Visit) -> Sample:
        """The walks of the visit's world and policy, as many as were asked for. Raises ValueError where there are none."""
        grid, seed = replace(here.scenario.grid, forced=()), here.scenario.seed
        before = self.of.get("grid")
        if isinstance(before, GridScenario) and (before.world, before.own_map) != (grid.world, grid.own_map):
            self.limit = None
        limit = self.limit_of(grid)
        old = self.samples.get("grid")
        if old is None or (old.subject, old.count) != (grid_subject(grid, seed, limit), self.count):
            self.samples["grid"] = grid_sample(grid, seed, self.count, limit)
            self.of["grid"] = grid
        return self.samples["grid"]

    def see_text(self, here: Visit, model: LanguageModel) -> Sample:
        """The texts of the visit's model and prompt, as many as were asked for; of another prompt first a single one.

        Raises ValueError for what cannot be written.
        """
        text, seed = replace(here.scenario.text, forced=()), here.scenario.seed
        old = self.samples.get("text")
        if old is not None and old.subject != text_subject(text, seed):
            self.count = 1 if self.side == "text" else self.count
        if old is None or (old.subject, old.count) != (text_subject(text, seed), self.count):
            self.samples["text"] = text_sample(model, text, seed, self.count)
            self.of["text"] = text
        if self.objective is None or self.objective.scenario != text or self.objective.model is not model:
            self.objective = None if is_slow(model) else Objective(model, text)
        return self.samples["text"]

    def see_worth(self, here: Visit, model: LanguageModel) -> Worth:
        """The values along the text on the Stage. Raises ValueError for a prompt that cannot be continued."""
        text, seed = here.scenario.text, here.scenario.seed
        old = self.worth
        if (
            old is None
            or (old.scenario, old.seed, old.rollouts) != (text, seed, self.rollouts)
            or old.model is not model
        ):
            self.worth = Worth(model, text, seed, self.rollouts, chosen=0 if old is None else old.chosen)
        assert self.worth is not None
        return self.worth


def returns() -> Returns:
    """This visitor's page Return; the first call of a tab begins it."""
    if "returns" not in st.session_state:
        st.session_state["returns"] = Returns()
    found: Returns = st.session_state["returns"]
    return found
