"""Both kinds of learning: from the same policy on, one towards its target, the other towards the score."""

from statistics import mean, stdev

import numpy as np
import pytest

from mdp_core.rlhf.contest import ContestSize, hold_contest
from mdp_core.rlhf.principle import Principle
from mdp_core.rlhf.supervised import target_text
from mdp_core.tokens.generation import generate
from mdp_core.tokens.scores import Sentiment
from mdp_core.work import Work

PROMPT = "the movie was"
SIZE = ContestSize(max_tokens=2, steps=4, every=2, looked=16, batch=8)


def begun(pocket, target):
    texts = target_text(pocket, PROMPT, target, SIZE.max_tokens) if target else None
    return Work(hold_contest(pocket, PROMPT, 7, Principle(), texts, SIZE))


def test_both_begin_alike_and_one_learns_its_target(pocket):
    work = begun(pocket, "wonderful.")
    result = work.finish()
    assert work.news == 4  # before, at step 2, at step 4, and the end
    assert [reading.step for reading in result.rl] == [reading.step for reading in result.supervised] == [0, 2, 4]
    assert result.supervised[0] == result.rl[0]
    assert result.supervised[-1].target > result.supervised[0].target
    assert result.target_score == pytest.approx(0.5719)  # VADER's of "the movie was wonderful."
    assert result.best[1] >= max(reading.best[1] for reading in result.rl)
    assert result.signal
    # The first look is at the policy that nobody has taught: its mean, and how far off that may be.
    uniforms = np.random.default_rng([7, 13]).random((SIZE.looked, SIZE.max_tokens))
    texts = [pocket.decode(ids) for ids in generate(pocket, pocket.encode(PROMPT), uniforms)]
    scores = [Sentiment()(text).total for text in texts]
    assert result.rl[0].score == pytest.approx(mean(scores))
    assert result.rl[0].error == pytest.approx(stdev(scores) / SIZE.looked**0.5)


def test_its_progress_goes_from_nothing_to_all(pocket):
    reports = list(hold_contest(pocket, PROMPT, 7, Principle(), None, SIZE))
    shares = [report.share for report in reports]
    assert shares[0] == 0
    assert shares == sorted(shares)
    before = next(report.share for report in reports if report.doing == "before")
    steps = [report.share for report in reports if report.doing == "both learn: step 2 of 4"]
    assert before == pytest.approx(0.05)
    assert steps == pytest.approx([0.05 + 0.95 * 1.4 / 4, 0.05 + 0.95 * 2 / 4])
    assert shares[-1] == pytest.approx(1)


def test_without_a_target_rl_learns_alone(pocket):
    result = begun(pocket, "").finish()
    assert (result.supervised, result.target_score) == ((), None)
    assert [reading.step for reading in result.rl] == [0, 2, 4]
    assert [reading.target for reading in result.rl] == [None] * 3


def test_the_same_seed_holds_the_same_contest(pocket):
    assert begun(pocket, "wonderful.").finish().rl == begun(pocket, "wonderful.").finish().rl
