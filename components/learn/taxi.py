"""Gymnasium's Taxi, a table that no painted map can hold: solved exactly, and learned from samples."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache, partial

import numpy as np
import streamlit as st

from components.instruments.board import Iterate, board
from components.instruments.drawing.figures import digits
from components.learn.memory import LearnMemory
from components.shell.messages import tell_problem
from components.shell.plain import plain
from components.shell.ticker import SLICE, work_on
from mdp_core.learners import LEARNERS
from mdp_core.learners.pupil import Known, watched
from mdp_core.learners.spec import LearnerSpec
from mdp_core.solvers.solution import Solution, solve
from mdp_core.stage.places import IN_TAXI, TAXI_STANDS, Places, gym_places
from mdp_core.work import Work

TEACHERS = ("q_learning", "sarsa")
ALPHA, EPSILON, EPISODES = 0.5, 0.1, 2_000  # no move of the taxi is chance, so large steps do
MAX_STEPS = 200  # Gymnasium's limit
REFRESH = 0.5  # seconds between two pictures


@dataclass
class TaxiMemory:
    """Kept in session state under one key."""

    shown: bool = False
    passenger: int = 0
    destination: int = 1
    spec: LearnerSpec | None = None  # of what was learned last
    lesson: Work[Known] | None = None
    wanted: tuple[str, int] | None = None  # by which learner and seed, as a link says: begun when the section is drawn
    link_seed: int = 0

    @property
    def by(self) -> str:
        """The learner that is on the screen, or will be; empty where that is the exact solution."""
        return self.wanted[0] if self.wanted else self.spec.algorithm if self.spec else ""

    @property
    def seed(self) -> int:
        """Its seed; 0 without one."""
        return self.wanted[1] if self.wanted else self.spec.seed if self.spec else 0

    def learn_anew(self, by: str) -> None:
        """Show what that learner learns, by the link's seed, or with "" the exact solution."""
        self.leave()
        self.wanted = (by, self.link_seed) if by else None

    def begin(self, algorithm: str, gamma: float, seed: int) -> None:
        """Learn anew."""
        self.spec = LearnerSpec(
            algorithm, ALPHA, epsilon=EPSILON, gamma=gamma, episodes=EPISODES, max_steps=MAX_STEPS, seed=seed
        )
        self.lesson = Work(watched(gym_places("gym-taxi").mdp, self.spec))
        self.lesson.work(SLICE)

    def leave(self) -> None:
        """Look at the exact solution again."""
        self.spec = self.lesson = None


def taxi_memory() -> TaxiMemory:
    """This visitor's."""
    memory: TaxiMemory = st.session_state.setdefault("taxi", TaxiMemory())
    return memory


@lru_cache(maxsize=8)
def solved_taxi(gamma: float) -> Solution:
    """v* and an optimal policy of Gymnasium's table. Raises ValueError if gamma is not in [0, 1]."""
    return solve(gym_places("gym-taxi").mdp, gamma)


def draw_taxi(learning: LearnMemory) -> None:
    """The section: nothing is made before it is asked for."""
    memory = taxi_memory()
    st.header("3 · More than a map: Gymnasium's Taxi", anchor="taxi")
    if not memory.shown:
        st.caption("500 states and 6 actions: where the taxi is, where the passenger is, and where to.")
        st.button("Solve the Taxi", key="taxi_show", on_click=partial(setattr, memory, "shown", True))
        return
    gamma = learning.gamma
    if memory.wanted is not None:
        (by, seed), memory.wanted = memory.wanted, None
        memory.begin(by, gamma, seed)
    if memory.spec is not None and memory.spec.gamma != gamma:
        memory.leave()  # what was learned for another gamma is no answer to this one
    left, right = st.columns([3, 2], gap="medium")
    with right:
        _ask(memory, learning)
    places = gym_places("gym-taxi", memory.passenger, memory.destination)
    best, known = solved_taxi(gamma), memory.lesson.result if memory.lesson else None
    with left:
        _draw(places, best if known is None else known, _label(memory, known))
    with right:
        _tell(memory, places, best, known, gamma)


def _ask(memory: TaxiMemory, learning: LearnMemory) -> None:
    memory.passenger = st.selectbox(
        "Passenger",
        range(IN_TAXI + 1),
        index=memory.passenger,
        format_func=lambda i: "in the taxi" if i == IN_TAXI else f"waits at {TAXI_STANDS[i]}",
        key="taxi_passenger",
    )
    memory.destination = st.selectbox(
        "Destination",
        range(len(TAXI_STANDS)),
        index=memory.destination,
        format_func=TAXI_STANDS.__getitem__,
        key="taxi_destination",
    )
    busy = memory.lesson is not None and memory.lesson.busy
    with st.container(horizontal=True, gap="small"):
        for by in TEACHERS:
            st.button(
                f"Learn it: {LEARNERS[by].title}",
                key=f"taxi_{by}",
                on_click=memory.begin,
                args=(by, learning.gamma, learning.asked.seed),
                disabled=busy,
            )
        if memory.lesson is not None:
            st.button("Show v* again", key="taxi_best", on_click=memory.leave, disabled=busy)
    if memory.lesson is not None:
        work_on(memory.lesson, _progress, key="taxi_learning", go_on="", refresh=REFRESH)
        if memory.lesson.error is not None:
            tell_problem(str(memory.lesson.error), "The exact values stay.")


def _progress(work: Work[Known]) -> str:
    done = 0 if work.result is None else work.result.episodes
    return f"learning: {done:,} of {EPISODES:,} episodes"


def _label(memory: TaxiMemory, known: Known | None) -> str:
    if memory.spec is None or known is None:
        return "v*, solved"
    return f"{LEARNERS[memory.spec.algorithm].title}, episode {known.episodes:,}"


def _draw(places: Places, found: Solution | Known, label: str) -> None:
    board(
        places.picture,
        key="taxi_board",
        name="The taxi's values and moves, for this passenger and this destination",
        film=[Iterate(label, places.laid_out(found.v), policy=places.arrows(found.policy))],
        film_key=[label, *map(str, places.at.values())],
        layers=("v", "policy", "none"),
        scale=float(np.abs(found.v).max()),
        height=330,
    )


def _tell(memory: TaxiMemory, places: Places, best: Solution, known: Known | None, gamma: float) -> None:
    table = places.mdp
    value = float(table.start @ best.v)
    st.markdown(
        f"v*(s₀) = **{digits(value)}** at gamma {gamma:.2f}, the mean over {int((table.start > 0).sum())} starts."
    )
    if known is not None and memory.spec is not None:
        title = LEARNERS[memory.spec.algorithm].title
        worth = known.worth(table, gamma)
        st.markdown(
            f"{title} after {known.episodes:,} episodes: what it has learned is worth **{digits(worth)}** without exploring "
            f"(alpha {ALPHA}, epsilon {EPSILON}, seed {memory.spec.seed})."
        )
    policy = best.policy if known is None else known.policy
    stops = [
        f"{places.actions[int(policy[s].argmax())]} at row {r + 1}, column {c + 1}"
        for (r, c), s in sorted(places.at.items())
        if not table.terminal[s] and policy[s].argmax() >= len(places.actions) - 2
    ]
    said = "; ".join(stops) if len(stops) <= 3 else f"{len(stops)} cells in which it would pick up or drop off"
    st.caption(plain(f"Not an arrow: {said}." if stops else "No cell in which it would pick up or drop off."))
