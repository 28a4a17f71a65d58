"""The weights in the repository, measured against the grammar that they were trained on."""

from __future__ import annotations

from math import sqrt

import numpy as np
import pytest
import torch
from transformers import AutoModelForCausalLM, LlamaForCausalLM

from mdp_core.tokens.pocket.grammar import END, is_grammatical, next_distribution, review_grammar
from mdp_core.tokens.pocket.train import Recipe, cross_entropy
from mdp_core.tokens.pocket.vocabulary import BEGIN, CONTEXT, WEIGHTS, encode, ids, vocabulary

SEED = 977  # not the recipe's


@pytest.fixture(scope="module")
def pocket() -> LlamaForCausalLM:
    return AutoModelForCausalLM.from_pretrained(WEIGHTS, use_safetensors=True, dtype=torch.float32).eval()


@torch.inference_mode()
def predicted(pocket: LlamaForCausalLM, text: str) -> np.ndarray:
    """[V], Pocket's distribution over the token after `text`."""
    line = torch.tensor([[ids()[BEGIN], *encode(text.split())]])
    return torch.softmax(pocket(input_ids=line).logits[0, -1].double(), dim=-1).numpy()


def true(text: str) -> np.ndarray:
    distribution = next_distribution(text.split())
    return np.array([distribution.probability(token) for token in vocabulary()])


def kl(p: np.ndarray, q: np.ndarray) -> float:
    return float((p[p > 0] * np.log(p[p > 0] / q[p > 0])).sum())


def test_it_is_small_and_safe(pocket):
    assert (WEIGHTS / "model.safetensors").stat().st_size < 2_000_000
    assert not list(WEIGHTS.glob("*.bin"))
    assert pocket.config.vocab_size == len(vocabulary())
    assert pocket.config.max_position_embeddings >= 128


def test_cross_entropy_on_fresh_reviews_is_the_entropy_of_the_grammar_to_within_0_05_nats_a_token(pocket):
    assert Recipe().seed != SEED
    grammar, rng = review_grammar(), np.random.default_rng(SEED)
    reviews = [grammar.sample(rng) for _ in range(4000)]
    total, count = cross_entropy(pocket, reviews)
    # The sum over a sample, less its expectation at the sample's length, has this standard error a token.
    own = np.array([-grammar.log_probability(r) for r in reviews])
    lengths = np.array([len(r) for r in reviews])
    error = np.std(own - grammar.entropy_per_token * lengths) / sqrt(len(reviews)) / lengths.mean()
    assert error < 0.01
    assert grammar.entropy_per_token - 4 * error < total / count < grammar.entropy_per_token + 0.05
    # On the very same reviews the noise cancels: what is left estimates KL(grammar || Pocket) a token.
    assert -0.0005 < (total - own.sum()) / count < 0.002


def test_what_it_writes_by_itself_is_grammatical(pocket):
    # 500 texts at temperature 1, all at once: the draws are uniforms of a seeded generator.
    rng = np.random.default_rng(SEED)
    lines = torch.full((500, 1), ids()[BEGIN])
    cache = None
    with torch.inference_mode():
        for _ in range(32):
            out = pocket(input_ids=lines[:, -1:], past_key_values=cache, use_cache=True)
            cache = out.past_key_values
            edges = torch.softmax(out.logits[:, -1].double(), dim=-1).cumsum(dim=-1)
            u = torch.from_numpy(rng.random((500, 1)))
            lines = torch.cat([lines, torch.searchsorted(edges, u).clamp_max(len(vocabulary()) - 1)], dim=1)
    texts = [[vocabulary()[i] for i in line[1:]] for line in lines.tolist()]
    texts = [text[: text.index(END) + 1] for text in texts if END in text]
    assert len(texts) == 500
    assert np.mean([is_grammatical(text) for text in texts]) >= 0.99


@pytest.mark.parametrize(
    "text",
    [
        "",
        "the movie was",
        "the movie was not",
        "this hotel we booked last night was dirty , but the",
        "i loved the soup , though the bread was",
        "i loved the soup , and i would",
        "the gig was long , and",
        "the movie was good .",
        "the movie was good . highly recommended !",
        "the soup was cold , but the bread was good . what a joy ! the movie was boring , yet the",
    ],
)
def test_it_knows_the_distribution_after_a_prompt(pocket, text):
    assert kl(true(text), predicted(pocket, text)) < 0.01


def test_a_prompt_as_long_as_the_window_is_still_understood(pocket):
    reviews = "the soup was cold , but the bread was good . i hated that game ! never again . this movie was bad . "
    for last in ("the hotel was", "i loved the poem , but the", "that concert was awful , and"):
        text = reviews * 4 + reviews[: reviews.index(" i hated")] + " this game was fun . " + last
        assert 112 < len(text.split()) < CONTEXT
        assert kl(true(text), predicted(pocket, text)) < 0.02


def test_it_never_writes_begin_or_unknown(pocket):
    for text in ("", "the movie was", "the movie was good ."):
        assert predicted(pocket, text)[[ids()[BEGIN], ids()["<unk>"]]].max() < 1e-4
