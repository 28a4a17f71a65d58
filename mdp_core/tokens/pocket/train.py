"""Trains Pocket from nothing: `python -m mdp_core.tokens.pocket.train`, some four minutes on one core.

The grammar's true next-token distribution is known after every prefix, so the loss is the cross-entropy against that
distribution instead of against one sampled token: its expectation is the same, and its gradient is far less noisy. The
least it can be is the grammar's own entropy.

The model reads streams: the begin token, then one review after another until the row is full. The row never shows an end
token; where a review may end, the target says so. So Pocket ends its text after a review, and still reads a prompt that
goes on.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from tqdm import tqdm
from transformers import LlamaForCausalLM

from mdp_core.distribution import fallen
from mdp_core.tokens import built_in
from mdp_core.tokens.pocket.grammar import END, START, review_grammar
from mdp_core.tokens.pocket.vocabulary import (
    BEGIN,
    CONTEXT,
    UNKNOWN,
    WEIGHTS,
    encode,
    ids,
    vocabulary,
    word_tokenizer,
)


@dataclass(frozen=True)
class Recipe:
    """Everything that the weights depend on."""

    seed: int = 20240
    steps: int = 2500
    rows: tuple[tuple[int, int], ...] = ((64, 32), (8, CONTEXT))  # of each step: (streams, tokens in each)
    learning_rate: float = 3e-3  # at its highest; up over the first 100 steps, down to 0 by a half cosine
    hidden: int = 64
    layers: int = 3
    heads: int = 4
    inner: int = 192


@dataclass(frozen=True, eq=False)
class Tables:
    """The grammar as arrays over its N states, in topological order; state 0 is the start."""

    probability: NDArray[np.float64]  # [N, V], P(next token | state); all 0 for the state after the end token
    target: NDArray[np.int64]  # [N, V], the state after that token; 0 where it cannot follow
    entropy: NDArray[np.float64]  # [N], of the next token, nats


@dataclass(frozen=True)
class Progress:
    """After a step: the loss, and how far it is above the entropy of the distributions it was computed against."""

    step: int
    loss: float  # cross-entropy, nats a token
    excess: float  # KL(grammar || model), nats a token, never negative


def grammar_tables() -> Tables:
    """The review grammar over Pocket's vocabulary."""
    grammar, V = review_grammar(), len(vocabulary())
    index = {state: n for n, state in enumerate(grammar.ordered)}
    probability, target = np.zeros((len(index), V)), np.zeros((len(index), V), dtype=np.int64)
    entropy = np.zeros(len(index))
    for state, n in index.items():
        for arc in grammar.arcs[state]:
            probability[n, ids()[arc.token]] = arc.probability
            target[n, ids()[arc.token]] = index[arc.target]
        if state in grammar.distributions:
            entropy[n] = grammar.distributions[state].entropy()
    assert index[START] == 0
    return Tables(probability, target, entropy)


