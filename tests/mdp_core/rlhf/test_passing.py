from itertools import combinations

import numpy as np
import pytest
import torch

from mdp_core.rlhf.adapted_model import AdaptedModel
from mdp_core.rlhf.algorithms import ALGORITHMS
from mdp_core.rlhf.objective import loss_terms
from mdp_core.rlhf.passing import Exam, pass_at_k, passing_of
from mdp_core.rlhf.principle import Principle
from mdp_core.rlhf.reading import log_probabilities, mask_of
from mdp_core.rlhf.spec import TuneSpec, preset
from mdp_core.rlhf.starts import Starts
from mdp_core.rlhf.trainer import step_uniforms, tune
from mdp_core.rlhf.tuning_run import TuningRun
from mdp_core.tokens.answers import OfText, of_answer
from mdp_core.tokens.generation import generate
from mdp_core.tokens.scores import ScoreSpec
from mdp_core.tokens.sums.problems import problems
from mdp_core.tokens.sums.scores import RightSum

PROMPTS = problems(2, most=200)


def spec_of(algorithm="rloo", **changes):
    usual = {"prompts": PROMPTS, "texts": 64, "group": 8, "tokens": 24, "steps": 2, "learning_rate": 0.006, "beta": 0.0}
    return preset(algorithm, **{**usual, **changes})


@pytest.mark.parametrize("right", range(6))
@pytest.mark.parametrize("k", range(1, 6))
def test_pass_at_k_is_the_share_of_all_choices_with_a_right_one(right, k):
    texts = [i < right for i in range(5)]
    choices = [any(some) for some in combinations(texts, k)]
    assert pass_at_k(5, right, k) == pytest.approx(np.mean(choices))


def test_pass_at_k_is_unbiased():
    p, n, k = 0.3, 6, 3
    expected = sum(
        pass_at_k(n, c, k) * weight * p**c * (1 - p) ** (n - c) for c, weight in enumerate((1, 6, 15, 20, 15, 6, 1))
    )
    assert expected == pytest.approx(1 - (1 - p) ** k)


@pytest.mark.parametrize(("texts", "right", "k"), [(4, 5, 1), (4, 1, 5), (4, 1, 0)])
def test_pass_at_k_of_what_cannot_be(texts, right, k):
    with pytest.raises(ValueError, match="cannot be right"):
        pass_at_k(texts, right, k)


def test_passing_by_hand():
    scores = np.array([1.0, 0, 0, 0] + [1.0] * 4 + [0.0] * 4)
    passing = passing_of(scores, np.arange(12), 4)
    assert passing.at == {1: pytest.approx(5 / 12), 2: pytest.approx((0.5 + 1) / 3), 4: pytest.approx(2 / 3)}
    assert passing.equal == pytest.approx(2 / 3)
    assert passing.length == 5.5
    gamed = passing_of(np.ones(12), np.ones(12), 4, true=scores)
    assert gamed.at == passing.at
    assert gamed.equal == 1.0


def test_the_texts_of_a_group_go_on_from_the_same_prompt(sums):
    spec = spec_of()
    starts = Starts(sums, spec)
    first, second, again = starts.of_step(1), starts.of_step(2), starts.of_step(1, 1)
    assert first.shape == (64, 7)
    assert (first.reshape(8, 8, 7) == first.reshape(8, 8, 7)[:, :1]).all()
    assert len({tuple(row) for row in first[::8].tolist()}) > 4
    assert (first == Starts(sums, spec).of_step(1)).all()
    assert (first != second).any()
    assert (first != again).any()


