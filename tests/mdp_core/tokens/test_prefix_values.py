"""Values of prefixes, against every text that a small model can write."""

from itertools import pairwise

import numpy as np
import pytest

from mdp_core.tokens.mdp import TokenMDP
from mdp_core.tokens.policy import LMPolicy
from mdp_core.tokens.prefix_values import Effort, PrefixValue, prefix_value
from mdp_core.tokens.rewards import longest_text, reward_from, score_range
from mdp_core.tokens.sampling import Sampling
from mdp_core.tokens.scores import ScoreSpec, Sentiment, WishedLength, WishedWord
from tests.mdp_core.tokens import tiny

THOROUGH = Effort(tolerance=0.0, prefixes=1_000_000, samples=0)


def last(values):
    return list(values)[-1]


def every_text(mdp, policy, prefix):
    """(tokens written, probability) of all texts, by the policy's own distributions."""
    if mdp.is_terminal(prefix):
        yield prefix, 1.0
        return
    for token, p in policy(prefix):
        if p > 0:
            for text, q in every_text(mdp, policy, (*prefix, token)):
                yield text, p * q


@pytest.fixture(scope="module")
def small():
    return tiny.word_level_model()


@pytest.mark.parametrize(
    "sampling", [Sampling(), Sampling(0.5), Sampling(1.0, 5), Sampling(1.3, 0, 0.7), Sampling(0.0)]
)
def test_a_whole_tree_gives_the_exact_value(small, sampling):
    mdp = TokenMDP(small, small.encode("the movie was"), 3, Sentiment())
    policy = LMPolicy(small, sampling)
    value = last(prefix_value(mdp, sampling, mdp.prompt, low=-1, high=1, effort=THOROUGH))
    for gamma in (1.0, 0.6):
        exact = sum(
            p * gamma ** (len(text) - len(mdp.prompt) - 1) * mdp.reward(small.decode(text)).total
            for text, p in every_text(mdp, policy, mdp.prompt)
        )
        assert value.value(gamma) == pytest.approx(exact, abs=1e-4)
        assert value.bound() < 1e-3


def test_the_error_never_exceeds_its_bound(small):
    mdp = TokenMDP(small, small.encode("the movie was"), 3, WishedWord("wonderful"))
    exact = last(prefix_value(mdp, Sampling(), mdp.prompt, low=0, high=1, effort=THOROUGH)).value(1.0)
    seen = list(prefix_value(mdp, Sampling(), mdp.prompt, low=0, high=1, effort=Effort(0.0, 3_000, 0)))
    assert len(seen) > 3
    for value in seen:
        assert abs(value.value(1.0) - exact) <= value.bound() + 1e-6
        assert not value.sampled
    bounds = [value.bound() for value in seen]
    assert all(later <= earlier + 1e-9 for earlier, later in pairwise(bounds))


def test_the_value_of_a_prefix_is_the_mean_over_its_tokens(small):
    """V(s) = sum_a pi(a|s) q(s, a): Bellman's equation, here in a tree of texts."""
    mdp = TokenMDP(small, small.encode("the movie was"), 3, WishedLength(5))
    low, high = score_range(ScoreSpec("length"))
    whole = last(prefix_value(mdp, Sampling(), mdp.prompt, low=low, high=high, effort=THOROUGH)).value(0.9)
    total = 0.0
    for token, p in LMPolicy(small, Sampling())(mdp.prompt):
        text = (*mdp.prompt, token)
        if mdp.is_terminal(text):
            total += p * mdp.reward(small.decode(text)).total
        else:
            after = last(prefix_value(mdp, Sampling(), text, low=low, high=high, effort=THOROUGH))
            total += p * 0.9 * after.value(0.9)
    assert total == pytest.approx(whole, abs=1e-4)


def test_what_was_left_out_is_drawn(pocket):
    """The interval of an estimate holds what a far longer enumeration of a short text says (95 %; this seed is one)."""
    mdp = TokenMDP(pocket, pocket.encode("the movie was"), 3, Sentiment())
    exact = last(prefix_value(mdp, Sampling(), mdp.prompt, low=-1, high=1, effort=Effort(0.001, 100_000, 0)))
    assert exact.bound() < 0.01
    rough = last(prefix_value(mdp, Sampling(), mdp.prompt, low=-1, high=1, effort=Effort(0.0, 11, 2_000, 500)))
    assert rough.sampled
    assert rough.half_width(1.0) < 0.1 * rough.bound()
    assert abs(rough.value(1.0) - exact.value(1.0)) <= rough.half_width(1.0) + exact.bound()


def test_drawing_alone_is_monte_carlo(pocket):
    mdp = TokenMDP(pocket, pocket.encode("the movie was"), 3, Sentiment())
    value = last(prefix_value(mdp, Sampling(), mdp.prompt, low=-1, high=1, effort=Effort(0.0, 0, 40, 20)))
    assert (value.texts, value.drawn, value.rest, len(value.rest_scores)) == (0, 40, 1.0, 40)
    scores = value.rest_scores
    assert value.value(1.0) == pytest.approx(scores.mean())
    assert value.half_width(1.0) == pytest.approx(2.022691 * scores.std(ddof=1) / np.sqrt(40))  # t_39


def test_the_same_arguments_give_the_same_value(pocket):
    mdp = TokenMDP(pocket, pocket.encode("the movie was"), 4, Sentiment())
    a, b = (
        last(prefix_value(mdp, Sampling(), mdp.prompt, low=-1, high=1, seed=4, effort=Effort(0.0, 0, 64, 32)))
        for _ in range(2)
    )
    assert a.rest_scores.tolist() == b.rest_scores.tolist()


def test_a_finished_text_has_no_value(small):
    mdp = TokenMDP(small, small.encode("the movie was"), 1, Sentiment())
    with pytest.raises(ValueError, match="finished"):
        next(prefix_value(mdp, Sampling(), (*mdp.prompt, 3), low=-1, high=1))


def test_equal_samples_do_not_make_a_value_certain():
    """Rule of three: after 30 equal draws of a score in [0, 1], up to 3 in 30 of the probability may lie elsewhere."""
    value = PrefixValue(np.zeros(4), 1.0, 0.0, 1.0, 0, 30, np.zeros(30, dtype=np.int64), np.zeros(30))
    assert value.value(1.0) == 0.0
    assert value.half_width(1.0) == pytest.approx(0.1)


def test_a_formula_has_a_value_and_its_range_holds_for_every_text(small):
    spec = ScoreSpec("formula", formula="words(text) - 2 * has(text, 'was') + sentiment(text)")
    mdp = TokenMDP(small, small.encode("the movie was"), 2, reward_from(spec))
    longest = longest_text(small, "the movie was", 2)
    low, high = score_range(spec, longest)
    assert (low, high) == (-3, longest + 1)
    texts = [(small.decode(text), p) for text, p in every_text(mdp, LMPolicy(small, Sampling()), mdp.prompt)]
    assert all(len(text) <= longest and low <= mdp.reward(text).total <= high for text, _ in texts)
    exact = sum(p * mdp.reward(text).total for text, p in texts)
    value = last(prefix_value(mdp, Sampling(), mdp.prompt, low=low, high=high, effort=THOROUGH))
    assert abs(value.value(1.0) - exact) <= value.bound() + 1e-6
    assert value.bound() < 0.02
