"""Cases of a second device, run by test_second_device.py in a process of their own."""

from __future__ import annotations

from itertools import islice

import numpy as np
import pytest
import torch

from mdp_core.rlhf.adapted_model import AdaptedModel
from mdp_core.rlhf.backprop import backward_on_log_probability, forward_pass
from mdp_core.rlhf.estimators import score_functions
from mdp_core.rlhf.features import TextFeatures
from mdp_core.rlhf.raters import Comparison
from mdp_core.rlhf.reading import log_probabilities, mean_entropy
from mdp_core.rlhf.spec import preset
from mdp_core.rlhf.supervised import imitate, target_text
from mdp_core.rlhf.trainer import tune
from mdp_core.tokens.device import Device
from mdp_core.tokens.generation import generate
from mdp_core.tokens.language_model import LanguageModel
from mdp_core.tokens.recording import Recordings
from mdp_core.tokens.scores import Score
from mdp_core.tokens.text_tree import TextWalk, tempered
from tests import elsewhere
from tests.mdp_core.some import PROMPT, some_adapter, some_texts
from tests.mdp_core.tokens import tiny

elsewhere.register()
THERE = Device(elsewhere.NAME, torch.float32, "a second device")


def on(device, kind="llama"):
    return LanguageModel(tiny.network(kind), tiny.byte_level_tokenizer(), "Tiny", "tiny", device)


def letters(text):
    """Some texts are worth more than others."""
    return Score(float(sum(map(ord, text)) % 7), ())


@pytest.fixture(scope="module")
def pair():
    """The same model here and on a second device."""
    return [tiny.byte_level_model(), on(THERE)]


def test_the_second_device_refuses_what_is_on_both():
    here, away = torch.ones(3), THERE.place(torch.ones(3))
    assert (away + away).device.type == elsewhere.NAME
    with pytest.raises(RuntimeError, match="same device"):
        away + here
    network = tiny.network()
    THERE.hold(network)
    with pytest.raises(RuntimeError, match="same device"):
        network(input_ids=torch.tensor([[1, 5]]))


@pytest.mark.parametrize("kind", ["llama", "sliding", "gpt2", "mamba"])
def test_a_model_there_says_what_it_says_here(kind):
    here, away = tiny.byte_level_model(kind), on(THERE, kind)
    assert {weights.device.type for weights in away.model.parameters()} == {elsewhere.NAME}
    prompt = here.encode("the movie was")
    for state in (prompt, (*prompt, 40, 41), prompt[:2]):  # with what is kept of the first, and without
        np.testing.assert_allclose(away.logits(state), here.logits(state), atol=1e-5)
    u = np.random.default_rng(1).random((6, 9))
    for prompts in (prompt, np.array([prompt, prompt[::-1]] * 3)):
        ours, theirs = generate(here, prompts, u), generate(away, prompts, u)
        assert np.array_equal(ours.tokens, theirs.tokens)
        np.testing.assert_allclose(theirs.log_probabilities, ours.log_probabilities, atol=1e-5)


@pytest.mark.parametrize("kind", ["llama", "gpt2"])
@pytest.mark.parametrize("adapted", [False, True])
def test_a_recorded_step_needs_nothing_from_here(kind, adapted):
    """What a GPU records may neither look at a number nor fetch one."""
    played = []

    def capture(step):
        def again():
            elsewhere.still.append(True)
            try:
                answer = step()
            finally:
                elsewhere.still.clear()
            played.append(answer.device.type)
            return answer

        return again

    here, away = tiny.byte_level_model(kind), on(THERE, kind)
    if adapted:
        here, away = (AdaptedModel(model, some_adapter(model)) for model in (here, away))
    vars(away)["_recordings"] = Recordings(capture, THERE.far)
    prompt, u = here.encode(PROMPT), np.random.default_rng(1).random((6, 9))
    for _ in range(3):
        assert np.array_equal(generate(away, prompt, u).tokens, generate(here, prompt, u).tokens)
    assert len(played) > 8
    assert set(played) == {elsewhere.NAME}


def test_the_tree_of_texts_there_is_the_one_here():
    walks = []
    for model in (tiny.byte_level_model(), on(THERE)):
        walk = TextWalk(model, model.encode("the"), 3, lambda logits: tempered(logits, 1.0), least=1e-3)
        walks.append(([part.tokens.tolist() for part in walk.texts()], walk.rest))
    assert walks[0][0] == walks[1][0]
    assert walks[0][1] == pytest.approx(walks[1][1], abs=1e-6)


@pytest.mark.parametrize("algorithm", ["reinforce", "ppo", "grpo", "gspo", "dpo"])
def test_a_run_there_is_the_run_here(pair, algorithm):
    choices = [Comparison(f"{PROMPT} wonderful", f"{PROMPT} bored", 0), Comparison(f"{PROMPT} a", f"{PROMPT} b", 1)]
    penalty = {"penalty": "loss", "estimator": "k3"} if algorithm == "grpo" else {}
    spec = preset(algorithm, prompt=PROMPT, texts=8, tokens=6, steps=2, **penalty)
    here, there = (list(tune(model, spec, letters, choices=choices)) for model in pair)
    for ours, theirs in zip(here, there, strict=True):
        assert ours.written == theirs.written
        np.testing.assert_allclose(theirs.log_ratios, ours.log_ratios, atol=2e-5)
        assert theirs.gradient_norm == pytest.approx(ours.gradient_norm, rel=1e-4, abs=1e-6)
        assert theirs.entropy == pytest.approx(ours.entropy, abs=1e-4)
        assert {tensor.device.type for tensor in theirs.adapter.tensors} == {"cpu"}  # a film keeps many of them
    torch.testing.assert_close(there[-1].adapter.vector(), here[-1].adapter.vector(), atol=1e-4, rtol=1e-3)
    assert here[-1].adapter.vector().ne(here[0].before.vector()).any()


def test_what_is_read_there_is_what_is_read_here(pair):
    adapter, texts = some_adapter(pair[0]), some_texts(pair[0])
    state = pair[0].encode(PROMPT)
    for read in (
        lambda model: AdaptedModel(model, adapter).logits(state),
        lambda model: log_probabilities(model, texts, adapter).numpy(),
        lambda model: mean_entropy(model, texts, adapter),
        lambda model: score_functions(model, adapter, texts).numpy(),
        lambda model: TextFeatures(model)([PROMPT, "it bored me", "no words left"]),
        lambda model: forward_pass(model, state, 0.4).logits,
        lambda model: backward_on_log_probability(model, state, 0.4).weights,
    ):
        np.testing.assert_allclose(read(pair[1]), read(pair[0]), atol=1e-4, rtol=1e-4)


def test_a_target_is_learned_there_as_here(pair):
    losses = []
    for model in pair:
        target = target_text(model, PROMPT, "wonderful", 12)
        steps = imitate(model, some_adapter(model), target, learning_rate=0.02)
        losses.append([loss for loss, _ in islice(steps, 10)])
    np.testing.assert_allclose(losses[1], losses[0], rtol=1e-4)
    assert losses[1][-1] < losses[1][0]
