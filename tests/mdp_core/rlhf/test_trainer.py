"""Tuning: what it learns against what could be learned, and what it does when something goes wrong."""

import itertools
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from mdp_core.rlhf import reading, trainer
from mdp_core.rlhf.adapted_model import AdaptedModel
from mdp_core.rlhf.adapters import AdapterError, AdapterSpec, OtherModelError, new_adapter
from mdp_core.rlhf.algorithms import ALGORITHMS, Algorithm
from mdp_core.rlhf.estimators import score_functions
from mdp_core.rlhf.exact import count_texts, policy_point
from mdp_core.rlhf.frontier import best_score
from mdp_core.rlhf.spec import TuneSpec, preset
from mdp_core.rlhf.trainer import tune
from mdp_core.rlhf.tuning_step import DivergedError, ScoreError, change_of_log_probability
from mdp_core.tokens.generation import generate
from mdp_core.tokens.policy import LMPolicy
from mdp_core.tokens.prompts import PromptError, UnknownWordsError
from mdp_core.tokens.sampling import Sampling
from mdp_core.tokens.scores import Score, Sentiment, WishedLength
from tests.mdp_core.rlhf import small
from tests.mdp_core.tokens import tiny

TOKENS = 3
BY_SCORE = [name for name, entry in ALGORITHMS.items() if isinstance(entry, Algorithm)]


@pytest.fixture(scope="module")
def words():
    return tiny.word_level_model()


def counts_words(text):
    return Score(small.score(text), ())


def few(algorithm="rloo", **changes):
    return preset(algorithm, **{"texts": 8, "tokens": 4, "steps": 3, "learning_rate": 0.01, **changes})


@pytest.fixture(scope="module")
def reference(pocket):
    sentiment = Sentiment()
    return count_texts(pocket, pocket.encode("the movie was"), TOKENS, lambda t: sentiment(t).total, low=-1, high=1)


def point_of(pocket, adapter, prompt):
    sentiment = Sentiment()
    tuned = AdaptedModel(pocket, adapter)
    return policy_point(pocket, count_texts(tuned, prompt, TOKENS, lambda t: sentiment(t).total, low=-1, high=1))


@pytest.mark.parametrize("algorithm", BY_SCORE)
def test_every_algorithm_comes_near_the_best_that_there_is(pocket, reference, algorithm):
    spec = preset(algorithm, texts=32, tokens=TOKENS, steps=30, learning_rate=0.01, adapter=AdapterSpec(rank=4))
    *_, last = tune(pocket, spec, Sentiment())
    point = point_of(pocket, last.adapter, pocket.encode(last.spec.prompt))
    assert abs(reference.score) < 0.1
    assert point.score > 0.8 * best_score(reference, point.kl).reached
    assert point.score - point.bound <= best_score(reference, point.kl).bound
    assert point.score > 0.4
    # What the texts of the last step said is about the policy that wrote them.
    before = point_of(pocket, last.before, pocket.encode(last.spec.prompt))
    assert last.score == pytest.approx(before.score, abs=4 * last.spread / np.sqrt(32) + before.bound)
    assert last.kl == pytest.approx(before.kl, abs=5 * last.kl_error)


@pytest.mark.parametrize("algorithm", ["rloo", "ppo"])
def test_the_same_seed_gives_the_same_run_and_the_model_stays(words, algorithm):
    before = {name: tensor.clone() for name, tensor in words.model.state_dict().items()}
    spec = few(algorithm)
    first, again, other = (list(tune(words, s, counts_words)) for s in (spec, spec, few(algorithm, seed=1)))
    assert [s.adapter.digest() for s in first] == [s.adapter.digest() for s in again]
    assert [s.written for s in first] == [s.written for s in again]
    assert first[0].adapter.digest() != other[0].adapter.digest()
    assert all(torch.equal(before[name], tensor) for name, tensor in words.model.state_dict().items())


def test_two_runs_at_once_are_two_runs(words):
    specs = few(seed=1), few("ppo", seed=2)
    alone = [[s.adapter.digest() for s in tune(words, spec, counts_words)] for spec in specs]
    together = list(zip(*(tune(words, spec, counts_words) for spec in specs), strict=True))
    assert [[s.adapter.digest() for s in run] for run in zip(*together, strict=True)] == alone


