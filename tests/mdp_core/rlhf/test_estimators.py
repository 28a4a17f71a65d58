"""The score-function estimator against exact expectations, and its error against 1 / sqrt(N)."""

import numpy as np
import pytest
import torch

from mdp_core.rlhf.adapted_model import AdaptedModel
from mdp_core.rlhf.estimators import score_functions
from mdp_core.rlhf.exact import count_texts
from mdp_core.rlhf.reading import drawn_logp, text_logits
from mdp_core.tokens.generation import generate
from tests.mdp_core.rlhf import small

K = 8192  # texts drawn


@pytest.fixture(scope="module")
def world():
    model = small.model()
    adapter, prompt = small.adapter(model), model.encode("the movie was")
    counted = count_texts(AdaptedModel(model, adapter), prompt, small.T, small.score, low=-2, high=2, least=0)
    moments = small.moments(model, adapter, counted)
    uniforms = np.random.default_rng(7).random((K, small.T))
    texts = generate(AdaptedModel(model, adapter), prompt, uniforms)
    scores = np.array([small.score(model.decode(ids)) for ids in texts])
    return model, adapter, counted, moments, scores, score_functions(model, adapter, texts)


def test_each_text_has_the_gradient_that_it_has_alone(world):
    model, adapter, counted, *_ = world
    gradients = score_functions(model, adapter, counted.texts)
    assert gradients.shape == (len(counted.scores), adapter.parameters)
    for i in (0, 5, 100):
        leaves, row = adapter.trainable(), slice(i, i + 1)
        with leaves.over(model.model):
            logp = drawn_logp(text_logits(model.model, counted.texts, row), counted.texts, row).sum()
        alone = torch.cat([g.reshape(-1) for g in torch.autograd.grad(logp, leaves.tensors)])
        torch.testing.assert_close(gradients[i], alone, atol=1e-6, rtol=0)


def test_the_moments_are_those_of_all_texts(world):
    model, adapter, counted, moments, *_ = world
    p, r = counted.probabilities, counted.scores
    assert moments.drift.abs().max() < 1e-6  # E[grad log pi] = 0
    G = score_functions(model, adapter, counted.texts).numpy()
    np.testing.assert_allclose(moments.gradient, (p * r) @ G, atol=1e-12)
    for b in (0.0, 0.4, moments.best_baseline):
        g = (r - b)[:, None] * G
        spread = p @ ((g - p @ g) ** 2).sum(axis=1)
        assert moments.variance(b) == pytest.approx(spread, rel=1e-9)
    least = moments.variance(moments.best_baseline)
    assert all(least <= moments.variance(b) for b in np.linspace(-2, 2, 41))
    assert moments.expected_error(25) == pytest.approx(np.sqrt(moments.variance()) / 5)


def mean_square(errors):
    """The mean of squared errors, and its own standard error."""
    return (errors**2).mean(), (errors**2).std(ddof=1) / np.sqrt(len(errors))


@pytest.mark.parametrize("baseline", [0.0, "best"])
@pytest.mark.parametrize("N", [4, 16, 64])
def test_the_error_falls_as_one_over_the_root_of_n(world, N, baseline):
    """K / N estimates of N texts each: their mean squared error is variance / N within five of its standard errors.

    At that distance a correct estimator fails with odds below 1 in 10,000 even at the fewest, 128 estimates; the seed is
    fixed, so it either passes always or never.
    """
    *_, moments, scores, gradients = world
    b = moments.best_baseline if baseline == "best" else baseline
    estimates = [small.estimate(gradients[i : i + N], scores[i : i + N] - b) - moments.gradient for i in range(0, K, N)]
    found, doubt = mean_square(torch.stack(estimates).norm(dim=1).numpy())
    assert found == pytest.approx(moments.variance(b) / N, abs=5 * doubt)
    assert doubt < 0.2 * found  # and that says something


def test_a_baseline_helps_here(world):
    # Scores far from 0 are where it matters most: the same gradient, several times the variance.
    *_, moments, scores, gradients = world
    assert moments.variance(moments.best_baseline) < moments.variance(0.0)
    assert moments.variance(3.0) > 3 * moments.variance(moments.best_baseline)
    far, near = (
        small.running_errors(gradients, scores - b, moments.gradient)[999::1000].mean()
        for b in (3.0, moments.best_baseline)
    )
    assert far > near
