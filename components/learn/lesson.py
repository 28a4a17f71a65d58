"""One learner's table on the board while it learns, and the walks of all of them in the end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from components.instruments.board import Iterate, Walk, board
from components.instruments.board.film import iterate
from components.learn.lessons import Frame, Lesson
from mdp_core.grid.world import END
from mdp_core.learners import LEARNERS
from mdp_core.stage.grid import map_picture

MOST_WALKS = 6  # different ones, of each learner
WIDE = 9  # columns from which on four numbers in a cell are too small
SENT = 15_000  # cells of all frames together


def table(lesson: Lesson, course: int, *, height: int) -> None:
    """The first agent's table: the last one while it learns, then the film of all."""
    film = _film(lesson)
    with_q = all(each.q is not None for each in film)
    board(
        map_picture(lesson.world),
        key="lesson",
        name=f"What {LEARNERS[lesson.spec.algorithm].title} has learned, seed {lesson.spec.seed}",
        film=film,
        film_key=[course, lesson.spec.algorithm, len(film)],
        layers=_layers(lesson.world.map.shape[1], with_q),
        scale=float(np.abs(lesson.frames[-1].v).max(initial=0.0)) if lesson.frames else 1.0,
        height=height,
    )


def _film(lesson: Lesson) -> list[Iterate]:
    if not lesson.done:
        return [_iterate(lesson, frame) for frame in lesson.frames[-1:]]
    if lesson.drawn is None:
        frames = lesson.frames
        every = max(1, len(frames) * len(lesson.world.states) // SENT)
        lesson.drawn = [_iterate(lesson, frame) for frame in [*frames[:-1:every], *frames[-1:]]]
    film: list[Iterate] = lesson.drawn
    return film


def _iterate(lesson: Lesson, frame: Frame) -> Iterate:
    q = None if frame.q is None else np.where(np.isfinite(frame.q), frame.q, np.nan)
    return iterate(lesson.world, f"episode {frame.episodes}", frame.v, q, frame.policy)


def _layers(columns: int, with_q: bool) -> tuple[str, ...]:
    """The table itself first, where there is room to read it."""
    if not with_q:
        return "v", "policy", "none"
    return ("q", "v", "policy", "none") if columns <= WIDE else ("v", "q", "policy", "none")


def walks(lessons: Sequence[Lesson], tones: Sequence[str], *, height: int) -> None:
    """Where each learner walks without exploring: the commonest way of its agents strongly, other ways faintly."""
    drawn = []
    for lesson, tone in zip(lessons, tones, strict=True):
        states = lesson.world.states
        ways = Counter(tuple(states[s] for s in walk if states[s] != END) for walk in lesson.walks)
        for n, (cells, agents) in enumerate(ways.most_common(MOST_WALKS)):
            share = agents / len(lesson.walks)
            name = "" if n else LEARNERS[lesson.spec.algorithm].title
            drawn.append(Walk(cells, 0.95 if n == 0 else 0.15 + 0.5 * share, tone, n > 0, name))
    world = lessons[0].world
    board(
        map_picture(world),
        key="walks",
        name="Where the learners walk in the end, without exploring",
        layers=("none",),
        walks=drawn,
        height=height,
    )
