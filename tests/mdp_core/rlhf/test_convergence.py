"""The estimate's way to the exact gradient: its coefficients against the estimates themselves, its slope against -1/2."""

import numpy as np
import pytest
import torch

from mdp_core.rlhf.adapted_model import AdaptedModel
from mdp_core.rlhf.convergence import BATCH, converge, counts_up_to
from mdp_core.rlhf.estimators import score_functions
from mdp_core.rlhf.exact import count_texts
from mdp_core.tokens.generation import generate
from tests.mdp_core.rlhf import small

N = 1024


def end_of(generator):
    seen = []
    while True:
        try:
            seen.append(next(generator))
        except StopIteration as end:
            return seen, end.value


@pytest.fixture(scope="module")
def world():
    model = small.model()
    adapter, prompt = small.adapter(model), model.encode("the movie was")
    policy = AdaptedModel(model, adapter)
    counted = count_texts(policy, prompt, small.T, small.score, low=-2, high=2, least=0)
    moments = small.moments(model, adapter, counted)
    seen, found = end_of(converge(model, adapter, prompt, small.T, small.score, moments, texts=N, seed=5, shown=4))
    assert seen == [BATCH, 2 * BATCH, 3 * BATCH, N]
    draws = np.concatenate([np.random.default_rng([5, 12, i]).random((BATCH, small.T)) for i in range(0, N, BATCH)])
    texts = generate(policy, prompt, draws)
    scores = np.array([small.score(model.decode(ids)) for ids in texts])
    return found, scores, score_functions(model, adapter, texts), moments


@pytest.mark.parametrize("b", [0.0, 0.7, -3.0])
def test_every_baseline_has_the_estimates_of_its_own(world, b):
    found, scores, gradients, moments = world
    errors = small.running_errors(gradients, scores - b, moments.gradient)
    assert found.error(b) == pytest.approx(errors[found.counts - 1], rel=1e-6)
    for i in (0, 7, len(found.counts) - 1):
        n = found.counts[i]
        estimate = small.estimate(gradients[:n], scores[:n] - b)
        cosine = torch.nn.functional.cosine_similarity(estimate, moments.gradient, dim=0)
        assert found.cosine(b)[i] == pytest.approx(float(cosine), abs=1e-6)
        drawn, drift = found.estimates[i]
        assert drawn - b * drift == pytest.approx(estimate[found.shown].numpy(), abs=1e-7)
    assert found.score == pytest.approx(scores.mean())


def test_the_blocks_are_all_texts_cut_into_equal_parts(world):
    found, scores, gradients, moments = world
    assert found.sizes.tolist() == [2**k for k in range(11)]
    for size in (1, 8, 256, 512, 1024):
        off = [
            float((small.estimate(gradients[i : i + size], scores[i : i + size] - 0.3) - moments.gradient).norm())
            for i in range(0, N, size)
        ]
        assert found.block_error(0.3)[found.sizes.tolist().index(size)] == pytest.approx(
            np.sqrt(np.mean(np.square(off))), rel=1e-6
        )


def test_the_error_falls_as_one_over_the_root_of_n(world):
    found, *_, moments = world
    for b in (0.0, moments.best_baseline):
        assert found.slope(b) == pytest.approx(-0.5, abs=0.05)
        expected = [moments.expected_error(int(n), b) for n in found.sizes]
        assert found.block_error(b)[:7] == pytest.approx(expected[:7], rel=0.15)
    # 3 is far from every score: that many times as many texts for the same error.
    assert found.gain(3.0) == pytest.approx(moments.variance(0.0) / moments.variance(3.0))
    assert found.gain(moments.best_baseline) >= found.gain(0.1)


def test_the_largest_numbers_come_first(world):
    found, *_, moments = world
    sizes = np.abs(found.exact)
    assert sizes.tolist() == sorted(sizes, reverse=True)
    assert sizes[0] == float(moments.gradient.abs().max())
    assert found.length == pytest.approx(float(moments.gradient.norm()))


def test_counts_are_dense_at_first_and_end_at_the_last():
    counts = counts_up_to(4096)
    assert counts[:16].tolist() == list(range(1, 17))
    assert (counts[-1], len(counts)) == (4096, len(set(counts.tolist())))
    assert (np.diff(np.log2(counts[20:])) < 0.09).all()


@pytest.mark.parametrize("texts", [0, 100, 300, 3 * BATCH])
def test_numbers_that_do_not_fall_into_blocks_are_refused(texts):
    model = small.model()
    with pytest.raises(ValueError, match="blocks"):
        next(converge(model, small.adapter(model), (1,), 2, small.score, None, texts=texts))
