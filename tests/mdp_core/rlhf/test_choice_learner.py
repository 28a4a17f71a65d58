"""Learning from choices: which of them, by which gradient, and what it makes likelier."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from mdp_core.rlhf.choice_learner import ChoiceLearner
from mdp_core.rlhf.choice_texts import NoChoicesError, choice_texts
from mdp_core.rlhf.preferences import dpo_losses
from mdp_core.rlhf.raters import Comparison
from mdp_core.rlhf.reading import log_probabilities
from mdp_core.rlhf.spec import preset
from mdp_core.rlhf.trainer import tune
from mdp_core.tokens.generation import generate
from mdp_core.tokens.scores import Score
from tests.mdp_core.rlhf import small
from tests.mdp_core.tokens import tiny

PROMPT = "the movie was"
CHOICES = (
    Comparison("the movie was wonderful", "the movie was terrible", 0),
    Comparison("the movie was bored and long", "the movie was wonderful and", 1),
    Comparison("wonderful", "the movie was long", 0),  # goes on from no prompt
)


@pytest.fixture(scope="module")
def words():
    return tiny.word_level_model()


def counts_words(text):
    return Score(small.score(text), ())


def run(words, algorithm="dpo", choices=CHOICES, **changes):
    spec = preset(algorithm, **{"texts": 8, "tokens": 4, "steps": 30, "learning_rate": 0.01, **changes})
    return list(tune(words, spec, counts_words, choices=choices))


def test_choices_as_tokens(words):
    read = choice_texts(words, PROMPT, CHOICES, "DPO")
    end = min(words.end_tokens)
    assert (len(read), read.elsewhere, read.alike) == (2, 1, 0)
    assert [words.decode(ids) for ids in read.better] == ["the movie was wonderful", "the movie was wonderful and"]
    assert [words.decode(ids) for ids in read.worse] == ["the movie was terrible", "the movie was bored and long"]
    assert read.better.lengths.tolist() == [2, 3]  # the end of each is seen where it is shorter than the longest text
    assert read.worse.lengths.tolist() == [2, 3]
    assert read.worse.tokens[1, 2] != end == read.better.tokens[0, 1]


def test_texts_that_the_model_reads_as_the_same_teach_nothing(words):
    same = Comparison("the movie was long", "the movie  was long ", 0)
    read = choice_texts(words, PROMPT, (*CHOICES, same), "DPO")
    assert (len(read), read.elsewhere, read.alike) == (2, 1, 1)
    with pytest.raises(NoChoicesError, match="none of the 2 that are here is between two different texts"):
        choice_texts(words, PROMPT, (CHOICES[2], same), "DPO")


def test_without_choices_after_the_prompt_it_is_said(words):
    with pytest.raises(NoChoicesError, match="DPO learns from the choices of page Score, and there are none yet"):
        run(words, choices=())
    with pytest.raises(
        NoChoicesError, match="none of the 1 that are here is between two different texts that go on from"
    ):
        run(words, choices=CHOICES[2:])


@pytest.mark.parametrize("algorithm", ["dpo", "ipo"])
def test_what_was_chosen_becomes_likelier_than_the_other(words, algorithm):
    *_, last = steps = run(words, algorithm)
    read = choice_texts(words, PROMPT, CHOICES, "DPO")
    ratios = [
        (log_probabilities(words, side, last.adapter) - log_probabilities(words, side)).sum(-1)
        for side in (read.better, read.worse)
    ]
    margins = (ratios[0] - ratios[1]).numpy()
    assert (margins > 1).all()
    if algorithm == "ipo":  # and it ends at its goal, 1 / (2 beta) a token
        each = ratios[0].numpy() / read.better.lengths - ratios[1].numpy() / read.worse.lengths
        np.testing.assert_allclose(each, 1 / (2 * 0.5), atol=0.1)
    assert steps[0].kl == pytest.approx(0, abs=1e-5)
    assert last.kl > 0.01
    assert all(not step.advantages.any() and step.message == "" for step in steps)


def test_a_step_goes_down_the_gradient_of_the_published_loss(words):
    (step,) = run(words, steps=1)
    read = choice_texts(words, PROMPT, CHOICES, "DPO")
    known = [log_probabilities(words, side).sum(-1) for side in (read.better, read.worse)]

    def loss(adapter):
        better, worse = (log_probabilities(words, side, adapter).sum(-1) for side in (read.better, read.worse))
        return dpo_losses(better, worse, *known, 0.1).mean().item()

    assert loss(step.before) == pytest.approx(np.log(2), abs=1e-6)  # nothing is changed yet
    assert loss(step.adapter) < loss(step.before)
    # By differences, along the way that the step went: Adam's first goes the learning rate along each sign.
    way = step.adapter.vector() - step.before.vector()
    by = 0.05
    slope = (loss(small.moved(step.before, way, by)) - loss(small.moved(step.before, way, -by))) / (2 * by)
    moved = way.abs() > 0
    assert slope < 0
    assert step.gradient_norm * float(way.norm()) >= -slope > 0.2 * step.gradient_norm * float(way.norm())
    assert float(way[moved].abs().max()) <= 0.01 * 1.001


@pytest.mark.parametrize(("texts", "each"), [(2, 1), (4, 2), (5, 2), (6, 3), (32, 3)])
def test_a_step_takes_half_as_many_choices_as_texts_and_all_come_before_one_comes_again(words, texts, each):
    longer = Comparison("the movie was wonderful", "the movie was terrible and long it", 0)
    choices = [replace(longer, one="the movie was wonderful" + more) for more in ("", " and", " and long no")]
    read = choice_texts(words, PROMPT, choices, "DPO")
    assert read.better.lengths.tolist() == [2, 3, 4]  # these tell which choice is which
    steps = []

    def losses(chosen, other, lengths, other_lengths, beta):
        steps.append(lengths.tolist())
        return other - chosen

    start = small.adapter(words).map(lambda tensor: tensor.float())
    learner = ChoiceLearner(words, preset("dpo", texts=texts, tokens=4), start.trainable(), losses, read)
    some = generate(words, words.encode(PROMPT), np.random.default_rng(0).random((2, 4)))
    reference = log_probabilities(words, some)
    for _ in range(6):
        learner.learn(some, torch.zeros(2), reference)
    assert [len(step) for step in steps] == [each] * 6
    in_a_row = [length for step in steps for length in step]
    assert all(sorted(in_a_row[n : n + 3]) == [2, 3, 4] for n in range(0, len(in_a_row), 3))


def test_the_score_teaches_nothing_and_the_same_seed_gives_the_same_run(words):
    spec = preset("dpo", texts=8, tokens=4, steps=5)
    runs = [list(tune(words, spec, score, choices=CHOICES)) for score in (counts_words, lambda text: Score(0.4, ()))]
    assert [step.adapter.digest() for step in runs[0]] == [step.adapter.digest() for step in runs[1]]
    assert runs[0][0].score != runs[1][0].score


def test_a_choice_that_counts_more_pulls_more(words):
    heavy = (CHOICES[0], Comparison("the movie was terrible", "the movie was wonderful", 0, weight=3.0))
    *_, last = run(words, choices=heavy)
    read = choice_texts(words, PROMPT, heavy[:1], "DPO")
    better, worse = (
        (log_probabilities(words, side, last.adapter) - log_probabilities(words, side)).sum()
        for side in (read.better, read.worse)
    )
    assert better < worse
