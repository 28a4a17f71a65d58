"""Trains Sums from nothing: `python -m mdp_core.tokens.sums.train`, some three minutes on one core.

It reads the homework of a class and learns to write what the class writes, slips and guesses included: the loss is the
cross-entropy of what stands under each problem, and the problems themselves are given.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from tqdm import tqdm
from transformers import LlamaForCausalLM

from mdp_core.tokens import built_in
from mdp_core.tokens.sums.homework import Class
from mdp_core.tokens.sums.vocabulary import (
    BEGIN,
    CONTEXT,
    END,
    UNKNOWN,
    VOCABULARY,
    WEIGHTS,
    encode,
    ids,
    sign_tokenizer,
)

IGNORED = -100  # the target of a token that is given


@dataclass(frozen=True)
class Recipe:
    """Everything that the weights depend on."""

    seed: int = 20241
    steps: int = 2000
    rows: int = 96  # texts a step
    learning_rate: float = 3e-3  # at its highest; up over the first 100 steps, down to 0 by a half cosine
    hidden: int = 64
    layers: int = 3
    heads: int = 4
    inner: int = 192
    homework: Class = field(default_factory=Class)


def untrained(recipe: Recipe, generator: torch.Generator) -> LlamaForCausalLM:
    """The architecture of Sums with weights drawn from `generator`."""
    return built_in.untrained(
        recipe, generator, vocabulary=len(VOCABULARY), begin=ids()[BEGIN], end=ids()[END], context=CONTEXT
    )


def batch(homework: Class, rng: np.random.Generator, rows: int) -> tuple[Tensor, Tensor]:
    """Texts of the class: ids [rows, L], and what follows each of them [rows, L], IGNORED inside of the problem."""
    texts = [homework.sample(rng) for _ in range(rows)]
    width = max(len(asked) + len(written) for asked, written in texts) + 1
    tokens, targets = torch.full((rows, width), ids()[END]), torch.full((rows, width), IGNORED)
    for row, (asked, written) in enumerate(texts):
        line = torch.tensor([ids()[BEGIN], *encode(asked + written), ids()[END]])
        tokens[row, : len(line) - 1] = line[:-1]
        targets[row, len(asked) : len(line) - 1] = line[1 + len(asked) :]
    return tokens, targets


def train(model: LlamaForCausalLM, recipe: Recipe) -> Iterator[tuple[int, float]]:
    """Train `model` in place; after every step its number from 1, and the loss in nats a token."""
    rng = np.random.default_rng(recipe.seed)

    def loss() -> Tensor:
        tokens, targets = batch(recipe.homework, rng, recipe.rows)
        logits: Tensor = model(input_ids=tokens, use_cache=False).logits  # [rows, L, V]
        return torch.nn.functional.cross_entropy(logits.flatten(0, 1), targets.flatten(), ignore_index=IGNORED)

    yield from built_in.descend(model, recipe, loss)


def make(folder: Path, recipe: Recipe) -> LlamaForCausalLM:
    """Train by `recipe` with a progress bar, and write model, configuration and tokenizer into `folder`."""
    model = untrained(recipe, torch.Generator().manual_seed(recipe.seed))
    with tqdm(total=recipe.steps, unit="step", desc="Training Sums") as bar:
        for step, loss in train(model, recipe):
            bar.update()
            if step % 20 == 0 or step == recipe.steps:
                bar.set_postfix_str(f"loss {loss:.3f}")
    built_in.save(model, sign_tokenizer(), folder, begin=BEGIN, end=END, unknown=UNKNOWN)
    return model


def main() -> None:
    """Train, and write the folder."""
    recipe = Recipe()
    parser = argparse.ArgumentParser(prog="python -m mdp_core.tokens.sums.train", description="Train Sums anew.")
    parser.add_argument("--folder", type=Path, default=WEIGHTS, help="where to write it (default: where it is shipped)")
    parser.add_argument("--steps", type=int, default=recipe.steps, help=f"training steps (default: {recipe.steps})")
    given = parser.parse_args()
    # As for Pocket: the matrices are small, and a second thread loses more than it gains.
    torch.set_num_threads(1)
    model = make(given.folder, Recipe(steps=given.steps))
    size = (given.folder / "model.safetensors").stat().st_size
    print(f"{model.num_parameters():,} parameters, {size / 1e6:.2f} MB in {given.folder}")


if __name__ == "__main__":
    main()
