"""Exact answers against brute force over a small model's texts, and against finite differences."""

import numpy as np
import pytest
import torch

from mdp_core.rlhf.adapted_model import AdaptedModel
from mdp_core.rlhf.exact import count_texts, policy_point
from mdp_core.rlhf.kl import k1, k2, k3
from mdp_core.rlhf.reading import drawn_logp, log_probabilities, text_logits
from mdp_core.tokens.generation import generate
from mdp_core.tokens.mdp import TokenMDP
from mdp_core.tokens.policy import LMPolicy
from mdp_core.tokens.prefix_values import Effort, prefix_value
from mdp_core.tokens.prompts import LongPromptError
from mdp_core.tokens.sampling import Sampling
from mdp_core.tokens.scores import Sentiment
from tests.mdp_core.rlhf import small

# The library takes some steps (the norms, the rotation) in single precision whatever the weights are, so that expectations
# are known to about 1e-7: a difference over this step to about 1e-4.
STEP = 1e-3


@pytest.fixture(scope="module")
def model():
    return small.model()


@pytest.fixture(scope="module")
def prompt(model):
    return model.encode("the movie was")


@pytest.fixture(scope="module")
def adapter(model):
    return small.adapter(model)


def every(model, adapter, prompt, temperature=1.0):
    tuned = AdaptedModel(model, adapter)
    return count_texts(tuned, prompt, small.T, small.score, low=-2, high=2, temperature=temperature, least=0)


@pytest.mark.parametrize("temperature", [1.0, 0.6])
def test_every_text_has_the_probability_that_the_policy_gives_it(model, adapter, prompt, temperature):
    counted = every(model, adapter, prompt, temperature)
    policy = LMPolicy(AdaptedModel(model, adapter), Sampling(temperature))
    V = model.vocabulary_size
    assert len(counted.scores) == 1 + (V - 1) * V  # the end at once; or another word, and then any
    assert counted.rest == 0
    brute = {}
    for first, p in policy(prompt):
        if first in model.end_tokens:
            brute[(*prompt, first)] = p
            continue
        for second, q in policy((*prompt, first)):
            brute[(*prompt, first, second)] = p * q
    assert {text: pytest.approx(p, abs=1e-9) for text, p in brute.items()} == dict(
        zip(counted.texts, counted.probabilities.tolist(), strict=True)
    )
    assert counted.score == pytest.approx(sum(p * small.score(model.decode(text)) for text, p in brute.items()))
    assert counted.texts.terminated.sum() == V  # one at once, and one behind each other word
    read = log_probabilities(model, counted.texts, adapter, temperature=temperature).numpy()
    np.testing.assert_allclose(read, counted.texts.log_probabilities, atol=1e-6)


def test_the_exact_gradient_is_the_slope_of_the_exact_score(model, adapter, prompt):
    counted = every(model, adapter, prompt)
    gradient = small.exact_gradient(model, adapter, counted.texts, counted.scores)
    assert gradient.shape == (adapter.parameters,)
    generator = torch.Generator().manual_seed(1)
    directions = [torch.randn(adapter.parameters, generator=generator, dtype=torch.float64) for _ in range(3)]
    for direction in [*directions, gradient / gradient.norm()]:
        up, down = (every(model, small.moved(adapter, direction, by), prompt).score for by in (STEP, -STEP))
        assert float(gradient @ direction) == pytest.approx((up - down) / (2 * STEP), rel=1e-3, abs=1e-4)


def test_a_constant_does_not_change_the_gradient(model, adapter, prompt):
    counted = every(model, adapter, prompt, 0.8)
    plain, shifted = (
        small.exact_gradient(model, adapter, counted.texts, counted.scores - b, temperature=0.8) for b in (0.0, 0.7)
    )
    torch.testing.assert_close(plain, shifted, atol=1e-6, rtol=0)


def divergence(model, adapter, prompt):
    return policy_point(model, every(model, adapter, prompt))


