"""Both kinds of learning: from the same policy on, one towards its target, the other towards the score."""

import pytest
import torch

from mdp_core.rlhf.adapters import AdapterSpec, new_adapter
from mdp_core.rlhf.contest import Contest, Standing, hold_contest
from mdp_core.rlhf.exact import count_texts
from mdp_core.rlhf.spec import preset
from mdp_core.rlhf.supervised import target_text
from mdp_core.tokens.scores import Sentiment
from mdp_core.work import Work

SPEC = preset("rloo", prompt="the movie was", texts=8, tokens=2, steps=4, beta=0.0, learning_rate=0.003, seed=7)


def contest_of(pocket, target):
    counted = count_texts(
        pocket, pocket.encode(SPEC.prompt), 2, lambda text: Sentiment()(text).total, low=-1, high=1, least=1e-4
    )
    adapter = new_adapter(pocket.model, AdapterSpec(), torch.Generator().manual_seed(0), pocket.id)
    texts = target_text(pocket, SPEC.prompt, target, 2) if target else None
    return counted, Work(hold_contest(pocket, adapter, counted, texts, Sentiment(), SPEC, every=2, looked=16, seed=7))


def test_both_begin_alike_and_one_learns_its_target(pocket):
    counted, work = contest_of(pocket, "wonderful.")
    contest = work.finish()
    assert work.news == 4  # before, at step 2, at step 4, and the end
    assert [standing.step for standing in contest.rl] == [standing.step for standing in contest.supervised] == [0, 2, 4]
    assert contest.supervised[0] == contest.rl[0]
    assert contest.supervised[-1].target > contest.supervised[0].target
    assert contest.target_score == pytest.approx(0.5719)  # VADER's of "the movie was wonderful."
    assert contest.best[1] >= counted.scores.max()
    assert contest.signal


def test_without_a_target_rl_learns_alone(pocket):
    contest = contest_of(pocket, "")[1].finish()
    assert (contest.supervised, contest.target_score) == ((), None)
    assert [standing.target for standing in contest.rl] == [None] * 3


@pytest.mark.parametrize(("end", "heading"), [(0.55, 0), (0.95, 1), (0.05, 2)])
def test_where_supervised_learning_heads_is_the_nearest_of_three(end, heading):
    first, last = (Standing(step, 0.1, score, 0.0, "", ("", 0.0)) for step, score in ((0, 0.0), (9, end)))
    assert Contest((first, last), (first,), 0.5, ("", 1.0), True).heading == heading
