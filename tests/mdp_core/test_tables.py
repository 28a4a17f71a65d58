"""Tables: what is written reads back as the numbers that were computed, and a spreadsheet takes no text for a formula."""

import csv
import io
from itertools import pairwise

import numpy as np
import pytest

from mdp_core.kept import Kept
from mdp_core.learners import LearnerSpec
from mdp_core.learners.course import Course
from mdp_core.returns import discounted_return
from mdp_core.rlhf.measured import Figures
from mdp_core.scenarios import GridScenario, TextScenario
from mdp_core.stage.grid import grid_frames, run_grid, world_of
from mdp_core.stage.samples import Sample, draw_walks
from mdp_core.stage.text import text_frames_by_token
from mdp_core.tables import MARK, TUNING, learning_table, sample_table, trajectory_table, tuning_table
from mdp_core.work import Work

GAMMA = 0.9


def read(text):
    """The rows of a table, by column."""
    assert text.startswith(MARK)
    return list(csv.DictReader(io.StringIO(text[1:], newline=""), strict=True))


def frames_of(model, scenario, seed):
    coming = text_frames_by_token(model, scenario, seed)
    while True:
        try:
            next(coming)
        except StopIteration as end:
            return end.value


def test_a_walk_reads_back_as_it_was_walked():
    scenario = GridScenario(forced=((1, "right"),))
    run = run_grid(scenario, 7)
    rows = read(trajectory_table([grid_frames(scenario, 7)], GAMMA))
    assert [row["action a_t"] for row in rows] == list(run.actions)
    assert [float(row["reward r_{t+1}"]) for row in rows] == run.rewards.tolist()
    assert [float(row["draw u in [0, 1)"]) for row in rows] == [step.u for step in run.steps]
    assert [row["chosen by hand"] for row in rows] == ["true" if t == 1 else "false" for t in range(len(rows))]
    assert [row["terminated"] for row in rows] == ["false"] * (len(rows) - 1) + ["true"]
    total = sum(float(row["discounted reward gamma^t r_{t+1}"]) for row in rows)
    assert total == pytest.approx(float(discounted_return(run.rewards, GAMMA)), rel=1e-15)
    assert float(rows[0]["return-to-go G_t"]) == pytest.approx(total, rel=1e-12)
    assert rows[0]["state s_t"] == "row 1, column 1"  # holds a comma


def test_a_text_is_written_out_in_every_state(pocket):
    world = frames_of(pocket, TextScenario(), 7)
    rows = read(trajectory_table([world], GAMMA))
    assert rows[0]["state s_t"] == "the movie was"
    states = [row["state s_t"] for row in rows]
    assert all(later.startswith(earlier) for earlier, later in pairwise(states))
    assert states[1] == states[0] + world["steps"][0]["piece"]
    chosen = [step["bars"][step["chosen"]]["p"] for step in world["steps"]]
    assert [float(row["probability pi(a_t|s_t)"]) for row in rows] == chosen


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("http://x","y")', "＝1"])
def test_no_text_is_taken_for_a_formula(text):
    rows = read(trajectory_table([grid_frames(GridScenario(), 7) | {"title": text}], GAMMA))
    assert {row["world"] for row in rows} == {"'" + text}


@pytest.mark.parametrize("text", ['a "quoted", text', "two\r\nlines", "1,5", "naïve 🤖", "a=1"])
def test_other_texts_stay_what_they_are(text):
    rows = read(trajectory_table([grid_frames(GridScenario(), 7) | {"title": text}], GAMMA))
    assert {row["world"] for row in rows} == {text}


def test_a_negative_reward_stays_a_number():
    rows = read(trajectory_table([grid_frames(GridScenario(world="cliff"), 7)], GAMMA))
    assert rows[0]["reward r_{t+1}"] == "-1.0"


def test_a_sample_has_a_row_for_every_trajectory():
    sample = Sample("walks", 50, 12)
    Work(draw_walks(sample, GridScenario(policy="random"), 7)).finish()
    rows = read(sample_table(sample, GAMMA))
    assert [int(row["trajectory"]) for row in rows] == list(range(50))
    assert [int(row["steps"]) for row in rows] == sample.lengths.tolist()
    assert [float(row["return G_0"]) for row in rows] == sample.payments.returns(GAMMA).tolist()
    assert sum(row["terminated"] == "false" for row in rows) / 50 == pytest.approx(sample.cut)
    assert read(sample_table(Sample("none", 5, 12), GAMMA)) == []


def test_learning_curves_are_those_of_the_lessons():
    specs = [LearnerSpec(by, episodes=60, agents=4, gamma=0.9) for by in ("sarsa", "q_learning")]
    course = Course(world_of(GridScenario()), tuple(specs), Kept(2))
    course.finish()
    rows = read(learning_table(course.lessons))
    for title, lesson in zip(("Sarsa", "Q-learning"), course.lessons, strict=True):
        mine = [row for row in rows if row["learner"] == title]
        online = [row for row in mine if row["mean return (sum of rewards)"]]
        means = [float(row["mean return (sum of rewards)"]) for row in online]
        assert means == lesson.curve().mean(axis=0).tolist()
        assert [int(row["episode"]) for row in online] == list(range(1, 61))
        high = [float(row["upper quartile of the returns"]) for row in online]
        assert high == np.quantile(lesson.curve(), 0.75, axis=0).tolist()
        worth = {int(row["episode"]): float(v) for row in mine if (v := row["median v(s_0) of the learned policies"])}
        assert worth == {n: float(np.median(values)) for n, values in lesson.worth}


def test_a_tuning_run_reads_back():
    some = {0: Figures(0.1, 0.01, -1 / 3, 0.5, None, None, 0.0, 0.0, 2.5, 4.0)}
    some[2] = Figures(0.3, 0.02, 0.1, 0.7, 0.25, 0.05, 1e-17, 0.1, 2.0, 3.5)
    rows = read(tuning_table(some))
    assert [int(row["step (updates)"]) for row in rows] == [0, 2]
    for row, figures in zip(rows, some.values(), strict=True):
        for name, column in TUNING.items():
            value = getattr(figures, name)
            assert row[column] == "" if value is None else float(row[column]) == value