def test_the_divergence_and_its_gradient(model, adapter, prompt):
    counted = every(model, adapter, prompt)
    reference = dict(
        zip((c := every(model, small.adapter(model, size=0.0), prompt)).texts, c.probabilities, strict=True)
    )
    q = np.array([reference[text] for text in counted.texts])
    point = divergence(model, adapter, prompt)
    assert point.kl == pytest.approx(float(counted.probabilities @ np.log(counted.probabilities / q)), abs=1e-9)
    assert point.kl > 0.01
    assert point.score == pytest.approx(counted.score)
    gradient = small.exact_gradient(model, adapter, counted.texts, np.log(counted.probabilities / q))
    direction = gradient / gradient.norm()
    up, down = (divergence(model, small.moved(adapter, direction, by), prompt).kl for by in (STEP, -STEP))
    assert float(gradient @ direction) == pytest.approx((up - down) / (2 * STEP), rel=1e-3)


def test_what_the_three_estimators_pull_at_as_terms_of_a_loss(model, adapter, prompt):
    """Expected over all texts: k1 pulls nowhere, k2 as KL(pi || ref), k3 as KL(ref || pi)."""
    counted = every(model, adapter, prompt)
    reference = log_probabilities(model, counted.texts).sum(-1)
    p = torch.from_numpy(counted.probabilities)
    pull = {}
    for estimator in (k1, k2, k3):
        leaves = adapter.trainable()
        with leaves.over(model.model):
            logp = drawn_logp(text_logits(model.model, counted.texts, slice(0, 999)), counted.texts, slice(0, 999)).sum(
                -1
            )
        gradients = torch.autograd.grad((p * estimator(logp, reference)).sum(), leaves.tensors)
        pull[estimator] = torch.cat([gradient.reshape(-1) for gradient in gradients])
    ratio = counted.log_probabilities - reference.numpy()
    assert pull[k1].abs().max() < 1e-6
    torch.testing.assert_close(pull[k2], small.exact_gradient(model, adapter, counted.texts, ratio), atol=1e-6, rtol=0)
    # grad KL(ref || pi) = - sum ref grad log pi = - sum pi (ref / pi) grad log pi
    reverse = small.exact_gradient(model, adapter, counted.texts, -np.exp(-ratio))
    torch.testing.assert_close(pull[k3], reverse, atol=1e-6, rtol=0)
    assert (pull[k2] - pull[k3]).norm() > 0.1 * pull[k2].norm()


def test_what_is_left_out_is_known(model, adapter, prompt):
    full = every(model, adapter, prompt)
    tuned = AdaptedModel(model, adapter)
    for least in (1e-2, 1e-3, 1e-4):
        part = count_texts(tuned, prompt, small.T, small.score, low=-2, high=2, least=least)
        assert part.probabilities.min() >= least
        assert len(part.scores) <= 1 / least
        assert part.rest == pytest.approx(1 - part.probabilities.sum(), abs=1e-9)
        assert abs(part.score - full.score) <= part.bound
        point = policy_point(model, part)
        exact = divergence(model, adapter, prompt).kl
        assert point.kl <= exact + 1e-9
        assert point.kl == pytest.approx(exact, abs=2 * part.rest)


def test_pocket_agrees_with_the_value_of_its_prompt(pocket):
    """The value of a prefix at gamma 1, and the mean over texts that are drawn."""
    prompt, sentiment = pocket.encode("the movie was"), Sentiment()
    counted = count_texts(pocket, prompt, 3, lambda text: sentiment(text).total, low=-1, high=1)
    assert counted.rest < 2e-4
    value = list(
        prefix_value(
            TokenMDP(pocket, prompt, 3, sentiment), Sampling(), prompt, low=-1, high=1, effort=Effort(1e-3, samples=0)
        )
    )[-1]
    assert counted.score == pytest.approx(value.value(1.0), abs=counted.bound + value.bound())
    texts = generate(pocket, prompt, np.random.default_rng(1).random((4000, 3)))
    drawn = np.array([sentiment(pocket.decode(ids)).total for ids in texts])
    assert counted.score == pytest.approx(drawn.mean(), abs=4 * drawn.std() / np.sqrt(4000))


def test_what_cannot_be_counted(model, prompt):
    with pytest.raises(ValueError, match="at least 1 token"):
        count_texts(model, prompt, 0, small.score, low=-2, high=2)
    with pytest.raises(ValueError, match="above 0"):
        count_texts(model, prompt, 1, small.score, low=-2, high=2, temperature=0.0)
    with pytest.raises(LongPromptError):
        count_texts(model, (2,) * model.window, 1, small.score, low=-2, high=2)
