"""The optimum under the penalty against its formula written out, and against other policies."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdp_core.rlhf.exact import CountedTexts, count_texts
from mdp_core.rlhf.frontier import best_score, objective_bound, optimum
from mdp_core.tokens.generation import Texts, repeated
from mdp_core.tokens.scores import Sentiment


def counted(p, scores, low=-1.0, high=1.0):
    """Texts of one token each, with these probabilities; what is missing to 1 is the rest."""
    M = len(p)
    tokens = np.arange(M)[:, None]
    logp = np.log(np.array(p, dtype=float))[:, None]
    texts = Texts(repeated((0,), M), tokens, logp, np.ones(M, dtype=int), np.ones(M, dtype=bool))
    return CountedTexts(texts, np.array(scores, dtype=float), max(1.0 - float(np.sum(p)), 0.0), low, high)


def kl(p, q):
    inside = p > 0
    return float(np.sum(p[inside] * np.log(p[inside] / q[inside])))


def test_two_texts_by_hand():
    # Half each, scores 0 and 1, beta 1: weights 1/2 and e/2.
    best = optimum(counted([0.5, 0.5], [0, 1]), 1.0)
    e = np.e
    np.testing.assert_allclose(best.probabilities, [1 / (1 + e), e / (1 + e)])
    assert best.score == pytest.approx(e / (1 + e))
    assert best.log_z == pytest.approx(np.log((1 + e) / 2))
    assert best.kl == pytest.approx(e / (1 + e) - np.log((1 + e) / 2))
    assert best.objective == pytest.approx(best.score - best.kl)


@st.composite
def worlds(draw):
    M = draw(st.integers(2, 8))
    weights = np.array(draw(st.lists(st.floats(0.01, 1), min_size=M, max_size=M)))
    rest = draw(st.sampled_from([0.0, 0.001, 0.2]))
    scores = draw(st.lists(st.floats(-1, 1), min_size=M, max_size=M))
    return counted(weights / weights.sum() * (1 - rest), scores)


@given(worlds(), st.floats(0.02, 5), st.integers(0, 2**31))
def test_no_policy_does_better(reference, beta, seed):
    best = optimum(reference, beta)
    assert best.probabilities.sum() == pytest.approx(1)
    assert best.kl == pytest.approx(kl(best.probabilities, reference.probabilities), abs=1e-8)
    assert best.score - beta * best.kl == pytest.approx(best.objective, abs=1e-8)
    rng = np.random.default_rng(seed)
    near = best.probabilities * np.exp(rng.normal(size=len(best.probabilities)) * rng.choice([0.01, 1]))
    other = near / near.sum()
    assert other @ reference.scores - beta * kl(other, reference.probabilities) <= best.objective + 1e-9


@given(worlds())
def test_the_frontier_rises_and_bends(reference):
    curve = [optimum(reference, beta) for beta in np.geomspace(5, 0.02, 30).tolist()]
    score, distance = np.array([o.score for o in curve]), np.array([o.kl for o in curve])
    assert (np.diff(score) >= -1e-9).all()
    assert (np.diff(distance) >= -1e-9).all()
    # Its slope is beta: between two betas it lies between them.
    rise = np.diff(distance) > 1e-6
    slope = np.diff(score)[rise] / np.diff(distance)[rise]
    betas = np.array([o.beta for o in curve])
    assert (slope <= betas[:-1][rise] * (1 + 1e-3) + 1e-4).all()
    assert (slope >= betas[1:][rise] * (1 - 1e-3) - 1e-4).all()


@given(worlds(), st.floats(0.02, 5), st.floats(0, 1), st.floats(-1, 1), st.integers(0, 2**31))
def test_the_best_score_at_a_divergence(reference, beta, share, unseen, seed):
    at = optimum(reference, beta)
    best = best_score(reference, at.kl)
    assert best.reached >= at.score - 1e-4
    if not reference.rest:
        assert best.reached == pytest.approx(at.score, abs=1e-4)
    assert best.bound >= best.reached - 1e-9
    # A policy that also writes texts that were not counted, whatever those are worth.
    rng = np.random.default_rng(seed)
    share = share if reference.rest else 0.0
    p = np.append(rng.dirichlet(np.ones(len(reference.scores))) * (1 - share), share)
    q = np.append(reference.probabilities, reference.rest)
    assert p @ np.append(reference.scores, unseen) <= best_score(reference, kl(p, q)).bound + 1e-6


def test_everything_counted_leaves_no_doubt():
    reference = counted([0.2, 0.3, 0.5], [-0.5, 0.1, 0.8])
    for distance in (0.01, 0.2, 0.6):
        best = best_score(reference, distance)
        assert best.bound == pytest.approx(best.reached, abs=1e-3)


def test_where_every_text_scores_the_same_nothing_more_is_to_be_had():
    best = best_score(counted([0.25, 0.75], [0.3, 0.3], low=0.3, high=0.3), 0.1)
    assert (best.reached, best.bound) == (pytest.approx(0.3), pytest.approx(0.3))


def test_nearer_than_any_policy_of_counted_texts_alone_the_others_are_written_too():
    """Such a policy is log 1/0.8 = 0.22 nats away at least. At 0 there is only the reference, whatever its rest is worth."""
    reference = counted([0.4, 0.4], [0.5, -0.5])
    still = best_score(reference, 0.0)
    assert (still.reached, still.bound) == (pytest.approx(-0.2, abs=1e-4), pytest.approx(0.2, abs=1e-4))
    # At 0.05 by a search through the policies of three texts.
    x, y = np.meshgrid(np.linspace(1e-4, 1, 2_001), np.linspace(1e-4, 1, 2_001))
    p = np.stack([x, y, 1 - x - y], -1)[x + y < 1 - 1e-9]
    near = p[(p * np.log(p / [0.4, 0.4, 0.2])).sum(-1) <= 0.05]
    best = best_score(reference, 0.05)
    assert best.reached == pytest.approx((near @ [0.5, -0.5, -1]).max(), abs=1e-3)
    assert best.bound == pytest.approx((near @ [0.5, -0.5, 1]).max(), abs=1e-3)


@pytest.mark.parametrize("unseen", [0.0, 0.001, 0.2])
def test_the_bound_is_the_least_that_any_beta_gives(unseen):
    reference = counted([0.3 * (1 - unseen), 0.7 * (1 - unseen)], [0.8, -0.5])
    distance = 0.05
    betas = np.geomspace(1e-3, 1e3, 2_001)
    least = min(objective_bound(reference, beta) + beta * distance for beta in betas.tolist())
    assert best_score(reference, distance).bound == pytest.approx(min(least, 1.0), abs=1e-3)


def test_what_has_no_optimum():
    reference = counted([0.5, 0.5], [0, 1])
    for beta in (0.0, -1.0, float("nan"), float("inf")):
        with pytest.raises(ValueError, match="beta"):
            optimum(reference, beta)
    with pytest.raises(ValueError, match="divergence"):
        best_score(reference, -0.1)


def test_pocket_s_frontier_is_known_to_a_hundredth(pocket):
    sentiment = Sentiment()
    reference = count_texts(pocket, pocket.encode("the movie was"), 4, lambda t: sentiment(t).total, low=-1, high=1)
    assert abs(reference.score) < 0.1
    for beta in (1.0, 0.3, 0.1, 0.05):
        at = optimum(reference, beta)
        best = best_score(reference, at.kl)
        assert -1e-9 <= best.reached - at.score < 1e-4
        assert 0 <= best.bound - best.reached < 0.01
