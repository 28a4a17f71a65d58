"""Many texts at once are the same texts, one by one."""

import numpy as np
import pytest
import torch

from mdp_core.distribution import Categorical
from mdp_core.rollout import Draws, rollout
from mdp_core.tokens.generation import ROWS, draw, generate, side_by_side
from mdp_core.tokens.mdp import TokenMDP
from mdp_core.tokens.policy import LMPolicy
from mdp_core.tokens.prompts import LongPromptError
from mdp_core.tokens.sampling import Sampling, descending
from mdp_core.tokens.scores import WishedLength
from tests.mdp_core.tokens.tiny import byte_level_model, from_scratch, greedy_by_the_library

SAMPLINGS = [
    Sampling(),
    Sampling(0),
    Sampling(0.7),
    Sampling(2.0),
    Sampling(1, 5),
    Sampling(1.3, 0, 0.8),
    Sampling(1, 50, 0.5),
]


def uniforms(n, T):
    """[n, T], row i the draws of seed i."""
    return np.stack([Draws(seed).actions(T) for seed in range(n)])


def one_by_one(model, prompt, n, T, sampling):
    """The steps of n rollouts, by the loop."""
    mdp, policy = TokenMDP(model, prompt, T, WishedLength(3)), LMPolicy(model, sampling)
    return [list(rollout(mdp, policy, rng=Draws(seed), max_steps=T)) for seed in range(n)]


def log_probability(step):
    return np.log(step.policy.probabilities[step.policy.outcomes.index(step.action)])


@pytest.fixture(scope="module")
def model():
    return byte_level_model()


@pytest.mark.parametrize("kind", ["llama", "gpt2", "sliding", "mamba"])
@pytest.mark.parametrize("sampling", SAMPLINGS)
def test_every_row_is_the_text_of_the_loop_with_the_same_draws(kind, sampling):
    model = byte_level_model(kind)
    prompt = model.encode("the movie")
    texts = generate(model, prompt, uniforms(12, 10), sampling)
    for i, steps in enumerate(one_by_one(model, prompt, 12, 10, sampling)):
        assert texts.ids(i) == steps[-1].next_state
        assert texts.lengths[i] == len(steps)
        assert texts.terminated[i] == (steps[-1].action in model.end_tokens)
        np.testing.assert_allclose(
            texts.log_probabilities[i, : len(steps)], [log_probability(s) for s in steps], atol=1e-4
        )
        assert (texts.tokens[i, len(steps) :] == -1).all()
        assert (texts.log_probabilities[i, len(steps) :] == 0).all()


def test_texts_end_at_different_times(model):
    texts = generate(model, model.encode("the movie"), uniforms(100, 40))
    assert texts.terminated.any()
    assert not texts.terminated.all()
    assert len(set(texts.lengths[texts.terminated].tolist())) > 3
    assert (texts.lengths[~texts.terminated] == 40).all()
    assert [texts.ids(i) for i in range(len(texts))] == list(texts)


def test_more_texts_than_are_read_at_once_are_the_same_texts(model):
    prompt, u = model.encode("the movie"), uniforms(ROWS + 6, 6)
    whole, alone = generate(model, prompt, u), generate(model, prompt, u[ROWS:])
    assert len(whole) == ROWS + 6
    np.testing.assert_array_equal(whole.tokens[ROWS:], alone.tokens)


def test_nothing_else_read_meanwhile_is_harmed(model):
    prompt = model.encode("it bored me")
    before = [model.logits((*prompt, token)).copy() for token in range(5)]
    generate(model, prompt, uniforms(8, 8))
    model._answers.clear()
    for token in range(5):
        np.testing.assert_allclose(model.logits((*prompt, token)), before[token], atol=1e-5)


@pytest.mark.parametrize("kind", ["llama", "sliding", "mamba"])
def test_texts_that_grow_side_by_side_branch_and_shrink_without_harm(kind):
    model = byte_level_model(kind)
    prompt = model.encode("the movie")

    def check(texts):
        for ids, logits in zip(texts.ids.tolist(), texts.logits.numpy(), strict=True):
            np.testing.assert_allclose(logits, from_scratch(model, ids), atol=1e-4)

    texts = model.continuations(prompt, 3, 5)
    texts.append(torch.tensor([40, 50, 60]))
    others = texts.branch(torch.tensor([2, 0, 2, 2]))
    texts.append(torch.tensor([41, 51, 61]))
    others.append(torch.tensor([70, 71, 72, 73]))
    assert others.ids[:, -2:].tolist() == [[60, 70], [40, 71], [60, 72], [60, 73]]
    texts.keep(torch.tensor([0, 2]))
    texts.append(torch.tensor([42, 62]))
    others.keep(torch.tensor([1]))
    others.append(torch.tensor([80]))
    assert texts.ids[:, len(prompt) :].tolist() == [[40, 41, 42], [60, 61, 62]]
    check(texts)
    check(others)


