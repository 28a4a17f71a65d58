"""The study of a gradient: the texts are scored once, and the estimate closes in on the exact gradient."""

import numpy as np
import pytest

from mdp_core.rlhf.adapted_model import AdaptedModel
from mdp_core.rlhf.estimators import gradient_moments
from mdp_core.rlhf.exact import count_texts
from mdp_core.rlhf.gradient_study import score_all_texts, study_gradient
from mdp_core.rlhf.snapshot import ScoreError
from mdp_core.tokens.scores import Score
from mdp_core.work import Work
from tests.mdp_core.rlhf import small


def reward(text):
    return Score(small.score(text), ())


@pytest.fixture(scope="module")
def world():
    model = small.model()
    return model, small.adapter(model), model.encode("the movie was")


def test_texts_are_scored_as_when_they_are_counted(world):
    model, _, prompt = world
    work = Work(score_all_texts(model, prompt, small.T, reward, low=-2, high=2))
    counted = work.finish()
    at_once = count_texts(model, prompt, small.T, small.score, low=-2, high=2)
    assert counted.scores.tolist() == at_once.scores.tolist()
    assert (counted.rest, counted.low, counted.high) == (at_once.rest, -2, 2)


def test_the_study_has_the_exact_gradient_and_reports_on_the_way(world):
    model, adapter, prompt = world
    counted = count_texts(AdaptedModel(model, adapter), prompt, small.T, small.score, low=-2, high=2, least=0)
    work = Work(study_gradient(model, adapter, counted, reward, drawn=512, seed=5))
    shares = []
    while work.step():
        shares.append(work.share)
    assert shares == sorted(shares)
    assert 0.05 <= shares[0] <= shares[-1] <= 1
    study, moments = work.result, gradient_moments(model, adapter, counted)
    assert np.allclose(study.convergence.moments.gradient, moments.gradient)
    assert study.convergence.counts[-1] == 512
    assert study.score == pytest.approx(counted.score)
    assert (study.low, study.high) == (counted.scores.min(), counted.scores.max())


def test_a_score_that_is_no_number_is_refused(world):
    model, _, prompt = world
    with pytest.raises(ScoreError):
        Work(score_all_texts(model, prompt, small.T, lambda _: Score(float("nan"), ()), low=-2, high=2)).finish()