def streams(
    tables: Tables, rng: np.random.Generator, rows: int, width: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Reviews one after another without end tokens: ids [rows, width], and the state [rows, width] after each of them."""
    cumulative = tables.probability.cumsum(axis=1)
    end = ids()[END]

    def draw(states: NDArray[np.int64]) -> NDArray[np.int64]:
        edges = cumulative[states]
        # Against the last edge, not 1: rounding must not let a draw fall behind the last token.
        return fallen(edges, rng.random(len(states)) * edges[:, -1])

    tokens, after = np.zeros((2, rows, width), dtype=np.int64)
    tokens[:, 0] = ids()[BEGIN]
    state = np.zeros(rows, dtype=np.int64)
    for t in range(1, width):
        token = draw(state)
        over = token == end
        state = np.where(over, 0, state)
        token[over] = draw(state[over])
        state = tables.target[state, token]
        tokens[:, t], after[:, t] = token, state
    return tokens, after


def untrained(recipe: Recipe, generator: torch.Generator) -> LlamaForCausalLM:
    """Pocket's architecture with weights drawn from `generator`."""
    return built_in.untrained(
        recipe, generator, vocabulary=len(vocabulary()), begin=ids()[BEGIN], end=ids()[END], context=CONTEXT
    )


def train(model: LlamaForCausalLM, recipe: Recipe) -> Iterator[Progress]:
    """Train `model` in place, one `Progress` after every step."""
    tables = grammar_tables()
    rng = np.random.default_rng(recipe.seed)
    truth = torch.tensor(tables.probability, dtype=torch.float32)  # [N, V]
    entropy = torch.tensor(tables.entropy, dtype=torch.float32)  # [N]
    least = 0.0  # nats a token, of the step that is being done

    def loss() -> Tensor:
        nonlocal least
        total, entropies, count = torch.zeros(()), torch.zeros(()), 0
        for rows, width in recipe.rows:
            tokens, after = (torch.from_numpy(a) for a in streams(tables, rng, rows, width))
            logits: Tensor = model(input_ids=tokens, use_cache=False).logits  # [rows, width, V]
            total = total - (truth[after] * torch.log_softmax(logits, dim=-1)).sum()
            entropies = entropies + entropy[after].sum()
            count += tokens.numel()
        least = entropies.item() / count
        return total / count

    for step, nats in built_in.descend(model, recipe, loss):
        yield Progress(step, nats, nats - least)


@torch.inference_mode()
def cross_entropy(model: LlamaForCausalLM, reviews: list[tuple[str, ...]]) -> tuple[float, int]:
    """-log P(reviews | begin token) under `model`, summed, in nats, and the number of tokens (end tokens included)."""
    total, count = 0.0, 0
    for some in (reviews[i : i + 256] for i in range(0, len(reviews), 256)):
        width = max(map(len, some))
        tokens = torch.full((len(some), 1 + width), ids()[END])
        tokens[:, 0] = ids()[BEGIN]
        written = torch.zeros(len(some), width, dtype=torch.bool)
        for row, review in enumerate(some):
            tokens[row, 1 : 1 + len(review)] = torch.tensor(encode(review))
            written[row, : len(review)] = True
        logp = torch.log_softmax(model(input_ids=tokens[:, :-1]).logits.double(), dim=-1)  # [B, width, V]
        chosen = logp.gather(-1, tokens[:, 1:, None]).squeeze(-1)
        total -= float(chosen[written].sum())
        count += int(written.sum())
    return total, count


def make(folder: Path, recipe: Recipe) -> LlamaForCausalLM:
    """Train by `recipe` with a progress bar, and write model, configuration and tokenizer into `folder`."""
    model = untrained(recipe, torch.Generator().manual_seed(recipe.seed))
    with tqdm(total=recipe.steps, unit="step", desc="Training Pocket") as bar:
        for progress in train(model, recipe):
            bar.update()
            if progress.step % 20 == 0 or progress.step == recipe.steps:
                bar.set_postfix_str(f"loss {progress.loss:.3f}, {progress.excess:.4f} above the entropy")
    built_in.save(model, word_tokenizer(), folder, begin=BEGIN, end=END, unknown=UNKNOWN)
    return model


def main() -> None:
    """Train, write the folder, and say how close the model came on fresh reviews."""
    recipe = Recipe()
    parser = argparse.ArgumentParser(prog="python -m mdp_core.tokens.pocket.train", description="Train Pocket anew.")
    parser.add_argument("--folder", type=Path, default=WEIGHTS, help="where to write it (default: where it is shipped)")
    parser.add_argument("--steps", type=int, default=recipe.steps, help=f"training steps (default: {recipe.steps})")
    given = parser.parse_args()
    recipe = Recipe(steps=given.steps)
    # The matrices are small: a second thread gains little on idle cores, and loses a factor of ten on busy ones, where
    # each of the many short operations waits for the slower thread.
    torch.set_num_threads(1)
    model = make(given.folder, recipe)
    grammar, rng = review_grammar(), np.random.default_rng(recipe.seed + 1)
    total, count = cross_entropy(model, [grammar.sample(rng) for _ in range(5000)])
    size = (given.folder / "model.safetensors").stat().st_size
    print(f"{model.num_parameters():,} parameters, {size / 1e6:.2f} MB in {given.folder}")
    print(
        f"{total / count:.4f} nats a token on fresh reviews; the grammar's entropy is {grammar.entropy_per_token:.4f}"
    )


if __name__ == "__main__":
    main()
