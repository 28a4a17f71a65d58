"""What page Learn remembers of one visitor: what was solved and learned. It lives as long as the tab."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import streamlit as st

from components.server.lessons import finished_lessons
from components.shell.ticker import SLICE
from components.shell.visit import Visit
from mdp_core.grid.editing import Brush, paint
from mdp_core.grid.edits import Edits, redraw
from mdp_core.grid.presets import world
from mdp_core.grid.world import Cell, GridWorld
from mdp_core.learners import LEARNERS, LearnerSpec
from mdp_core.learners.course import Course
from mdp_core.scenarios import MAX_LEARNED_EPISODES, MAX_SEED, GridScenario, Learned
from mdp_core.solvers.solving import Solving, iteration_of_policies, iteration_of_values, looking_ahead
from mdp_core.stage.grid import solve_gamma, world_of
from mdp_core.stage.learned import spec_of

MAX_SEEDS = 50
CLIFF = ("sarsa", "q_learning")
CLIFF_SEEDS = 30
UNDO = 50  # edits that can be taken back
CLIFF_GUESSES = ("Sarsa", "Q-learning", "both the same")
METHODS = {  # that begin from nothing, by their names in a link: how what they have found is called
    "values": "value iteration",
    "policies": "policy iteration",
    "ahead": "backward induction",
}


@dataclass
class LearnMemory:
    """Kept in session state under one key."""

    gamma: float
    of: GridScenario | None = None  # the world that `world` was made of
    world: GridWorld = field(default_factory=lambda: world_of(GridScenario()))  # the last one that could be read
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
    past: Edits[tuple[str, str]] = field(default_factory=lambda: Edits(UNDO))  # world and own map before each edit
    problem: str = ""  # of the last brush stroke
    guess: int | None = None  # improvements that policy iteration takes
    cliff_guess: str | None = None
    to_solve: str = ""  # of METHODS: what a link has on its board
    to_run: bool = False  # a link has a course on the screen

    def see(self, current: Visit) -> None:
        """Take up the visit's world. Raises ValueError where that cannot be read; `world` stays the last good one then."""
        grid = current.scenario.grid
        if self.of is not None and _is_same_world(self.of, grid):
            return
        try:
            self.world = world_of(grid)
        except ValueError:
            self.of = self.of or GridScenario()
            raise
        if self.of is not None and (self.of.world, bool(self.of.own_map)) != (grid.world, bool(grid.own_map)):
            self.gamma = solve_gamma(grid)
        self.of, self.problem = grid, ""

    def solving_now(self) -> Solving:
        """What is known of the world for this gamma."""
        solving = self.solving
        known = None if solving is None else solving.known
        if solving is None or known is None or (known.world, known.gamma) != (self.world, self.gamma):
            self.guess = None
            self.solving = solving = Solving(self.world, self.gamma, 0 if known is None else known.reels + 1)
        return solving

    # What a link has on the screen, and is worked out again.

    def look_anew(self, gamma: float) -> None:
        """Look with this gamma at whatever world there is at the next `see`."""
        self.gamma, self.of, self.solving = gamma, None, None

    @property
    def solved_by(self) -> str:
        """Whose film is on the board, by its name in METHODS; nothing where it began with what was known before."""
        method = "" if self.solving is None else self.solving.known.method
        return next((name for name, said in METHODS.items() if method.startswith(said)), "")

    def solve_anew(self, name: str) -> None:
        """Forget what is known, and solve by that method at the next `catch_up`; by none where it is empty."""
        self.to_solve = name

    @property
    def ran(self) -> bool:
        """Whether what was learned here is what the numbers ask for."""
        try:
            specs = self.specs()
        except ValueError:
            return False
        course = self.course
        return course is not None and (course.world, tuple(lesson.spec for lesson in course.lessons)) == (
            self.world,
            specs,
        )

    def run_anew(self, ran: bool) -> None:
        """Learn what the numbers ask for at the next `catch_up`, or show nothing that was learned."""
        self.to_run, self.course = ran, self.course if ran else None

    def catch_up(self) -> None:
        """Begin what a link has on the screen, in the world that `see` has taken up."""
        if self.to_solve:
            guess, reels = self.guess, 0 if self.solving is None else self.solving.known.reels + 1
            self.solving = Solving(self.world, self.gamma, reels)
            horizon = self.horizon
            methods = {"values": iteration_of_values, "policies": iteration_of_policies}
            self.solving.begin(methods.get(self.to_solve, lambda known: looking_ahead(known, horizon=horizon)))
            self.guess, self.to_solve = guess, ""
        if self.to_run:
            self.to_run = False
            if not self.ran:
                self.begin()
                if self.course is not None:
                    self.course.work(SLICE)

    def paint(self, current: Visit, cells: list[Cell], brush: Brush) -> None:
        """Change the visit's world, and begin to show how the change runs through."""
        grid, self.problem = current.scenario.grid, ""
        try:
            text = redraw(grid.world, grid.own_map, lambda drawn: paint(drawn, cells, brush))
        except ValueError as error:
            self.problem = str(error)
            return
        if text is not None:
            self.past.remember((grid.world, grid.own_map))
            self._change(current, grid.world, text)

    def undo(self, current: Visit) -> None:
        """Take back the last edit; that is a change like any other."""
        before = self.past.undo()
        if before is not None:
            self._change(current, *before)

    def _change(self, current: Visit, name: str, own_map: str) -> None:
        before = self.solving
        current.change_grid(world=name, own_map=own_map)
        self.of = current.scenario.grid
        self.world = world_of(self.of)
        if before is not None:
            self.solving = before.edited(self.world)

    # Learning.

    def number(self, name: str) -> float:
        """The number that is asked for: of seeds, or a field of Learned."""
        value: float = self.seeds if name == "seeds" else getattr(self.asked, name)
        return value

    def set_number(self, name: str, value: Any) -> None:
        """Ask for another number; an empty field asks for none."""
        if value is None:
            return
        self.refused = ""
        if name == "seeds":
            self.seeds = value
        else:
            self.asked = replace(self.asked, **{name: value})

    def choose_learners(self, names: Sequence[str]) -> None:
        """Let those learn."""
        self.refused = ""
        self.learners = tuple(name for name in LEARNERS if name in names)

    def specs(self) -> tuple[LearnerSpec, ...]:
        """What every chosen learner is asked to do. Raises ValueError, in a visitor's words."""
        seeds, episodes, seed, most = self.seeds, self.asked.episodes, self.asked.seed, MAX_LEARNED_EPISODES
        if not 1 <= seeds <= MAX_SEEDS:
            raise ValueError(
                f"seeds {seeds} is not between 1 and {MAX_SEEDS}: so many agents learn one beside the other."
            )
        if not 1 <= episodes <= most:
            raise ValueError(f"episodes {episodes} is not between 1 and {most:,}: more keep you waiting.")
        if not 0 <= seed <= MAX_SEED - MAX_SEEDS:
            raise ValueError(f"seed {seed} is not between 0 and {MAX_SEED - MAX_SEEDS:,}; any of those will do.")
        if not self.learners:
            raise ValueError("Choose at least one learner.")
        asked = replace(self.asked, gamma=self.gamma)
        return tuple(spec_of(self.world, replace(asked, by=by), seeds) for by in self.learners)

    def begin(self) -> None:
        """Begin to learn; where nobody can learn, `refused` says why, and what was learned stays."""
        try:
            self.course, self.refused = Course(self.world, self.specs(), finished_lessons), ""
        except ValueError as error:
            self.refused = str(error)
            return
        self.courses += 1

    def begin_cliff(self, current: Visit, guess: str | None) -> None:
        """Sutton & Barto's figure 6.6: everything as it is there."""
        grid = current.scenario.grid
        current.kept_map = grid.own_map or current.kept_map
        current.change_grid(world="cliff", own_map="", slip=None)
        self.past.forget()
        self.see(current)
        self.gamma, self.seeds, self.cliff_guess = 1.0, CLIFF_SEEDS, guess
        self.learners, self.looked = CLIFF, CLIFF[0]
        self.asked = Learned(alpha=0.5, epsilon=0.1, lambda_=0.0, episodes=500, seed=0)
        self.begin()


