"""The contracts, held by the language model's world: by Pocket, and by a small real model that nobody trained."""

import pytest

from mdp_core.rollout import Draws, play
from mdp_core.scenarios import TextScenario
from mdp_core.stage.text import token_mdp
from mdp_core.tokens.policy import LMPolicy
from mdp_core.tokens.sampling import Sampling
from tests.contracts import (
    check_frames,
    check_mdp,
    check_policy,
    check_reproducible,
    check_same_draws,
    check_trajectory,
)
from tests.mdp_core.stage.written import run_text, text_frames
from tests.mdp_core.tokens.tiny import word_level_model

SENTENCE = "the movie was wonderful terrible and long it bored me no words left"
SAMPLINGS = [Sampling(1.0, 0, 1.0), Sampling(0.0, 0, 1.0), Sampling(0.7, 5, 0.9), Sampling(2.0, 1, 1.0)]


@pytest.fixture(scope="module", params=["untrained", "pocket"])
def model(request):
    return request.getfixturevalue(request.param)


@pytest.fixture(scope="module")
def untrained():
    return word_level_model()


@pytest.mark.parametrize("score", ["sentiment", "word", "length"])
def test_token_world_keeps_the_contract(model, score):
    check_mdp(token_mdp(model, TextScenario(prompt="the movie was", max_tokens=3, score=score)), limit=80)


@pytest.mark.parametrize("sampling", SAMPLINGS)
def test_language_model_policy_keeps_the_contract(model, sampling):
    mdp = token_mdp(model, TextScenario(prompt="the movie was", max_tokens=12))
    check_policy(mdp, LMPolicy(model, sampling), limit=60)
    check_reproducible(mdp, LMPolicy(model, sampling), seed=7, max_steps=12)


def test_text_frames_are_json(model):
    scenario = TextScenario(prompt="the movie was", max_tokens=8)
    check_frames(text_frames(model, scenario, 7))
    forced = TextScenario(prompt="the movie was", max_tokens=8, forced=((1, 5),))
    check_frames(text_frames(model, forced, 7, before=()))


def test_temperature_changes_the_distribution_and_keeps_the_draw(model):
    mdp = token_mdp(model, TextScenario(prompt="the movie was", max_tokens=12))
    runs = [play(mdp, LMPolicy(model, Sampling(t, 0, 1.0)), rng=Draws(3), max_steps=12) for t in (0.5, 1.5)]
    check_same_draws(*runs)
    assert runs[0].steps[0].policy.entropy() < runs[1].steps[0].policy.entropy()
    for run in runs:
        check_trajectory(mdp, run, 12)


def test_only_the_finished_text_is_paid_for(model):
    run = run_text(model, TextScenario(prompt="the movie was", max_tokens=6, score="length", length=5), 7)
    assert run.rewards[:-1].tolist() == [0.0] * (len(run) - 1)
    assert run.terminated
