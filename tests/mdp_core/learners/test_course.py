"""A course: lessons side by side, finished ones shared, and what stays of one that is left."""

import numpy as np
import pytest

from mdp_core.grid.presets import world
from mdp_core.kept import Kept
from mdp_core.learners import DivergedError, LearnerSpec
from mdp_core.learners.course import Course
from mdp_core.learners.lesson import Lesson
from mdp_core.learners.run import learn


def specs(episodes, **numbers):
    return tuple(LearnerSpec(by, episodes=episodes, agents=2, **numbers) for by in ("sarsa", "q_learning"))


def test_lessons_go_on_side_by_side_to_their_end():
    course = Course(world("norvig"), specs(40, gamma=1.0), Kept(4))
    while course.step():
        sarsa, q = course.lessons
        assert abs(sarsa.share - q.share) <= 0.05
    assert [lesson.curve().shape for lesson in course.lessons] == [(2, 40), (2, 40)]
    assert [lesson.milestones[-1].episodes for lesson in course.lessons] == [40, 40]
    assert course.optimum.value == pytest.approx(0.705, abs=1e-3)


def test_a_milestone_is_what_the_first_agent_knows():
    here, spec = world("norvig"), LearnerSpec("q_learning", episodes=30, agents=3, gamma=0.9)
    lesson = Lesson(here, spec).finish()
    *_, last = learn(here.tabular(), spec)
    newest = lesson.milestones[-1]
    assert (newest.episodes, newest.steps) == (30, last.steps[0])
    for shown, known in ((newest.v, last.v), (newest.q, last.q), (newest.policy, last.learned_policy)):
        np.testing.assert_array_equal(shown, known[0])
        assert not np.array_equal(known[0], known[-1])
    assert [episodes for episodes, _ in lesson.worth] == [milestone.episodes for milestone in lesson.milestones]
    assert {len(values) for _, values in lesson.worth} == {3}  # of all agents


def test_a_lesson_that_somebody_had_is_not_given_again():
    finished = Kept(4)
    lessons = Course(world("norvig"), specs(5), finished).finish()
    again = Course(world("norvig"), specs(5), finished)
    assert again.lessons == lessons
    assert Course(world("norvig"), specs(6), finished).lessons != lessons


def test_what_was_learned_stays_when_a_course_is_left():
    finished = Kept(4)
    course = Course(world("cliff"), specs(5_000), finished)
    while course.lessons[0].episodes == 0:
        course.step()
    course.close()
    sarsa = course.lessons[0]
    assert (course.done, sarsa.done, len(finished)) == (True, True, 0)
    assert 0 < sarsa.episodes < 5_000
    assert sarsa.milestones[-1].episodes == sarsa.episodes
    assert len(sarsa.walks) == 2


def test_a_lesson_that_fails_keeps_what_it_had_and_lets_the_others_go_on():
    wild = LearnerSpec("sarsa", alpha=1.0, lambda_=1.0, traces="accumulating", gamma=1.0, episodes=300)
    calm, finished = LearnerSpec("q_learning", gamma=1.0, episodes=300), Kept(4)
    failed, done = Course(world("cliff"), (wild, calm), finished).finish()
    assert isinstance(failed.error, DivergedError)
    assert failed.episodes == failed.milestones[-1].episodes < 300
    assert (done.error, done.episodes, len(finished)) == (None, 300, 1)


def test_what_nobody_can_learn_is_said_at_once():
    with pytest.raises(ValueError, match="With gamma 1 and no end that can be reached"):
        Course(world("jumps"), specs(5, gamma=1.0), Kept(4))
