"""Finished texts, read in one pass: with the prompt read once for all of them, or with each of them."""

import numpy as np
import pytest
import torch

from mdp_core.rlhf import reading
from mdp_core.rlhf.adapters import AdapterSpec, new_adapter
from mdp_core.rlhf.reading import drawn_logp, log_probabilities, logits_and_features, separate_logits, text_logits
from mdp_core.tokens.generation import Texts, generate, repeated, side_by_side
from tests.mdp_core.tokens import tiny

PROMPT = tuple(range(3, 23))


@pytest.fixture(params=["llama", "gpt2", "mamba"])
def model(request):
    return tiny.byte_level_model(request.param)


def texts_of(model, rows=6, tokens=5):
    uniforms = torch.rand(rows, tokens, generator=torch.Generator().manual_seed(4)).numpy()
    return generate(model, PROMPT, uniforms)


def test_a_shared_prompt_gives_the_same_logits_and_gradients(model, monkeypatch):
    texts, rows = texts_of(model), slice(1, 5)
    generator = torch.Generator().manual_seed(5)
    adapter = new_adapter(model.model, AdapterSpec(rank=2), generator).map(
        lambda tensor: torch.randn(tensor.shape, generator=generator) / 4
    )
    monkeypatch.setattr(reading, "SHARED", 0)
    found = []
    for read in (text_logits, separate_logits):
        live = adapter.trainable()
        with live.over(model.model):
            logp = drawn_logp(read(model.model, texts, rows, temperature=0.7), texts, rows)
        weights = torch.linspace(-1, 1, logp.numel()).reshape(logp.shape)
        found.append((logp.detach(), *torch.autograd.grad((weights * logp).sum(), live.tensors)))
    assert all(tensor.abs().max() > 1e-3 for tensor in found[1])
    for shared, separate in zip(*found, strict=True):
        torch.testing.assert_close(shared, separate, atol=1e-4, rtol=1e-3)


def test_a_shared_prompt_gives_the_same_features(model, monkeypatch):
    texts, rows = texts_of(model), slice(0, 6)
    with torch.no_grad():
        _, separate = logits_and_features(model.model, texts, rows)
        monkeypatch.setattr(reading, "SHARED", 0)
        logits, shared = logits_and_features(model.model, texts, rows)
    assert shared.shape == (*logits.shape[:2], 16)
    torch.testing.assert_close(shared, separate, atol=1e-4, rtol=1e-3)


@pytest.mark.parametrize("rows", [slice(0, 6), slice(1, 3), slice(2, 6)])
def test_a_shorter_prompt_is_read_beside_a_longer_one_as_it_is_alone(model, rows):
    prompts = side_by_side([PROMPT[:n] for n in (3, 3, 7, 20, 1, 7)])
    texts = generate(model, prompts, torch.rand(6, 5, generator=torch.Generator().manual_seed(4)).numpy())
    generator = torch.Generator().manual_seed(5)
    adapter = new_adapter(model.model, AdapterSpec(rank=2), generator).map(
        lambda tensor: torch.randn(tensor.shape, generator=generator) / 4
    )
    live = adapter.trainable()
    with live.over(model.model):
        together, features = logits_and_features(model.model, texts, rows)
        logp = drawn_logp(together, texts, rows)
        apart = [drawn_logp_alone(model, texts, i) for i in range(rows.start, rows.stop)]
    weights = torch.linspace(-1, 1, logp.numel()).reshape(logp.shape)
    gradients = torch.autograd.grad((weights * logp).sum(), live.tensors)
    losses = sum((w[: len(one)] * one).sum() for w, (one, _) in zip(weights, apart, strict=True))
    for ours, theirs in zip(gradients, torch.autograd.grad(losses, live.tensors), strict=True):
        torch.testing.assert_close(ours, theirs, atol=1e-4, rtol=1e-3)
    assert features.shape == (*logp.shape, 16)
    for row, shown, (one, theirs) in zip(logp, features, apart, strict=True):
        torch.testing.assert_close(row[: len(one)], one, atol=1e-4, rtol=1e-3)
        assert not row[len(one) :].any()
        torch.testing.assert_close(shown[: len(one)], theirs, atol=1e-4, rtol=1e-3)


def drawn_logp_alone(model, texts, i):
    """([T], [T, H]): log pi of the tokens of text `i` and the features before each, by one plain call of the library."""
    state, T = torch.tensor([texts.ids(i)]), int(texts.lengths[i])
    seen = []
    hook = model.model.get_output_embeddings().register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0]))
    logits = model.model(input_ids=state, use_cache=False).logits[0, -T - 1 : -1]
    hook.remove()
    return logits.log_softmax(-1).gather(1, state[0, -T:, None])[:, 0], seen[0][0, -T - 1 : -1]


def test_the_first_token_of_the_vocabulary_is_a_token_like_any_other(model):
    """Token 0 stands behind a text's end, too, where nobody looks: inside a text it is read."""
    written = np.array([[0, 7, 0], [5, 0, -1]])
    texts = Texts(repeated(PROMPT, 2), written, np.zeros((2, 3)), np.array([3, 2]), np.array([False, False]))
    found = log_probabilities(model, texts)
    for row, tokens in enumerate(written.tolist()):
        state = list(PROMPT)
        for t, token in enumerate(tokens):
            if token < 0:
                assert found[row, t] == 0
                continue
            logits = torch.from_numpy(model.logits(state).copy()).double()
            assert float(found[row, t]) == pytest.approx(float(torch.log_softmax(logits, -1)[token]), abs=1e-4)
            state.append(token)


def test_a_long_prompt_is_read_once(monkeypatch):
    model = tiny.byte_level_model("llama")
    texts, read = texts_of(model, rows=32), []
    monkeypatch.setattr(
        model.model.model.embed_tokens, "forward", counting(model.model.model.embed_tokens.forward, read)
    )
    text_logits(model.model, texts, slice(0, 32))
    assert read == [19, 32 * 5]  # all of the prompt but its last token, once; then that and four tokens of each text


def counting(forward, read):
    def counted(ids):
        read.append(ids.numel())
        return forward(ids)

    return counted