def test_greedy_rows_of_the_real_models_are_the_library_s(pocket, smollm2):
    for model, prompt in ((pocket, "the movie was"), (smollm2, "The movie was")):
        ids = model.encode(prompt)
        texts = generate(model, ids, uniforms(3, 12), Sampling(0))
        assert set(texts) == {greedy_by_the_library(model, ids, 12)}


def test_rows_of_pocket_are_the_texts_of_the_loop(pocket):
    prompt = pocket.encode("the movie was")
    texts = generate(pocket, prompt, uniforms(20, 16))
    assert list(texts) == [steps[-1].next_state for steps in one_by_one(pocket, prompt, 20, 16, Sampling())]


def test_rows_of_smollm2_are_the_texts_of_the_loop_but_for_draws_on_an_edge(smollm2):
    prompt = smollm2.encode("The movie was")
    texts = generate(smollm2, prompt, uniforms(4, 6))
    same = 0
    for row, steps in zip(texts, one_by_one(smollm2, prompt, 4, 6, Sampling()), strict=True):
        for token, step in zip(row[len(prompt) :], steps, strict=False):
            if token == step.action:
                same += 1
                continue
            at = step.policy.outcomes.index(token)
            edges = step.policy.cumulative
            assert edges[at - 1] - 1e-4 <= step.u < edges[at] + 1e-4
            break
    assert same >= 16  # of 24


@pytest.mark.parametrize("sampling", [*SAMPLINGS, Sampling(1, 300), Sampling(1, 5000, 0.99), Sampling(2, 0, 0.999)])
@pytest.mark.parametrize("spread", [0.5, 3.0])
def test_a_draw_falls_where_the_policy_has_it_however_deep(sampling, spread):
    rng = np.random.default_rng(4)
    logits = (rng.normal(size=(40, 9000)) * spread).astype(np.float32)
    logits[20:] = np.round(logits[20:], 1)  # many ties
    u = np.concatenate([rng.random(30), 1 - 10.0 ** -rng.uniform(2, 12, 8), [0.0, np.nextafter(1, 0)]])
    tokens, log_p = draw(torch.from_numpy(logits), u, sampling)
    for row, draw_u, token, log in zip(logits, u, tokens, log_p, strict=True):
        order = descending(row)
        policy = Categorical(order.tolist(), sampling.ranked(row[order]))
        edges = policy.cumulative
        at = policy.outcomes.index(int(token))
        assert policy.probabilities[at] > 0
        assert (edges[at - 1] if at else 0) - 1e-12 <= draw_u < edges[at] + 1e-12
        np.testing.assert_allclose(log, np.log(policy.probabilities[at]), atol=1e-9)


def test_prompts_of_several_lengths_are_gone_on_from_as_each_of_them_alone(model):
    prompts = [(5, 9, 3), (7,), (5, 9, 3), (1, 2, 3, 4, 5, 6)]
    u = uniforms(4, 8)
    texts = generate(model, side_by_side(prompts), u)
    assert [texts.prompt(i) for i in range(4)] == prompts
    for i, prompt in enumerate(prompts):
        alone = generate(model, prompt, u[i : i + 1])
        assert texts.ids(i) == alone.ids(0)
        np.testing.assert_allclose(texts.log_probabilities[i], alone.log_probabilities[0], atol=1e-5)
        assert texts.terminated[i] == alone.terminated[0]


@pytest.mark.parametrize("prompt", [[[3, -1]], [[-1, 3, -1]]])
def test_what_stands_behind_a_prompt_is_no_prompt(model, prompt):
    with pytest.raises(ValueError, match="-1 stands before a prompt only"):
        generate(model, prompt, uniforms(1, 2))


def test_the_window_cuts_texts():
    model = byte_level_model(window=8)
    prompt = model.encode("zzzzz")
    texts = generate(model, prompt, uniforms(5, 20))
    assert texts.lengths.max() == 2
    with pytest.raises(LongPromptError, match="8 tokens and at most 7"):
        generate(model, model.encode("zzzzzzz"), uniforms(1, 3))


@pytest.mark.parametrize("u", [np.zeros(3), np.zeros((0, 3)), np.zeros((3, 0)), [[1.0]], [[-0.1]], [[np.nan]]])
def test_uniforms_that_are_none_are_refused(model, u):
    with pytest.raises(ValueError, match="uniforms"):
        generate(model, (1, 2), u)
