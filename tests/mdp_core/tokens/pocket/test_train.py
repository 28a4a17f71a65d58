from __future__ import annotations

import numpy as np
import pytest
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from mdp_core.tokens.pocket.grammar import END, review_grammar, state_after
from mdp_core.tokens.pocket.train import Recipe, cross_entropy, grammar_tables, make, streams, train, untrained
from mdp_core.tokens.pocket.vocabulary import BEGIN, CONTEXT, encode, ids, vocabulary

TINY = Recipe(seed=3, steps=4, rows=((4, 12), (2, 40)), hidden=8, layers=1, heads=2, inner=16)


def test_the_tables_are_the_grammar():
    grammar, tables = review_grammar(), grammar_tables()
    for n, state in enumerate(grammar.ordered):
        given = {vocabulary()[i]: float(tables.probability[n, i]) for i in np.flatnonzero(tables.probability[n])}
        assert given == pytest.approx({arc.token: arc.probability for arc in grammar.arcs[state]})
        for arc in grammar.arcs[state]:
            assert grammar.ordered[tables.target[n, ids()[arc.token]]] == arc.target


def test_streams_are_reviews_in_a_row_with_their_states():
    tokens, after = streams(grammar_tables(), np.random.default_rng(0), 6, CONTEXT)
    assert tokens.shape == after.shape == (6, CONTEXT)
    assert END not in {vocabulary()[i] for i in tokens.ravel()}
    for row, states in zip(tokens, after, strict=True):
        words = [vocabulary()[i] for i in row]
        assert words[0] == BEGIN
        for t in range(0, CONTEXT, 7):
            assert review_grammar().ordered[states[t]] == state_after(words[1 : t + 1])


def test_a_few_steps_write_a_folder_that_transformers_loads(tmp_path):
    model = make(tmp_path / "pocket", TINY)
    loaded = AutoModelForCausalLM.from_pretrained(tmp_path / "pocket")
    tokenizer = AutoTokenizer.from_pretrained(tmp_path / "pocket")
    some = torch.tensor([tokenizer("The movie was").input_ids])
    assert some.tolist() == [[0, *encode(["the", "movie", "was"])]]
    torch.testing.assert_close(loaded(some).logits, model(some).logits)
    assert (tmp_path / "pocket" / "model.safetensors").stat().st_mode & 0o044 == 0o044  # others may read it


def test_training_lowers_the_loss_and_never_below_the_entropy():
    recipe = Recipe(seed=3, steps=100, rows=((8, 12),), hidden=16, layers=1, heads=2, inner=16)
    progress = list(train(untrained(recipe, torch.Generator().manual_seed(3)), recipe))
    assert [p.step for p in progress] == list(range(1, 101))
    assert progress[-1].excess < progress[0].excess - 0.5
    assert all(p.excess > 0 for p in progress)


def test_same_seed_same_weights_and_the_global_generator_is_left_alone():
    before = torch.get_rng_state()

    def weights(seed: int) -> torch.Tensor:
        model = untrained(TINY, torch.Generator().manual_seed(seed))
        list(train(model, TINY))
        return torch.cat([p.detach().ravel() for p in model.parameters()])

    first = weights(3)
    assert torch.equal(first, weights(3))
    assert not torch.equal(first, weights(4))
    assert torch.equal(before, torch.get_rng_state())


def test_cross_entropy_is_the_sum_over_written_tokens_only():
    model = untrained(TINY, torch.Generator().manual_seed(3)).eval()
    short, long = (
        ("the", "movie", "was", "bad", ".", END),
        ("i", "loved", "the", "soup", "!", "what", "a", "joy", ".", END),
    )
    total, count = cross_entropy(model, [short, long])
    assert count == len(short) + len(long)
    by_hand = 0.0
    for review in (short, long):
        line = torch.tensor([[ids()[BEGIN], *encode(review)]])
        by_hand += model(input_ids=line, labels=line).loss.item() * len(review)
    assert total == pytest.approx(by_hand, rel=1e-5)
