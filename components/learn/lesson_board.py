"""One learner's table on the board while it learns, and the walks of all of them in the end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from components.instruments.board import Iterate, Walk, board
from components.instruments.board.film import iterate
from components.learn.learning_curve import LOOKS
from mdp_core.grid.world import END
from mdp_core.kept import Kept
from mdp_core.learners import LEARNERS
from mdp_core.learners.lesson import Lesson, Milestone
from mdp_core.stage.grid import map_picture

MOST_WALKS = 6  # different ones, of each learner
WIDE = 9  # columns from which on four numbers in a cell are too small
SENT = 15_000  # cells of all milestones together

_films: Kept[Lesson, list[Iterate]] = Kept(16)  # of lessons that are over: laid out once, for everybody


def draw_table(lesson: Lesson, course: int, *, height: int) -> None:
    """The first agent's table: the last one while it learns, then the film of all."""
    film = _films.get_or_make(lesson, lambda: _film(lesson)) if lesson.done else _film(lesson)
    with_q = all(each.q is not None for each in film)
    board(
        map_picture(lesson.world),
        key="lesson",
        name=f"What {LEARNERS[lesson.spec.algorithm].title} has learned, seed {lesson.spec.seed}",
        film=film,
        film_key=[course, lesson.spec.algorithm, len(film)],
        layers=_layers(lesson.world.map.shape[1], with_q),
        scale=float(np.abs(lesson.milestones[-1].v).max(initial=0.0)) if lesson.milestones else 1.0,
        height=height,
    )


def _film(lesson: Lesson) -> list[Iterate]:
    milestones = lesson.milestones
    every = max(1, len(milestones) * len(lesson.world.states) // SENT)
    shown = [*milestones[:-1:every], *milestones[-1:]] if lesson.done else milestones[-1:]
    return [_iterate(lesson, milestone) for milestone in shown]


def _iterate(lesson: Lesson, milestone: Milestone) -> Iterate:
    q = None if milestone.q is None else np.where(np.isfinite(milestone.q), milestone.q, np.nan)
    return iterate(lesson.world, f"episode {milestone.episodes}", milestone.v, q, milestone.policy)


def _layers(columns: int, with_q: bool) -> tuple[str, ...]:
    """The table itself first, where there is room to read it."""
    if not with_q:
        return "v", "policy", "none"
    return ("q", "v", "policy", "none") if columns <= WIDE else ("v", "q", "policy", "none")


def draw_walks(lessons: Sequence[Lesson], *, height: int) -> None:
    """Where each learner walks without exploring: the commonest way of its agents strongly, other ways faintly."""
    drawn = []
    for lesson in lessons:
        states, by = lesson.world.states, lesson.spec.algorithm
        ways = Counter(tuple(states[s] for s in walk if states[s] != END) for walk in lesson.walks)
        for n, (cells, agents) in enumerate(ways.most_common(MOST_WALKS)):
            opacity = 0.15 + 0.5 * agents / len(lesson.walks) if n else 0.95
            drawn.append(Walk(cells, opacity, LOOKS[by][0], n > 0, "" if n else LEARNERS[by].title))
    board(
        map_picture(lessons[0].world),
        key="walks",
        name="Where the learners walk in the end, without exploring",
        layers=("none",),
        walks=drawn,
        height=height,
    )