@pytest.mark.parametrize("algorithm", ["dr_grpo", "ppo"])
def test_a_few_texts_at_a_time_give_the_same_step(words, monkeypatch, algorithm):
    (whole,) = tune(words, few(algorithm, steps=1), counts_words)
    monkeypatch.setattr(reading, "TOKENS", 20)
    (parts,) = tune(words, few(algorithm, steps=1), counts_words)
    assert parts.gradient_norm == pytest.approx(whole.gradient_norm, rel=1e-4)
    assert parts.entropy == pytest.approx(whole.entropy, rel=1e-5)
    np.testing.assert_allclose(parts.advantages, whole.advantages, atol=1e-6)


def test_a_step_follows_the_score_function_estimate(words):
    spec = few(texts=16, steps=1, beta=0.0)
    (step,) = tune(words, spec, counts_words)
    gradients = score_functions(words, step.before, step.texts)
    others = (step.scores.sum() - step.scores) / 15
    estimate = small.estimate(gradients, step.scores - others)
    assert step.gradient_norm == pytest.approx(float(estimate.norm()), rel=1e-4)
    # Adam's first step goes learning_rate along the sign of each number's gradient.
    moved = step.adapter.vector() - step.before.vector()
    clear = estimate.abs() > 1e-3 * estimate.abs().max()
    assert (moved[clear].sign() == estimate[clear].sign()).all()
    assert moved.abs().max() <= spec.learning_rate * 1.001


def test_a_snapshot_says_what_happened(words):
    first, second, _third = tune(words, few(texts=16, beta=0.1), counts_words)
    assert (first.step, second.step) == (1, 2)
    assert second.before is first.adapter
    assert first.kl == pytest.approx(0, abs=1e-5)  # nothing is changed yet
    assert second.kl_before == first.kl
    np.testing.assert_allclose(first.log_ratios, 0, atol=1e-5)
    prompt, uniforms = words.encode("the movie was"), np.random.default_rng([0, 11, 2]).random((16, 4))
    expected = generate(AdaptedModel(words, first.adapter), prompt, uniforms)
    np.testing.assert_array_equal(second.texts.tokens, expected.tokens)
    assert second.written == tuple(words.decode(ids) for ids in expected)
    assert second.scores.tolist() == [small.score(text) for text in second.written]
    assert second.score == pytest.approx(np.mean(second.scores))
    assert second.spread == pytest.approx(np.std(second.scores, ddof=1))
    assert second.length == pytest.approx(expected.lengths.mean())
    returns = second.scores - 0.1 * second.log_ratios.sum(axis=1)
    others = (returns.sum() - returns) / 15
    written = expected.tokens >= 0
    np.testing.assert_allclose(second.advantages, np.where(written, (returns - others)[:, None], 0), atol=1e-6)
    policy = LMPolicy(AdaptedModel(words, second.before), Sampling())
    states = [ids[:end] for ids in expected for end in range(len(prompt), len(ids))]
    assert second.entropy == pytest.approx(np.mean([policy(state).entropy() for state in states]), rel=1e-4)
    assert second.seconds.total > 0


def test_the_time_of_a_step_is_told_part_by_part(words, monkeypatch):
    """By a clock that is twice as late each time it is asked."""
    clock = (2.0**n for n in itertools.count())
    monkeypatch.setattr(trainer, "time", SimpleNamespace(perf_counter=lambda: next(clock)))
    (step,) = tune(words, few(steps=1), counts_words)
    seconds = step.seconds
    assert (seconds.writing, seconds.scoring, seconds.reference, seconds.update) == (1, 2, 4, 8)
    assert seconds.total == 15


def test_the_step_made_good_texts_likelier(words):
    *_, last = tune(words, few(texts=32, beta=0.0), counts_words)
    change = change_of_log_probability(words, last)
    assert change.shape == last.texts.tokens.shape
    assert (change[last.texts.tokens < 0] == 0).all()
    uplift = change.sum(axis=1)
    good, bad = last.scores > last.score, last.scores < last.score
    assert uplift[good].mean() > uplift[bad].mean()
    assert (last.advantages * change).sum() > 0


def test_going_on_from_an_adapter(words):
    adapter = small.adapter(words).map(lambda tensor: tensor.float())
    (step,) = tune(words, few(steps=1), counts_words, start=adapter)
    assert torch.equal(step.before.vector(), adapter.vector())
    assert abs(step.kl) > 1e-3  # the penalty is measured from the model, not from where the run began


@pytest.mark.parametrize("algorithm", ["rloo", "ppo"])
def test_stopping_and_pausing(words, algorithm):
    run = tune(words, few(algorithm), counts_words)
    steps = list(itertools.islice(run, 2))
    run.close()
    assert next(run, None) is None
    assert steps[-1].step == 2
    for module in words.model.modules():
        assert not module._forward_hooks
        assert not module._forward_pre_hooks


