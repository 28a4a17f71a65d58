"""The study: what a visitor has solved and learned on page Learn. It lives as long as the tab."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import streamlit as st

from components.learn.lessons import Course
from components.learn.solving import Solving
from components.shell.visit import Visit
from mdp_core.grid.editing import Brush, paint
from mdp_core.grid.maps import to_text
from mdp_core.grid.presets import world
from mdp_core.grid.world import Cell, GridWorld
from mdp_core.learners import LEARNERS, LearnerSpec
from mdp_core.scenarios import EXACT, MAX_MAP, GridScenario, Learned
from mdp_core.stage.grid import solve_gamma, world_of
from mdp_core.stage.learned import spec_of

MAX_SEEDS = 50
CLIFF = ("sarsa", "q_learning")
CLIFF_SEEDS = 30
UNDO = 50  # edits that can be taken back


@dataclass
class Study:
    """Kept in session state under one key."""

    gamma: float
    of: GridScenario | None = None  # the world that `world` was made of
    world: GridWorld | None = None  # the last one that could be read
    solving: Solving | None = None
    horizon: int = 20
    learners: tuple[str, ...] = CLIFF
    asked: Learned = field(default_factory=Learned)  # the parameters, for all learners alike
    seeds: int = 10
    course: Course | None = None
    looked: str = CLIFF[0]  # the learner whose table is on the board
    curve: str = "online"  # or "worth": which learning curve is drawn
    courses: int = 0  # grows with every run, so that the board shows each film anew
    refused: str = ""  # why the last run was none
    past: list[tuple[str, str]] = field(default_factory=list)  # world and own map before each edit made here
    problem: str = ""  # of the last brush stroke
    stale: bool = False  # a part of the page has changed what the whole page is about
    guess: int | None = None  # improvements that policy iteration takes
    cliff_guess: str | None = None

    def see(self, here: Visit) -> GridWorld:
        """The visit's world. Raises ValueError where that cannot be read; `world` stays the last good one then."""
        grid = here.scenario.grid
        if self.of is not None and same_world(self.of, grid) and self.world is not None:
            return self.world
        seen = world_of(grid)
        other = self.of is None or (self.of.world, bool(self.of.own_map)) != (grid.world, bool(grid.own_map))
        if other and self.of is not None:
            self.gamma = solve_gamma(grid)
        self.of, self.world, self.problem = grid, seen, ""
        return seen

    def known(self, of: GridWorld) -> Solving:
        """What is known of a world for this gamma."""
        if self.solving is None or self.solving.world != of or self.solving.gamma != self.gamma:
            films = self.solving.films + 1 if self.solving is not None else 0
            self.solving = Solving(of, self.gamma)
            self.solving.films = films
            self.guess = None
        return self.solving

    def paint(self, here: Visit, cells: list[Cell], brush: Brush) -> None:
        """Change the visit's world, and begin to show how the change runs through."""
        if self.world is None or self.solving is None:
            return
        grid = here.scenario.grid
        try:
            drawn = world(grid.world, grid.own_map).map  # without the slip that a slider has put over it
            changed = paint(drawn, cells, brush)
            text = to_text(changed)
            if len(text) > MAX_MAP:
                raise ValueError(f"The map has {len(text):,} characters now, and at most {MAX_MAP:,} fit into a link.")
        except ValueError as error:
            self.problem = str(error)
            return
        self.problem = ""
        if changed == drawn:
            return
        self.past = [*self.past[-UNDO + 1 :], (grid.world, grid.own_map)]
        self._change(here, grid.world, text)

    def undo(self, here: Visit) -> None:
        """Take back the last edit; that is a change like any other."""
        if self.past:
            self._change(here, *self.past.pop())

    def _change(self, here: Visit, name: str, own_map: str) -> None:
        before = self.solving
        here.change_grid(world=name, own_map=own_map)
        grid = here.scenario.grid
        self.of, self.world = grid, world_of(grid)
        if before is not None:
            self.solving = before.edited(self.world)

    # Learning.

    def specs(self, of: GridWorld) -> tuple[LearnerSpec, ...]:
        """What every chosen learner is asked to do. Raises ValueError, in a visitor's words."""
        if not self.learners:
            raise ValueError("Choose at least one learner.")
        asked = replace(self.asked, gamma=self.gamma)
        return tuple(spec_of(of, replace(asked, by=by), self.seeds) for by in self.learners)

    def begin(self, of: GridWorld) -> None:
        """Begin to learn; where nobody can learn, `refused` says why, and what was learned stays."""
        try:
            self.course, self.refused = Course(of, self.specs(of)), ""
        except ValueError as error:
            self.refused = str(error)
            return
        self.courses += 1

    def cliff(self, here: Visit) -> None:
        """Sutton & Barto's figure 6.6: everything as it is there."""
        grid = here.scenario.grid
        here.kept_map = grid.own_map or here.kept_map
        here.change_grid(world="cliff", own_map="", slip=None)
        self.past.clear()
        of = self.see(here)
        self.gamma = 1.0
        self.learners, self.looked = CLIFF, CLIFF[0]
        self.asked = Learned(alpha=0.5, epsilon=0.1, lambda_=0.0, episodes=500, seed=0)
        self.seeds = CLIFF_SEEDS
        self.begin(of)

    def is_cliff(self, course: Course) -> bool:
        """True where `course` is that of the figure."""
        specs = [lesson.spec for lesson in course.lessons]
        return (
            course.world == world("cliff")
            and tuple(spec.algorithm for spec in specs) == CLIFF
            and (specs[0].alpha, specs[0].epsilon, specs[0].lambda_, specs[0].gamma) == (0.5, 0.1, 0.0, 1.0)
        )

    # Playing it.

    def send(self, here: Visit, by: str) -> None:
        """Put what was found onto the Stage."""
        if by == EXACT:
            learned = Learned(by=EXACT, gamma=self.gamma)
        else:
            lesson = next(lesson for lesson in self.course.lessons if lesson.spec.algorithm == by)  # type: ignore[union-attr]
            frame, spec = lesson.sendable(), lesson.spec
            if frame is None:
                return
            learned = Learned(
                by, spec.alpha, spec.alpha_v, spec.epsilon, spec.lambda_, spec.gamma, frame.episodes, spec.seed
            )
        here.change_grid(policy="learned", learned=learned, forced=())
        here.past["grid"].clear()
        here.show(0)


def same_world(one: GridScenario, other: GridScenario) -> bool:
    """True where both are the same world, whoever acts in it."""
    return (one.world, one.own_map, one.slip) == (other.world, other.own_map, other.slip)


def study(here: Visit) -> Study:
    """This visitor's study; it begins with what the visit's policy was learned by."""
    if "study" not in st.session_state:
        grid = here.scenario.grid
        begun = Study(0.99)
        if grid.policy == "learned":
            begun.gamma = grid.learned.gamma
            if grid.learned.by in LEARNERS:
                begun.asked, begun.learners, begun.looked = grid.learned, (grid.learned.by,), grid.learned.by
        else:
            try:
                begun.gamma = solve_gamma(grid)
            except ValueError:
                begun.gamma = solve_gamma(GridScenario())
        st.session_state["study"] = begun
    found: Study = st.session_state["study"]
    return found
