"""Tables to take along: what was computed, as CSV text (RFC 4180, with the mark by which spreadsheets know UTF-8).

Numbers are written so that they read back as the same numbers; what is not known is empty. A column is named by the field's
term and symbol, with its unit. A text that a spreadsheet would take for a formula begins with an apostrophe.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from mdp_core.frames import Json
from mdp_core.learners import LEARNERS
from mdp_core.learners.curve import HUGE, band, smoothed, smoothing_window, worth_curve
from mdp_core.learners.lesson import Lesson
from mdp_core.returns import discounts, returns_to_go
from mdp_core.stage.samples import Sample

if TYPE_CHECKING:
    from mdp_core.rlhf.measured import Figures  # heavy
    from mdp_core.rlhf.passing import Passing

MARK = "\ufeff"
FORMULA = "=+-@\t\r\n＝＋－＠"  # what a spreadsheet may take for the begin of a formula

TRAJECTORY = (
    "world",
    "step t",
    "state s_t",
    "action a_t",
    "probability pi(a_t|s_t)",
    "draw u in [0, 1)",
    "chosen by hand",
    "reward r_{t+1}",
    "discount gamma",
    "discounted reward gamma^t r_{t+1}",
    "return-to-go G_t",
    "terminated",
    "truncated",
)
SAMPLE = ("trajectory", "steps", "discount gamma", "return G_0", "terminated")
VOTES = ("pair", "phone number", "answer", "turn", "time (UTC)", "asked as", "first text", "second text")
TUNING = {  # of a policy's figures
    "score": "mean score",
    "error": "standard error of the mean score",
    "low": "lower quartile of the scores",
    "high": "upper quartile of the scores",
    "true": "mean true score",
    "true_error": "standard error of the mean true score",
    "kl": "KL(pi || pi_ref) (nats a text)",
    "kl_error": "standard error of the KL (nats a text)",
    "entropy": "entropy (nats a token)",
    "length": "length (tokens)",
}
EQUAL = "share of groups with equal scores"


def trajectory_table(worlds: Sequence[Json], gamma: float) -> str:
    """One row a step, world after world, from the Stage's frames (`mdp_core.frames`).

    Raises ValueError if gamma is not in [0, 1].
    """
    return _written(TRAJECTORY, (row for world in worlds for row in _steps(world, gamma)))


def _steps(world: Json, gamma: float) -> Iterable[list[Any]]:
    steps = world["steps"]
    rewards = np.array([step["reward"] for step in steps], dtype=np.float64)
    paid, to_go = discounts(len(steps), gamma) * rewards, returns_to_go(rewards, gamma)
    so_far = "".join(world["prompt"] or ())
    for t, step in enumerate(steps):
        taken, is_text = step["bars"][step["chosen"]], world["map"] is None
        yield [
            world["title"],
            t,
            so_far if is_text else step["state"]["text"],
            taken["label"] if is_text else taken["action"],
            taken["p"],
            step["u"],
            step["forced"],
            rewards[t],
            gamma,
            paid[t],
            to_go[t],
            step["terminated"],
            step["truncated"],
        ]
        so_far += step["piece"] or ""


def sample_table(sample: Sample, gamma: float) -> str:
    """One row a trajectory. Raises ValueError if gamma is not in [0, 1]."""
    terminated = [bool(over) for part in sample.drawn for over in part.terminated]
    returns = sample.payments.returns(gamma) if sample.drawn else np.zeros(0)
    lengths = sample.lengths if sample.drawn else np.zeros(0, dtype=np.int64)
    return _written(SAMPLE, zip(range(len(sample)), lengths, [gamma] * len(sample), returns, terminated, strict=True))


def learning_table(lessons: Sequence[Lesson]) -> str:
    """One row an episode, learner after learner: returns over the seeds, and what the learned policies were worth.

    Raises ValueError for no lessons.
    """
    if not lessons:
        raise ValueError("there is no lesson to write down")
    window = smoothing_window(lessons[0].spec.episodes)
    columns = (
        "learner",
        "seeds",
        "episode",
        "mean return (sum of rewards)",
        "lower quartile of the returns",
        "upper quartile of the returns",
        f"mean return, smoothed over {window} episodes",
        "discount gamma",
        "median v(s_0) of the learned policies",
        "lower quartile of v(s_0)",
        "upper quartile of v(s_0)",
    )
    return _written(columns, (row for lesson in lessons for row in _episodes(lesson, window)))


def _episodes(lesson: Lesson, window: int) -> Iterable[list[Any]]:
    earned = lesson.curve()  # [N, E]
    N, E = earned.shape
    low, high = band(earned) if E else (np.zeros(0), np.zeros(0))
    means = earned.mean(axis=0)
    smooth = smoothed(earned, window).mean(axis=0)
    worth = worth_curve(lesson.worth)
    low_worth, high_worth = (worth.y, worth.y) if worth.low is None or worth.high is None else (worth.low, worth.high)
    valued = {
        int(n): [_finite(worth.y[i]), _finite(low_worth[i]), _finite(high_worth[i])] for i, n in enumerate(worth.x)
    }
    title = LEARNERS[lesson.spec.algorithm].title
    for episode in sorted({*range(1, E + 1), *valued}):
        i = episode - 1  # 0 episodes: nothing is earned yet
        online = [means[i], low[i], high[i], smooth[i]] if 0 <= i < E else [None] * 4
        yield [title, N, episode, *online, lesson.spec.gamma, *valued.get(episode, [None] * 3)]


def _finite(value: float) -> float | None:
    """A value that stands for an infinite or unknown one is none."""
    return float(value) if abs(value) < HUGE / 10 else None


def tuning_table(
    figures: Mapping[int, Figures],
    passing: Mapping[int, Passing] = MappingProxyType({}),
    exams: Mapping[str, Mapping[int, Passing]] = MappingProxyType({}),
) -> str:
    """One row a policy, by the number of updates that it has had (`mdp_core.rlhf.film`).

    Where a run has many prompts, `passing` is how the policies answer them, and `exams` how they answer those that are held
    out, by what these are called: columns of their own.
    """
    columns = [("", passing), *((f", held out: {name}", taken) for name, taken in exams.items())]
    asked = [(named, taken, sorted({k for one in taken.values() for k in one.at})) for named, taken in columns if taken]
    names = [f"pass@{k}{named}" for named, _, ks in asked for k in ks]

    def row(n: int) -> list[float | None]:
        those, own = figures.get(n), passing.get(n)
        told = [None if those is None else getattr(those, name) for name in TUNING]
        passed = [taken[n].at.get(k) if n in taken else None for _, taken, ks in asked for k in ks]
        return [n, *told, *passed, *([None if own is None else own.equal] if passing else [])]

    numbers = sorted({*figures, *(n for _, taken in columns for n in taken)})
    return _written(("step (updates)", *TUNING.values(), *names, *([EQUAL] if passing else [])), map(row, numbers))


def votes_table(rows: Iterable[Sequence[Any]]) -> str:
    """One row a vote of a room, in the order of VOTES. The texts are strangers': formulas in them are made plain."""
    return _written(VOTES, rows)


# Cells


def _written(columns: Sequence[str], rows: Iterable[Iterable[Any]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text)  # commas, quotes where they are needed, CRLF
    writer.writerow(columns)
    writer.writerows([_cell(value) for value in row] for row in rows)
    return MARK + text.getvalue()


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return f"'{value}" if value.startswith(tuple(FORMULA)) else value
    if isinstance(value, bool | np.bool_):
        return "true" if value else "false"
    if isinstance(value, int | np.integer):
        return str(int(value))
    return "" if np.isnan(value) else repr(float(value))
