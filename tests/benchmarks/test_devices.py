"""Models on a GPU beside `generate` of transformers and GRPO of TRL, on the same card in one run, and beside the CPU.

    python -m pytest -q -s tests/benchmarks/test_devices.py

Random weights, of the shapes of SmolLM2-135M and of a model with 1.5 billion parameters, whose logits are spread as a real
model's are (about 3 nats a token). Both sides draw at temperature 1 with everything else off, and no text ends before its 64
tokens. Times are printed and never asserted. Everything is skipped where there is no GPU with CUDA.
"""

from __future__ import annotations

import copy
import gc
import time
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from transformers import LlamaConfig, LlamaForCausalLM

from mdp_core.rlhf.memory import needed
from mdp_core.rlhf.spec import TuneSpec
from mdp_core.rlhf.trainer import tune
from mdp_core.tokens.device import CPU, Device, DeviceFullError, NoDeviceError, accelerator
from mdp_core.tokens.generation import generate
from mdp_core.tokens.language_model import LanguageModel
from mdp_core.tokens.sampling import Sampling
from mdp_core.tokens.scores import Sentiment
from tests.benchmarks.compare import compare
from tests.benchmarks.test_rlhf import grpo_trainer
from tests.mdp_core.tokens import tiny

TOKENS = 64
PROMPT = "The movie was"
SHAPES = {
    "135M": {
        "vocab_size": 49_152,
        "hidden_size": 576,
        "intermediate_size": 1536,
        "num_hidden_layers": 30,
        "num_attention_heads": 9,
        "num_key_value_heads": 3,
    },
    "1.5B": {
        "vocab_size": 151_936,
        "hidden_size": 1536,
        "intermediate_size": 8960,
        "num_hidden_layers": 28,
        "num_attention_heads": 12,
        "num_key_value_heads": 2,
    },
}


@pytest.fixture(scope="module")
def gpu():
    """This machine's, as the app would take it."""
    try:
        found = accelerator("cuda")
    except NoDeviceError as error:
        pytest.skip(str(error))
    print(f"\n{found.title}, {found.dtype}, {found.free() / 1e9:.0f} GB free")
    return found