@pytest.mark.parametrize("algorithm", ["grpo", "ppo", "gspo"])
def test_prompts_of_several_lengths_are_learned_from_as_each_of_them_alone(sums, algorithm):
    """A step's loss is the mean of those of its groups, each read by itself."""
    spec = spec_of(algorithm, prompts=("1+1=", "10+10=", "7+305="), texts=24, tokens=12, beta=0.1, penalty="loss")
    steps = list(tune(sums, spec, RightSum()))
    texts, advantages = steps[1].texts, torch.linspace(-1, 2, 24).double()[:, None].expand(24, 12)
    assert len(set(texts.prompt_lengths.tolist())) > 1
    draws = step_uniforms(spec, 2)

    def loss(some, rows):
        logp, reference = log_probabilities(sums, some, steps[1].before), log_probabilities(sums, some)
        mask = mask_of(some)
        terms = loss_terms(spec, logp, logp - 0.1, reference, advantages[rows, : mask.shape[1]], mask)
        return float((ALGORITHMS[algorithm].weights(mask, spec.tokens) * terms).sum()), int(mask.sum())

    groups = [slice(n, n + 8) for n in (0, 8, 16)]
    alone = [generate(AdaptedModel(sums, steps[1].before), texts.prompt(g.start), draws[g]) for g in groups]
    assert [ids for some in alone for ids in some] == list(texts)
    (together, count), apart = loss(texts, slice(None)), [loss(some, g) for some, g in zip(alone, groups, strict=True)]
    shares = [tokens / count if algorithm == "ppo" else 1 / 3 for _, tokens in apart]  # PPO's mean is one of tokens
    assert together == pytest.approx(sum(s * one for s, (one, _) in zip(shares, apart, strict=True)), abs=1e-6)
    assert abs(together) > 0.01


def test_more_prompts_than_a_run_takes_and_choices_after_many():
    with pytest.raises(ValueError, match="at most 4,096 prompts"):
        TuneSpec(prompts=("1+1=",) * 5000)
    with pytest.raises(ValueError, match="go on from one prompt"):
        spec_of("dpo", beta=0.1)


def test_tuning_on_a_right_answer_alone_makes_more_of_them(sums):
    steps = list(tune(sums, spec_of(texts=128, steps=14, learning_rate=0.01), RightSum()))
    first, last = np.mean([s.score for s in steps[:2]]), np.mean([s.score for s in steps[-2:]])
    assert first < 0.42
    assert last > first + 0.15


@pytest.mark.parametrize("algorithm", ["grpo", "ppo", "dapo"])
def test_the_same_seed_tunes_the_same_policy(sums, algorithm):
    def run():
        return list(tune(sums, spec_of(algorithm, texts=16, group=4), RightSum()))

    one, other = run(), run()
    assert [step.written for step in one] == [step.written for step in other]
    assert one[-1].adapter.digest() == other[-1].adapter.digest()
    assert one[0].written != one[1].written


def test_a_run_shows_each_text_after_its_own_prompt_and_sits_its_exams(sums):
    exam = Exam("three digits", problems(3, most=4, seed=9), tokens=34, texts=2)
    run = TuningRun(sums, spec_of(texts=32), Principle(ScoreSpec("form")), exams=(exam,))
    while run.step():
        pass
    assert list(run.film.passing) == [0, 1, 2]
    assert list(run.marks["three digits"]) == [0, 2]
    assert run.marks["three digits"][0] == exam.take(sums, run.spec, run.reward, RightSum())
    at = run.film.passing[0]
    assert at.most == 8
    assert at.one == pytest.approx(run.film.figures[0].true)
    assert at.one < run.film.figures[0].score  # the form is had more often than the sum
    data = run.film.data()
    begun = data["texts"]["0"]["prompt"]
    assert data["prompt"] == []
    assert all("".join(data["pieces"][i] for i in row) in PROMPTS for row in begun)
    ids = run.film.prefix(0, 1, 2)
    assert sums.decode(ids).startswith("".join(data["pieces"][i] for i in begun[1]))


def test_functions_of_a_notebook_score_alike(sums):
    def right(prompt, answer):
        a, b = prompt.removesuffix("=").split("+")
        return float(answer.rpartition(":")[2].strip() == str(int(a) + int(b)))

    spec = spec_of(texts=16, steps=1)
    checked = next(tune(sums, spec, RightSum()))
    of_pairs = next(tune(sums, spec, of_answer(right, PROMPTS)))
    of_texts = next(tune(sums, spec, OfText(lambda text: right(text[:6], text[6:]))))
    assert checked.scores.tolist() == of_pairs.scores.tolist() == of_texts.scores.tolist()
    with pytest.raises(ValueError, match="none of the prompts"):
        of_answer(right, PROMPTS)("the movie was fine")
