"""What page Return remembers of one visitor: what was sampled, guessed and worked out in this tab."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from components.server.pictures import is_slow
from components.shell.visit import Side, Visit
from mdp_core.horizon import expected_rewards
from mdp_core.kept import Kept
from mdp_core.scenarios import GridScenario, TextScenario
from mdp_core.stage.grid import policy_of, world_of
from mdp_core.stage.samples import (
    MAX_COUNT,
    MAX_LIMIT,
    Sample,
    draw_texts,
    draw_walks,
    limit_of,
    texts_subject,
    walks_subject,
)
from mdp_core.stage.text_worth import TextWorth, expect_return
from mdp_core.work import Work

if TYPE_CHECKING:
    from mdp_core.tokens.prefix_values import PrefixValue
    from mdp_core.tokens.text_model import TextModel

REFRESH = 1.0  # seconds between two looks at what has come of it
FIRST = 1_000  # trajectories that are offered
BATCH, SLOW_BATCH = 256, 8  # texts that are written between two reports
WORTH_BATCH = 8  # texts of a slow model between two reports of a value
ROLLOUTS = (4, 64)  # of a slow model, for each prefix
LONGEST_LINE = 16  # moves: a longer line is too small to be read
MOST_REWARD = 100.0
WALK_LIMITS = (10, 500)  # steps of a walk down the corridor

# What all visitors share.
_samples: Kept[tuple[str, int], Sample] = Kept(12)  # finished ones, by subject and count
_rewards: Kept[str, NDArray[np.float64]] = Kept(64)


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


@dataclass(frozen=True, eq=False)
class Drawing:
    """A sample on its way, and what it is of."""

    of: GridScenario | TextScenario
    sample: Sample
    work: Work[Sample]


@dataclass
class ReturnsMemory:
    """Kept in session state under one key."""

    side: Side = "grid"
    count: int = 1  # trajectories that are looked at
    typed: int = FIRST  # what the control says
    limit: int | None = None  # steps after which a walk is cut off; None: as on the Stage
    drawings: dict[Side, Drawing] = field(default_factory=dict)  # the last good one of each world
    seen: dict[Side, Drawing] = field(default_factory=dict)  # the last one of which something could be seen
    objective: Work[PrefixValue] | None = None  # E[G_0] of a small model's texts
    objective_of: tuple[str, TextScenario] | None = None
    worth: TextWorth | None = None  # the values along the text on the Stage
    valuing: Work[TextWorth] | None = None
    worth_of: tuple[str, TextScenario, int, int] | None = None
    problem: str = ""  # of the world that is looked at
    worth_problem: str = ""  # of the text whose values are looked at
    valued: bool = False  # the values of a slow model's text were asked for
    grid: GridScenario | None = None  # the last one that could be read
    refused: str = ""  # why the last number of trajectories was none
    guesses: dict[str, float] = field(default_factory=dict)
    revealed: set[str] = field(default_factory=set)  # questions that were answered once: their pictures stay
    line: Line = field(default_factory=Line)
    rollouts: int = 16
    prefix: int = 0  # tokens of the text on the Stage: what may follow them is looked at
    command: int = 0  # grows when gamma is set from elsewhere
    gamma: float | None = None  # that the chart of returns shows, as far as is known here

    def pictured(self) -> Drawing | None:
        """The sample that can be seen: the current one, and before its first trajectory the one before."""
        current = self.drawings.get(self.side)
        if current is not None and current.sample.drawn:
            self.seen[self.side] = current
        return self.seen.get(self.side)

    def see_gamma(self, gamma: float) -> None:
        """Tell the chart where the visit's gamma has been changed elsewhere."""
        if self.gamma != gamma:
            self.gamma = gamma
            self.command += 1

    @property
    def told(self) -> tuple[str, ...]:
        """The questions that were answered once."""
        return tuple(sorted(self.revealed))

    def sample_anew(self, count: int) -> None:
        """So many trajectories, as if none had been drawn before. Everybody begins with one, and more are offered."""
        self.count, self.typed = count, count if count > 1 else FIRST
        self.drawings.clear()
        self.refused, self.worth_of = "", None

    def turn(self, side: Side) -> None:
        """Look at the other world."""
        self.side, self.refused = side, ""

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

    def good_grid(self, visit: Visit) -> GridScenario:
        """The visit's grid, or the last one that could be read. Raises ValueError where there never was one."""
        grid = replace(visit.scenario.grid, forced=())
        try:
            world_of(grid)
            self.grid = grid
        except ValueError:
            if self.grid is None:
                raise
        return self.grid

    def draw_grid(self, visit: Visit) -> Drawing:
        """The walks of the visit's world and policy, as many as were asked for. Raises ValueError where there are none."""
        grid, seed, before = replace(visit.scenario.grid, forced=()), visit.scenario.seed, self.drawings.get("grid")
        old = before.of if before is not None else grid
        if isinstance(old, GridScenario) and (old.world, old.own_map) != (grid.world, grid.own_map):
            self.limit = None
        limit = self.limit or limit_of(grid)
        subject = walks_subject(grid, seed, limit)
        if before is None or (before.sample.subject, before.sample.count) != (subject, self.count):
            sample = Sample(subject, self.count, limit)
            reports = draw_walks(sample, grid, seed)
            work = _samples.work((subject, self.count), lambda: reports)
            self.drawings["grid"] = Drawing(grid, work.result or sample, work)
        return self.drawings["grid"]

    def draw_text(self, visit: Visit, model: TextModel) -> Drawing:
        """The texts of the visit's model and prompt, as many as were asked for; of another prompt first a single one.

        Raises ValueError for what cannot be written.
        """
        text, seed, before = replace(visit.scenario.text, forced=()), visit.scenario.seed, self.drawings.get("text")
        subject = texts_subject(text, seed)
        if before is not None and before.sample.subject != subject and self.side == "text":
            self.count = 1
        if before is None or (before.sample.subject, before.sample.count) != (subject, self.count):
            sample = Sample(subject, self.count, text.max_tokens)
            reports = draw_texts(sample, model, text, seed, SLOW_BATCH if is_slow(model) else BATCH)
            work = _samples.work((subject, self.count), lambda: reports)
            self.drawings["text"] = Drawing(text, work.result or sample, work)
        if self.objective_of != (model.id, text):
            self.objective = None if is_slow(model) else Work(expect_return(model, text))
            self.objective_of = (model.id, text)
        return self.drawings["text"]

    def see_worth(self, visit: Visit, model: TextModel) -> None:
        """Take up the text on the Stage. Raises ValueError for a prompt that cannot be continued."""
        from mdp_core.tokens.prefix_values import Effort

        text, seed = visit.scenario.text, visit.scenario.seed
        if self.worth_of == (model.id, text, seed, self.rollouts):
            return
        effort = (
            Effort(0.0, 0, self.rollouts, WORTH_BATCH)
            if is_slow(model)
            else Effort(tolerance=0.003, prefixes=20_000, samples=1_000, batch=250)
        )
        self.worth = TextWorth(model, text, seed, effort, chosen=self.prefix)
        self.worth_of = (model.id, text, seed, self.rollouts)
        self.valuing = Work(self.worth.working())

    def choose_prefix(self, t: int) -> None:
        """Look at what may follow the first `t` tokens of the text."""
        if self.worth is None:
            return
        missing = self.worth.choose(t)
        self.prefix = self.worth.chosen
        if missing:
            self.valuing = Work(self.worth.working())


def returns_memory() -> ReturnsMemory:
    """This visitor's; the first call of a tab begins it."""
    memory: ReturnsMemory = st.session_state.setdefault("returns", ReturnsMemory())
    return memory


def expected_of(grid: GridScenario, limit: int) -> NDArray[np.float64]:
    """[limit], E[r_{t+1}] of the robot's walks, exact: the value of every gamma at once. Raises what `policy_of` raises."""
    return _rewards.get_or_make(
        walks_subject(grid, 0, limit),
        lambda: expected_rewards(world_of(grid).tabular(), policy_of(grid).arrows, limit),
    )