@pytest.fixture(scope="module", params=SHAPES)
def network(request, gpu):
    """A network of that shape, on the CPU, in float32."""
    config = LlamaConfig(
        **SHAPES[request.param],
        max_position_embeddings=2048,
        tie_word_embeddings=False,
        bos_token_id=None,
        eos_token_id=None,
        pad_token_id=0,
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(1)
        made = LlamaForCausalLM(config).eval()
        torch.nn.init.normal_(made.lm_head.weight, std=4 / config.hidden_size**0.5)
    made.generation_config.eos_token_id = None
    made.name = request.param
    yield made
    gc.collect()
    torch.cuda.empty_cache()


def model_on(device, network):
    """Ours, that never ends a text."""
    model = LanguageModel(copy.deepcopy(network), tiny.byte_level_tokenizer(), network.name, network.name, device)
    model.end_tokens = frozenset()
    return model


def theirs_on(device, network):
    """The library's own, with all weights in the device's precision."""
    return copy.deepcopy(network).to(device.name, device.dtype)


@pytest.mark.parametrize("n", [1, 16])
def test_tokens_a_second_beside_generate(gpu, network, n):
    model, theirs = model_on(gpu, network), theirs_on(gpu, network)
    prompt = model.encode(PROMPT)
    uniforms = np.random.default_rng(1).random((n, TOKENS))
    ids = torch.tensor([prompt], device=gpu.name)
    seconds = {"ours": [], "theirs": []}

    def timed(name, work):
        def run():
            began = time.perf_counter()
            assert work() == n * TOKENS  # a number from the CPU: all is done then
            seconds[name].append(time.perf_counter() - began)

        return run

    def ours():
        model.forget()
        return int(generate(model, prompt, uniforms).lengths.sum())

    def library():
        texts = theirs.generate(
            ids,
            attention_mask=torch.ones_like(ids),
            do_sample=True,
            temperature=1.0,
            top_k=0,
            top_p=1.0,
            max_new_tokens=TOKENS,
            num_return_sequences=n,
            pad_token_id=0,
        )
        return texts[:, len(prompt) :].cpu().numel()

    compare(f"{network.name}, {n} text(s) of {TOKENS} tokens", timed("ours", ours), timed("theirs", library))
    assert model._recordings._kept, "the step could not be recorded, and was not"
    a, b = (n * TOKENS / np.median(times[1:]) for times in seconds.values())
    print(f"{network.name}, {n} text(s): {a:.0f} tokens a second, `generate` {b:.0f}")


def test_a_step_of_grpo_beside_trl(gpu, network, tmp_path):
    """16 texts of 64 tokens. Ours and theirs by turns, seven steps each after one to warm up; generation, scores,
    reference, loss and backward. Target: at most half of TRL's time."""
    steps = 8
    plain = SimpleNamespace(model=theirs_on(gpu, network), tokenizer=tiny.byte_level_tokenizer())
    trainer = grpo_trainer(
        plain, PROMPT, tmp_path, loss_type="grpo", max_steps=steps, max_completion_length=TOKENS, use_cpu=False
    )
    del plain
    model = model_on(gpu, network)
    spec = TuneSpec(
        algorithm="grpo",
        prompt=PROMPT,
        texts=16,
        tokens=TOKENS,
        steps=steps,
        penalty="loss",
        estimator="k3",
        beta=0.1,
        learning_rate=3e-3,
    )
    run, step = tune(model, spec, Sentiment()), trainer.training_step
    ours, theirs, parts = [], [], []

    def timed(*arguments):
        torch.cuda.synchronize()
        began = time.perf_counter()
        loss = step(*arguments)
        torch.cuda.synchronize()
        between = time.perf_counter()
        parts.append(next(run).seconds)
        torch.cuda.synchronize()
        theirs.append(between - began)
        ours.append(time.perf_counter() - between)
        return loss

    trainer.training_step = timed
    trainer.train()
    x, y = (float(np.median(times[1:])) for times in (ours, theirs))
    where = {
        name: round(float(np.median([getattr(part, name) for part in parts[1:]])), 3)
        for name in ("writing", "scoring", "reference", "update")
    }
    print(f"\n{network.name}, a GRPO step of 16x{TOKENS}: ours {x:.3f} s, TRL {y:.3f} s, ratio {x / y:.2f}; {where}")


def test_what_a_step_takes_of_the_memory_was_foretold(gpu, network):
    model = model_on(gpu, network)
    spec = TuneSpec(algorithm="grpo", prompt=PROMPT, texts=16, tokens=TOKENS, steps=2)
    torch.cuda.synchronize()
    torch.cuda.reset_peak_memory_stats()
    before = torch.cuda.memory_allocated()
    for _ in tune(model, spec, Sentiment()):
        pass
    taken = torch.cuda.max_memory_allocated() - before
    print(f"\n{network.name}: a step took {taken / 1e9:.2f} GB, foretold {needed(model, spec) / 1e9:.2f}")
    assert taken <= needed(model, spec)


def test_the_numbers_are_the_cpu_s(gpu, network):
    """In float32 up to rounding; in the device's own precision within a tenth in total variation."""
    if network.name != "135M":
        pytest.skip("one shape will do, and the CPU is slow with the other")
    model = model_on(CPU, network)
    prompt = model.encode(PROMPT)
    texts = generate(model, prompt, np.random.default_rng(2).random((4, 16)))
    states = [ids[: len(prompt) + t] for ids in texts for t in range(16)]
    here = [Sampling().probabilities(model.logits(state)) for state in states]
    for device, bound in ((Device("cuda", torch.float32, gpu.title), 1e-3), (gpu, 0.1)):
        other = model_on(device, network)
        there = [Sampling().probabilities(other.logits(state)) for state in states]
        far = [np.abs(a - b).sum() / 2 for a, b in zip(here, there, strict=True)]
        same = generate(other, prompt, np.random.default_rng(2).random((4, 16))).tokens == texts.tokens
        print(
            f"\n{device.dtype}: total variation {np.mean(far):.6f}, at most {max(far):.6f}; {same.mean():.2f} of tokens"
        )
        assert max(far) < bound


def test_pocket_here_and_there(gpu, pocket):
    """Why `auto` leaves it on the CPU."""
    there = LanguageModel(copy.deepcopy(pocket.model), pocket.tokenizer, "Pocket", "pocket", gpu)
    prompt, uniforms = pocket.encode("the movie was"), np.random.default_rng(1).random((64, 16))

    def write(model):
        model.forget()
        generate(model, prompt, uniforms)

    compare("Pocket, 64 texts, on the CPU beside the GPU", lambda: write(pocket), lambda: write(there))


def test_a_run_whose_memory_somebody_takes_ends_in_a_sentence(gpu, network):
    model = model_on(gpu, network)
    run = tune(model, TuneSpec(prompt=PROMPT, texts=16, tokens=TOKENS, steps=4), Sentiment())
    kept = next(run).adapter.vector()
    gpu.give_back()
    taken = torch.empty(gpu.free() - 50_000_000, dtype=torch.uint8, device=gpu.name)
    with pytest.raises(DeviceFullError, match="did not suffice"):
        next(run)
    del taken
    gpu.give_back()
    again = next(tune(model, TuneSpec(prompt=PROMPT, texts=16, tokens=TOKENS, steps=4), Sentiment()))
    torch.testing.assert_close(again.adapter.vector(), kept)
