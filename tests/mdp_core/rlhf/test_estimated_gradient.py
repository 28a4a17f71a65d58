"""The exact gradient of the expected score and the way of the sampled one to it, in one piece of work."""

import numpy as np
import pytest

from mdp_core.rlhf.estimated_gradient import blank_adapter, estimate_gradient
from mdp_core.rlhf.exact import count_texts
from mdp_core.rlhf.principle import Principle
from mdp_core.rlhf.scored_texts import score_all_texts
from mdp_core.rlhf.tuning_step import ScoreError
from mdp_core.tokens.scores import Score
from mdp_core.work import Work
from tests.mdp_core.rlhf import small


class Worth:
    """What the words of the small world are worth, as a trained reward."""

    name, key = "worth", "worth"

    def range(self):
        return -2.0, 2.0

    def __call__(self, text):
        return Score(small.score(text), ())


class Nothing(Worth):
    """No number at all."""

    key = "nothing"

    def __call__(self, text):
        return Score(float("nan"), ())


@pytest.fixture(scope="module")
def world():
    model = small.model()
    return model, model.encode("the movie was")


def counted_at_once(model, prompt):
    return count_texts(model, prompt, small.T, small.score, low=-2, high=2)


def test_texts_are_scored_as_when_they_are_counted_and_kept(world):
    model, prompt = world
    scored = Work(score_all_texts(model, prompt, small.T, Principle(model=Worth()))).finish()
    at_once = counted_at_once(model, prompt)
    assert scored.scores.tolist() == at_once.scores.tolist()
    assert (scored.rest, scored.low, scored.high) == (at_once.rest, -2, 2)
    assert Work(score_all_texts(model, prompt, small.T, Principle(model=Worth()))).finish() is scored


def test_the_estimate_stands_beside_the_exact_gradient_and_reports_on_the_way(world):
    model, prompt = world
    work = Work(estimate_gradient(model, prompt, 5, Principle(model=Worth()), max_tokens=small.T, texts=512))
    shares = []
    while work.step():
        shares.append(work.share)
    assert shares[-1] == 1
    assert all(0 <= share <= 1 for share in shares)
    counted = counted_at_once(model, prompt)
    exact = small.moments(model, blank_adapter(model), counted).gradient
    assert np.allclose(work.result.convergence.moments.gradient, exact)
    assert work.result.convergence.counts[-1] == 512
    assert work.result.score == pytest.approx(counted.probabilities @ counted.scores / (1 - counted.rest))
    assert (work.result.counted, work.result.rest) == (len(counted.texts), counted.rest)
    assert (work.result.low, work.result.high) == (counted.scores.min(), counted.scores.max())


def test_a_score_that_is_no_number_is_refused(world):
    model, prompt = world
    with pytest.raises(ScoreError):
        Work(score_all_texts(model, prompt, small.T, Principle(model=Nothing()))).finish()