@pytest.mark.parametrize("beta", [0.0, 0.05])  # at the reference itself there is nothing to pay for either
@pytest.mark.parametrize("algorithm", BY_SCORE)
def test_equal_scores_are_no_signal(words, algorithm, beta):
    steps = list(tune(words, few(algorithm, beta=beta), lambda text: Score(0.4, ())))
    for step in steps:
        assert not step.signal
        assert "no signal" in step.message
    if not ALGORITHMS[algorithm].values:  # which values learn first that there is nothing to expect
        assert all(not step.advantages.any() for step in steps)
        assert len({step.adapter.digest() for step in steps} | {steps[0].before.digest()}) == 1


def test_equal_scores_inside_every_group_are_no_signal(words):
    (step,) = tune(words, few("grpo", group=2, steps=1, beta=0.0), lambda text: Score(0.4, ()))
    assert not step.signal
    assert step.gradient_norm == 0


@pytest.mark.parametrize("kind", ["gpt2", "mamba", "sliding"])
@pytest.mark.parametrize("algorithm", ["dr_grpo", "ppo"])
def test_any_causal_model_can_be_tuned(kind, algorithm):
    model = tiny.byte_level_model(kind)
    *_, last = tune(model, few(algorithm), WishedLength(3))
    assert last.adapter.is_finite
    assert not torch.equal(last.adapter.vector(), last.before.vector())
    assert last.adapter.base == "tiny"


def test_numbers_that_stop_being_numbers_are_caught():
    model = tiny.byte_level_model("gpt2")
    run = tune(model, few(learning_rate=1e30, texts=16, tokens=8), WishedLength(3))
    with pytest.raises(DivergedError, match="smaller learning rate") as error:
        list(run)
    assert error.value.step >= 1
    assert error.value.last_good.is_finite
    tuned = AdaptedModel(model, error.value.last_good)
    assert np.isfinite(tuned.logits((1, 70))).all()


def test_the_policy_that_cannot_write_is_not_the_last_good_one():
    model = tiny.byte_level_model("gpt2")
    run = tune(model, few(learning_rate=1e22, texts=16, tokens=8), WishedLength(3))
    first = next(run)
    assert first.adapter.is_finite  # its numbers are, and those that it makes of a text are not
    with pytest.raises(DivergedError) as error:
        next(run)
    assert error.value.last_good is first.before


def test_a_wild_learning_rate_says_so(pocket):
    first, second = tune(pocket, preset("rloo", texts=32, tokens=4, steps=2, learning_rate=100.0), Sentiment())
    assert first.message == ""
    assert "smaller learning rate" in second.message


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "good", None, 1j])
def test_a_score_must_be_a_number(words, value):
    with pytest.raises(ScoreError, match="finite number"):
        next(tune(words, few(), lambda text: Score(value, ())))


def test_an_error_of_the_score_is_the_caller_s(words):
    def fails(text):
        raise KeyError(text)

    with pytest.raises(KeyError, match="the movie was"):
        next(tune(words, few(), fails))


def test_bad_prompts_and_adapters_are_refused_at_once(words):
    with pytest.raises(UnknownWordsError):
        tune(words, few(prompt="the sonnet was"), counts_words)
    with pytest.raises(PromptError):
        tune(words, few(prompt=""), counts_words)
    with pytest.raises(PromptError, match="please shorten"):
        tune(words, few(prompt="the movie " * 40), counts_words)
    with pytest.raises(PromptError, match="please shorten"):
        tune(words, few(prompt=" ".join(["the"] * words.window)), counts_words)
    other = new_adapter(tiny.network("gpt2"), AdapterSpec(), torch.Generator().manual_seed(1))
    with pytest.raises(OtherModelError, match="another model"):
        tune(words, few(), counts_words, start=other)
    with pytest.raises(AdapterError, match="no layers"):
        tune(words, few(adapter=AdapterSpec(targets=("nose",))), counts_words)


def test_texts_are_cut_at_the_window(words):
    prompt = " ".join(["the"] * (words.window - 2))
    (step,) = tune(words, few(prompt=prompt, tokens=8, steps=1), counts_words)
    assert step.texts.tokens.shape[1] == 2


def test_a_spec_is_plain_data():
    assert TuneSpec() == TuneSpec()
    assert hash(TuneSpec()) == hash(preset("rloo"))
