"""Texts with their scores: the loop's own first, whatever the batch."""

import numpy as np
import pytest

from mdp_core.scenarios import TextScenario
from mdp_core.stage.text import token_mdp
from mdp_core.tokens.sampled_texts import sample_texts
from mdp_core.tokens.sampling import Sampling
from tests.mdp_core.stage.written import run_text

SCENARIO = TextScenario(max_tokens=8)


def written(mdp, **how):
    """The batches; between them there is a stop after every token."""
    parts = list(sample_texts(mdp, Sampling(), **how))
    assert sum(part is None for part in parts) >= sum(part is not None for part in parts)
    return [part for part in parts if part is not None]


def test_the_first_text_is_the_one_on_the_stage(pocket):
    run = run_text(pocket, SCENARIO, seed=7)
    some = written(token_mdp(pocket, SCENARIO), seed=7, count=3, batch=16)[0]
    assert some.texts.ids(0) == run.states[-1]
    assert some.payments.returns(0.9)[0] == pytest.approx(run.rewards @ 0.9 ** np.arange(len(run)))


def test_a_text_depends_on_its_number_only(pocket):
    mdp = token_mdp(pocket, SCENARIO)
    together = written(mdp, seed=3, count=7, batch=16)
    assert [len(part) for part in together] == [1, 2, 4]
    apart = written(mdp, seed=3, count=7, batch=3)
    assert [(part.first, len(part)) for part in apart] == [(0, 1), (1, 2), (3, 3), (6, 1)]
    assert [ids for part in apart for ids in part.texts] == [ids for part in together for ids in part.texts]
    assert [s for part in apart for s in part.scores] == [s for part in together for s in part.scores]


def test_the_score_is_paid_with_the_last_token(pocket):
    mdp = token_mdp(pocket, SCENARIO)
    some = written(mdp, seed=1, count=5, batch=16)[-1]
    for i, score in enumerate(some.scores):
        assert score == mdp.reward(pocket.decode(some.texts.ids(i))).total
        assert some.payments.returns(0.5)[i] == pytest.approx(0.5 ** (some.texts.lengths[i] - 1) * score)


def test_a_negative_number_of_texts(pocket):
    with pytest.raises(ValueError, match="negative"):
        next(sample_texts(token_mdp(pocket, SCENARIO), Sampling(), seed=1, count=-1, batch=16))
