"""Texts with their scores: the loop's own first, whatever the batch."""

import numpy as np
import pytest

from mdp_core.scenarios import TextScenario
from mdp_core.stage.text import run_text, token_mdp
from mdp_core.tokens.sampled_texts import sample_texts
from mdp_core.tokens.sampling import Sampling

SCENARIO = TextScenario(max_tokens=8)


def test_the_first_text_is_the_one_on_the_stage(pocket):
    run = run_text(pocket, SCENARIO, seed=7)
    (some,) = sample_texts(token_mdp(pocket, SCENARIO), Sampling(), seed=7, count=3, batch=16)
    assert some.texts.ids(0) == run.states[-1]
    assert some.payments.returns(0.9)[0] == pytest.approx(run.rewards @ 0.9 ** np.arange(len(run)))


def test_a_text_depends_on_its_number_only(pocket):
    mdp = token_mdp(pocket, SCENARIO)
    (together,) = sample_texts(mdp, Sampling(), seed=3, count=7, batch=16)
    apart = list(sample_texts(mdp, Sampling(), seed=3, count=7, batch=3))
    assert [(part.first, len(part)) for part in apart] == [(0, 3), (3, 3), (6, 1)]
    assert [ids for part in apart for ids in part.texts] == list(together.texts)
    assert np.concatenate([part.scores for part in apart]).tolist() == together.scores.tolist()


def test_the_score_is_paid_with_the_last_token(pocket):
    mdp = token_mdp(pocket, SCENARIO)
    (some,) = sample_texts(mdp, Sampling(), seed=1, count=5, batch=16)
    for i, score in enumerate(some.scores):
        assert score == mdp.reward(pocket.decode(some.texts.ids(i))).total
        assert some.payments.returns(0.5)[i] == pytest.approx(0.5 ** (some.texts.lengths[i] - 1) * score)


def test_a_negative_number_of_texts(pocket):
    with pytest.raises(ValueError, match="negative"):
        next(sample_texts(token_mdp(pocket, SCENARIO), Sampling(), seed=1, count=-1, batch=16))
