"""A run from its first step to what was reached, on texts that can be counted."""

from dataclasses import replace

import pytest

from mdp_core.rlhf import tuning_run
from mdp_core.rlhf.adapted_model import AdaptedModel
from mdp_core.rlhf.exact import count_texts
from mdp_core.rlhf.frontier import best_score, optimum
from mdp_core.rlhf.passing import Exam
from mdp_core.rlhf.principle import Principle
from mdp_core.rlhf.spec import preset
from mdp_core.rlhf.totals import Totals
from mdp_core.rlhf.tuning_run import TuningRun, expected_seconds
from mdp_core.tokens.scores import Score, ScoreSpec

SPEC = preset("rloo", prompt="the movie was", texts=16, tokens=2, steps=2, beta=0.1)


@pytest.fixture(scope="module")
def run(pocket):
    going = TuningRun(pocket, SPEC, Principle(ScoreSpec()))
    while going.step():
        pass
    return going


def test_what_was_reached_is_told_beside_what_could_be(pocket, run):
    reward = Principle(ScoreSpec()).reward()
    counted = count_texts(pocket, pocket.encode(SPEC.prompt), 2, Totals(reward), low=-1, high=1)
    reached = run.reached
    assert reached.before == pytest.approx(counted.score)
    assert (reached.score, reached.kl) == (run.film.points[2].score, run.film.points[2].kl)
    assert reached.best == pytest.approx(best_score(counted, reached.kl).reached)
    assert reached.objective == pytest.approx(reached.score - 0.1 * reached.kl)
    assert reached.best_objective == pytest.approx(optimum(counted, 0.1).objective)
    assert reached.before < reached.score <= reached.best + reached.bound
    assert run.doing == ""
    assert run.left == 0


def test_only_where_it_counts(pocket):
    going = TuningRun(pocket, SPEC, Principle(ScoreSpec()), counts=False)
    while going.step():
        pass
    assert (going.reference, going.reached) == (None, None)
    assert going.steps == 2


def test_longer_texts_are_not_counted(pocket):
    """Of five tokens there are few enough; counting is the first thing that a run does."""
    for tokens, counted in ((5, True), (6, False)):
        going = TuningRun(pocket, replace(SPEC, tokens=tokens), Principle(ScoreSpec()))
        going.step()
        assert going.doing.startswith("counting") is counted
        assert going.steps == (0 if counted else 1)
        going.close()


def test_a_score_without_bounds_is_not_counted(pocket):
    class Unbounded:
        name, key = "unbounded", "unbounded"

        def range(self):
            return (0.0, float("inf"))

        def __call__(self, text):
            return Score(float(len(text)), ())

    going = TuningRun(pocket, SPEC, Principle(model=Unbounded()))
    going.step()
    assert (going.reference, going.steps) == (None, 1)
    going.close()


def test_the_time_of_a_step_is_that_of_the_newest(pocket, run):
    assert TuningRun(pocket, SPEC, Principle(ScoreSpec()), counts=False).seconds is None
    assert run.seconds is run.snapshots[-1].seconds


def test_a_warning_that_comes_again_is_told_once_with_its_newest_step(pocket):
    alike = Principle(ScoreSpec("formula", formula="1"))
    going = TuningRun(pocket, replace(SPEC, beta=0.0, steps=3), alike, counts=False)
    while going.step():
        pass
    ((step, message),) = going.told
    assert step == 3
    assert message == going.snapshots[-1].message
    assert "there is no signal to learn from" in message
    assert going.equal == 3  # one group of texts a step


def test_every_policy_takes_the_exams_as_it_is(pocket):
    principle, exam = (
        Principle(ScoreSpec("formula", formula="words(text) > 4")),
        Exam("two more", (SPEC.prompt,), 4, 32),
    )
    going = TuningRun(pocket, replace(SPEC, learning_rate=0.05, beta=0.0), principle, counts=False, exams=[exam])
    while going.step():
        pass
    after = AdaptedModel(pocket, going.film.adapters[2])
    marks = {n: exam.take(writer, going.spec, principle.reward()) for n, writer in ((0, pocket), (2, after))}
    assert going.marks == {"two more": marks}
    assert marks[0] != marks[2]
    # A run that goes on from an adapter is examined as that adapter to begin with.
    further = TuningRun(pocket, going.spec, principle, start=going.film.adapters[2], counts=False, exams=[exam])
    while not further.marks["two more"]:
        further.step()
    assert further.marks["two more"][0] == marks[2]
    further.close()


def test_what_is_left_is_told_by_the_steps_so_far_or_by_those_of_others(pocket, monkeypatch):
    monkeypatch.setattr(tuning_run, "_pace", tuning_run.Kept(16))
    assert expected_seconds(pocket, SPEC) is None
    going = TuningRun(pocket, SPEC, Principle(ScoreSpec()), counts=False)
    assert going.left is None
    while not going.steps:
        going.step()
    assert going.left == pytest.approx((2 - going.steps) * going.worked / going.steps)
    # another run of the same model and kind, with twice the texts of half again as many tokens
    other = preset("rloo", prompt="the movie was", texts=32, tokens=3, steps=5)
    assert expected_seconds(pocket, other) == pytest.approx(3 * going.seconds_a_step)
    assert TuningRun(pocket, other, Principle(ScoreSpec()), counts=False).left == pytest.approx(
        15 * going.seconds_a_step
    )
    going.close()
