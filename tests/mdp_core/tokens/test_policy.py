"""The language model as a policy: the order of the bar, the draw on it, the library's greedy text."""

import numpy as np
import pytest

from mdp_core.rollout import Draws, play
from mdp_core.tokens.mdp import TokenMDP
from mdp_core.tokens.policy import LMPolicy, Ranking
from mdp_core.tokens.sampling import Sampling
from mdp_core.tokens.scores import WishedLength
from tests.mdp_core.tokens.tiny import byte_level_model, greedy_by_the_library

SAMPLINGS = [
    Sampling(0),
    Sampling(0.5),
    Sampling(1.0),
    Sampling(2.0),
    Sampling(1, 5),
    Sampling(1, 0, 0.3),
    Sampling(0, 3),
]


@pytest.fixture(scope="module")
def model():
    return byte_level_model()


def test_outcomes_are_all_tokens_by_probability_at_temperature_1(model):
    state = model.encode("the movie")
    distribution = LMPolicy(model)(state)
    logits = model.logits(state).astype(np.float64)
    expected = np.exp(logits - logits.max())
    expected /= expected.sum()
    assert sorted(distribution.outcomes) == list(range(300))
    assert np.all(np.diff(distribution.probabilities) <= 0)
    np.testing.assert_allclose(distribution.probabilities, expected[list(distribution.outcomes)], atol=1e-12)


@pytest.mark.parametrize("sampling", SAMPLINGS)
def test_sampling_moves_the_distribution_and_not_the_order(model, sampling):
    state = model.encode("the movie")
    distribution = LMPolicy(model, sampling)(state)
    assert tuple(distribution.outcomes) == tuple(LMPolicy(model)(state).outcomes)
    expected = sampling.probabilities(model.logits(state))
    np.testing.assert_allclose(distribution.probabilities, expected[list(distribution.outcomes)], atol=1e-12)


def test_what_is_cut_off_stays_with_probability_0_and_may_still_be_forced(model):
    mdp = TokenMDP(model, model.encode("the movie"), 3, WishedLength(3))
    policy = LMPolicy(model, Sampling(1, 1))
    last = policy(mdp.prompt).outcomes[299]
    run = play(mdp, policy, rng=Draws(1), max_steps=3, forced={0: last})
    assert run.actions[0] == last
    assert run.steps[0].policy.probabilities[299] == 0
    assert run.states[1] == (*mdp.prompt, last)


def test_the_recorded_draw_falls_on_the_action(model):
    mdp = TokenMDP(model, model.encode("the movie"), 12, WishedLength(3))
    run = play(mdp, LMPolicy(model, Sampling(1.5, 40, 0.95)), rng=Draws(11), max_steps=12)
    assert len(run) > 3
    for step, u in zip(run.steps, Draws(11).actions(12), strict=False):
        assert step.u == u
        at = step.policy.outcomes.index(step.action)
        below = step.policy.probabilities[:at].sum()
        assert below - 1e-12 <= u < below + step.policy.probabilities[at] + 1e-12


def test_ranking_is_a_sequence_of_plain_ints():
    ranking = Ranking(np.array([5, 3, 9], dtype=np.int32))
    assert (list(ranking), tuple(ranking), len(ranking)) == ([5, 3, 9], (5, 3, 9), 3)
    assert (ranking[0], ranking[-1], ranking[1:]) == (5, 9, (3, 9))
    assert type(ranking[0]) is int
    assert all(type(token) is int for token in ranking)
    assert (ranking.index(9), ranking.index(3, 1), 3 in ranking, 4 in ranking) == (2, 1, True, False)
    for search in ((4,), (5, 1)):
        with pytest.raises(ValueError, match="none of the 3"):
            ranking.index(*search)


def greedy(model, prompt, n):
    mdp = TokenMDP(model, prompt, n, WishedLength(3))
    return play(mdp, LMPolicy(model, Sampling(0)), rng=Draws(5), max_steps=n).states[-1]


def test_greedy_text_is_the_library_s(model):
    for prompt in ("the movie", "it bored me", "z"):
        assert greedy(model, model.encode(prompt), 20) == greedy_by_the_library(model, model.encode(prompt), 20)


@pytest.mark.parametrize("prompt", ["the movie was", "this book is"])
def test_greedy_text_of_pocket_is_the_library_s(pocket, prompt):
    ids = pocket.encode(prompt)
    assert greedy(pocket, ids, 16) == greedy_by_the_library(pocket, ids, 16)


@pytest.mark.parametrize("prompt", ["The movie was", "כן, הסרט 🦊"])
def test_greedy_text_of_smollm2_is_the_library_s(smollm2, prompt):
    ids = smollm2.encode(prompt)
    assert greedy(smollm2, ids, 8) == greedy_by_the_library(smollm2, ids, 8)
