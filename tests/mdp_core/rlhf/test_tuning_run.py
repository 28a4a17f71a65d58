"""A run from its first step to what was reached, on texts that can be counted."""

import pytest

from mdp_core.rlhf import tuning_run
from mdp_core.rlhf.exact import count_texts
from mdp_core.rlhf.frontier import best_score, optimum
from mdp_core.rlhf.principle import Principle
from mdp_core.rlhf.spec import preset
from mdp_core.rlhf.totals import Totals
from mdp_core.rlhf.tuning_run import TuningRun, expected_seconds
from mdp_core.tokens.scores import ScoreSpec

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
