"""Learning from the products of the writing against learning from a pass of its own."""

import numpy as np
import pytest
import torch

from mdp_core.rlhf import products as kept
from mdp_core.rlhf import reading
from mdp_core.rlhf.adapters import AdapterSpec, new_adapter
from mdp_core.rlhf.products import Writer
from mdp_core.rlhf.reading import log_probabilities
from mdp_core.rlhf.spec import TuneSpec
from mdp_core.rlhf.updates import learner_of
from mdp_core.tokens import linear
from mdp_core.tokens.generation import generate, repeated
from mdp_core.tokens.linear import freeze
from mdp_core.tokens.sampling import Sampling
from tests.mdp_core.tokens import tiny

N, T = 6, 8


@pytest.fixture(scope="module")
def model():
    frozen = tiny.byte_level_model()
    freeze(frozen.model, torch.zeros(1, 1, dtype=torch.long))
    return frozen


def spec_of(algorithm="grpo", **changes):
    return TuneSpec(**{"algorithm": algorithm, "prompt": "the movie", "texts": N, "tokens": T, "group": 3, **changes})


def written(model, spec, ends=()):
    """(the writer, its texts); `ends` are tokens that end a text."""
    generator = torch.Generator().manual_seed(4)
    adapter = new_adapter(model.model, AdapterSpec(rank=2), generator, model.id)
    writer = Writer(model, adapter.map(lambda t: 0.3 * torch.randn(t.shape, generator=generator)).trainable(), spec)
    writer.end_tokens = frozenset(ends)
    writer.forget()
    prompt = repeated(model.encode(spec.prompt), spec.texts)
    uniforms = np.random.default_rng(2).random((spec.texts, spec.tokens))
    return writer, generate(writer, prompt, uniforms, Sampling(spec.temperature))


def learned(model, spec, writer, texts, products):
    live = writer.adapter.trainable()
    scores = torch.linspace(-1, 1, spec.texts, dtype=torch.float64) ** 3
    reference = log_probabilities(model, texts, temperature=spec.temperature)
    update = learner_of(model, spec, live, products).learn(texts, scores, reference)
    return live.vector(), update


@pytest.mark.parametrize("algorithm", ["reinforce", "rloo", "grpo", "ppo"])
@pytest.mark.parametrize("temperature", [1.0, 0.7])
def test_the_same_is_learned(model, algorithm, temperature):
    spec = spec_of(algorithm, temperature=temperature)
    writer, texts = written(model, spec)
    assert writer.products.of(texts)
    without, plain = learned(model, spec, writer, texts, None)
    moved, update = learned(model, spec, writer, texts, writer.products)
    assert (moved - writer.adapter.vector()).abs().max() > 1e-4
    assert update.gradient_norm == pytest.approx(plain.gradient_norm, rel=1e-4)
    assert update.entropy == pytest.approx(plain.entropy, rel=1e-5)
    torch.testing.assert_close(moved, without, atol=2e-5, rtol=1e-3)


def reading_of(model, texts, rows, writer):
    """[n, T], log pi of the tokens under the writer's policy."""
    with torch.no_grad(), writer.adapter.over(model.model):
        return reading.drawn_logp(reading.text_logits(model.model, texts, rows), texts, rows)


@pytest.mark.parametrize("shared", [0, 10_000])  # tokens from which on a prompt is read once for all
@pytest.mark.parametrize("rows", [slice(0, N), slice(0, 2), slice(2, 5), slice(5, 6)])
def test_nothing_is_multiplied_again(model, rows, shared, monkeypatch):
    monkeypatch.setattr(reading, "SHARED", shared)
    spec = spec_of()
    _, unended = written(model, spec)
    ends = {int(unended.tokens[0, 1]), int(unended.tokens[4, 3])}  # so that some texts are shorter than others
    writer, texts = written(model, spec, ends)
    assert len(set(texts.lengths.tolist())) > 1
    assert texts.lengths.min() < T
    expected = reading_of(model, texts, rows, writer)
    assert writer.products.of(texts)

    multiplied = []
    product = linear._product
    monkeypatch.setattr(linear, "_product", lambda x, *rest: multiplied.append(x.shape) or product(x, *rest))
    with writer.products.replayed(rows):
        ours = reading_of(model, texts, rows, writer)
    # The logits of the prompt alone are of no use, and the library asks for those of its last token.
    alone = shared == 0 and rows.stop - rows.start > 1
    assert multiplied == ([(1, 1, 16)] if alone else [])
    torch.testing.assert_close(ours, expected, atol=1e-5, rtol=1e-5)
    del multiplied[:]
    reading_of(model, texts, rows, writer)
    assert multiplied  # behind the `with` all is as before


def test_of_other_texts_there_are_none(model, monkeypatch):
    spec = spec_of()
    writer, texts = written(model, spec)
    assert writer.products.of(texts)
    writer.forget()
    assert not writer.products.of(texts)
    other = spec_of(tokens=T - 1)
    assert not writer.products.of(written(model, other)[1])
    prompts = np.array(texts.prompts)
    prompts[3:, -1] += 1
    writer.forget()
    assert not writer.products.of(generate(writer, prompts, np.full((N, T), 0.5)))
    monkeypatch.setattr(kept, "MOST", 1_000)  # bytes
    writer, texts = written(model, spec)
    assert not writer.products.of(texts)
