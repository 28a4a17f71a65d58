"""The token loop against `generate` of transformers, on SmolLM2; a branch against reading from scratch.

    python -m pytest -q -s tests/benchmarks/test_token_loop.py

Both sides sample at temperature 1 with everything else off, 32 tokens a text, none of which ends before. Ours begins with
nothing kept from before. Prints; asserts no times, only that both did the same amount of work.
"""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import torch

from mdp_core.rollout import Draws, play
from mdp_core.tokens.generation import generate
from mdp_core.tokens.mdp import TokenMDP
from mdp_core.tokens.policy import LMPolicy
from mdp_core.tokens.scores import WishedLength
from tests.benchmarks.compare import compare

TOKENS = 32
NO_END = 49_151  # hardly ever drawn, and both stop at it: so all texts have their full length
PROMPTS = {
    "short": "The movie was",
    "long": "I went to the cinema on a rainy Tuesday with two old friends, one of whom had seen the film before and kept "
    "telling us what was about to happen. The popcorn was stale, the seats were narrow, the heating had failed, and the "
    "man behind me was asleep before the titles were over. Still, when the lights went on again, all of us agreed that the",
}


@pytest.fixture(scope="module")
def model(smollm2):
    ends, smollm2.end_tokens = smollm2.end_tokens, frozenset({NO_END})
    yield smollm2
    smollm2.end_tokens = ends


def theirs(model, prompt, n):
    ids = torch.tensor([prompt])
    texts = model.model.generate(
        ids,
        attention_mask=torch.ones_like(ids),
        do_sample=True,
        temperature=1.0,
        top_k=0,
        top_p=1.0,
        max_new_tokens=TOKENS,
        num_return_sequences=n,
        eos_token_id=NO_END,
        pad_token_id=NO_END,
    )
    assert texts.shape == (n, len(prompt) + TOKENS)


@pytest.mark.parametrize("length", PROMPTS)
@pytest.mark.parametrize("n", [1, 16])
def test_texts_side_by_side(model, n, length):
    prompt = model.encode(PROMPTS[length])
    uniforms = np.stack([Draws(seed).actions(TOKENS) for seed in range(n)])

    def ours():
        model.forget()
        assert generate(model, prompt, uniforms).lengths.sum() == n * TOKENS

    name = f"{n} text{'s' * (n > 1)} of {TOKENS} tokens after {len(prompt)}"
    compare(name, ours, lambda: theirs(model, prompt, n), repetitions=9 if n == 1 else 5)


def test_the_stage_s_own_loop(model):
    prompt = model.encode(PROMPTS["short"])
    mdp = TokenMDP(model, prompt, TOKENS, WishedLength(5))

    def ours():
        model.forget()
        assert len(play(mdp, LMPolicy(model), rng=Draws(1), max_steps=TOKENS)) == TOKENS

    compare(f"one rollout of {TOKENS} steps, whole distributions kept", ours, lambda: theirs(model, prompt, 1))


def test_a_branch(model):
    prefix = model.encode(PROMPTS["long"])[:64]
    model.logits(prefix)
    others = itertools.count(1000)

    def ours():
        model.logits((*prefix, next(others)))

    def scratch():
        with torch.inference_mode():
            model.model(input_ids=torch.tensor([[*prefix, next(others)]]), use_cache=False, logits_to_keep=1)

    compare("another token after a prefix of 64, from scratch as theirs", ours, scratch, repetitions=15)


def test_a_branch_and_its_future(model):
    prefix = model.encode(PROMPTS["long"])[:64]
    others = itertools.count(2000)

    def continued(forget):
        text = (*prefix, next(others))
        for _ in range(8):
            if forget:
                model.forget()
            text = (*text, int(model.ranking(text)[0]))

    model.logits(prefix)
    name = "a branch and 8 tokens behind it, each from scratch as theirs"
    compare(name, lambda: continued(False), lambda: continued(True), repetitions=3)