def is_cliff(course: Course) -> bool:
    """True where it is that of the figure."""
    specs = [lesson.spec for lesson in course.lessons]
    return (
        course.world == world("cliff")
        and tuple(spec.algorithm for spec in specs) == CLIFF
        and (specs[0].alpha, specs[0].epsilon, specs[0].lambda_, specs[0].gamma) == (0.5, 0.1, 0.0, 1.0)
    )


def _is_same_world(one: GridScenario, other: GridScenario) -> bool:
    """True where both are the same world, whoever acts in it."""
    return (one.world, one.own_map, one.slip) == (other.world, other.own_map, other.slip)


def learn_memory(current: Visit) -> LearnMemory:
    """This visitor's."""
    if "learn" not in st.session_state:
        st.session_state["learn"] = begun_with(current)
    memory: LearnMemory = st.session_state["learn"]
    return memory


def begun_with(current: Visit) -> LearnMemory:
    """A fresh one: it begins with what the visit's policy was learned by."""
    grid = current.scenario.grid
    begun = LearnMemory(0.99)
    if grid.policy == "learned":
        begun.gamma = grid.learned.gamma
        if grid.learned.by in LEARNERS:
            begun.asked, begun.learners, begun.looked = grid.learned, (grid.learned.by,), grid.learned.by
    else:
        try:
            begun.gamma = solve_gamma(grid)
        except ValueError:
            begun.gamma = solve_gamma(GridScenario())
    return begun
