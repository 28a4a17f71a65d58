"""Learning on a device: the same runs on a second one, and what a network in half the precision changes of them."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from mdp_core.rlhf.estimators import score_functions
from mdp_core.rlhf.memory import BASE, NoRoomError, check_memory, needed
from mdp_core.rlhf.principle import Principle
from mdp_core.rlhf.reading import log_probabilities, rows_at_once
from mdp_core.rlhf.spec import preset
from mdp_core.rlhf.trainer import tune
from mdp_core.rlhf.tuning_run import TuningRun
from mdp_core.tokens.device import Device, DeviceFullError
from mdp_core.tokens.generation import generate
from mdp_core.tokens.language_model import LanguageModel
from mdp_core.tokens.scores import Score, ScoreSpec
from mdp_core.tokens.sources import checkpoint, drain, load
from tests.mdp_core.some import PROMPT, some_adapter, some_texts
from tests.mdp_core.tokens import tiny


def letters(text):
    """Some texts are worth more than others."""
    return Score(float(sum(map(ord, text)) % 7), ())


@pytest.fixture(scope="module")
def rough():
    """Pocket in bfloat16, on the CPU."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(checkpoint, "device_for", lambda *_: Device("cpu", torch.bfloat16))
        return drain(load("pocket"))


# In half the precision


def test_adapters_are_learned_in_float32_over_a_network_that_is_not(rough):
    last = list(tune(rough, preset("grpo", prompt=PROMPT, texts=16, tokens=4, steps=2), letters))[-1]
    assert {tensor.dtype for tensor in last.adapter.tensors} == {torch.float32}
    steps = (last.adapter.vector() - last.before.vector()).abs()
    # Adam's steps are as long as the learning rate, and most would be lost in eight binary digits of a number of size 0.1.
    assert float(steps[steps > 0].median()) == pytest.approx(last.spec.learning_rate, rel=0.5)


def test_a_gradient_in_bfloat16_points_where_the_exact_one_does(pocket, rough):
    adapter, texts = some_adapter(pocket), some_texts(pocket, rows=32)
    exact, ours = score_functions(pocket, adapter, texts), score_functions(rough, adapter, texts)
    cosines = torch.nn.functional.cosine_similarity(exact, ours)
    print(f"\ncosine of the angle between gradients of a text: {cosines.mean():.5f}, {cosines.min():.5f} at least")
    assert float(cosines.min()) > 0.999
    difference = (log_probabilities(pocket, texts, adapter) - log_probabilities(rough, texts, adapter)).abs()
    print(f"log-probabilities of a token: {difference.mean():.4f} apart, {difference.max():.4f} at most")
    assert float(difference.max()) < 0.05


def test_a_policy_that_has_not_moved_is_at_distance_0_whatever_rounds(rough):
    """Writing reads token by token, and the reference a text at once; a GPU rounds these two differently."""

    def rounded(_, inputs, logits):
        return logits * 1.01 if inputs[0].shape[1] == 1 else None

    hook = rough.model.get_output_embeddings().register_forward_hook(rounded)
    rough.forget()
    try:
        spec = preset("grpo", prompt=PROMPT, texts=16, tokens=8, steps=2, beta=0.5)
        steps = list(tune(rough, spec, lambda _: Score(1.0, ())))
        written = generate(rough, rough.encode(PROMPT), np.random.default_rng(1).random((16, 8)))
        assert np.abs(written.log_probabilities - log_probabilities(rough, written).numpy()).max() > 1e-3
    finally:
        hook.remove()
        rough.forget()
    assert not steps[0].log_ratios.any()
    assert not steps[0].advantages.any()
    assert torch.equal(steps[1].adapter.vector(), steps[0].before.vector())


def test_a_run_in_bfloat16_learns_as_much(pocket, rough):
    reward = Principle(ScoreSpec()).reward()
    spec = preset("rloo", prompt=PROMPT, tokens=4, steps=40)
    exact, ours = ([step.score for step in tune(model, spec, reward)] for model in (pocket, rough))
    began, ends = (np.mean([run[place] for run in (exact, ours)], axis=1) for place in (slice(5), slice(-5, None)))
    print(f"\nmean sentiment {began.round(2)} -> {ends.round(2)}, in float32 and in bfloat16")
    assert (ends - began > 0.3).all()
    assert abs(ends[0] - ends[1]) < 0.25


# Memory


def test_a_larger_device_reads_more_at_once_and_needs_more_for_it(pocket):
    texts = some_texts(pocket, rows=512, tokens=40)
    wide = LanguageModel(tiny.network(), tiny.byte_level_tokenizer(), "Tiny", "tiny", Device(breadth=4))
    narrow = tiny.byte_level_model()
    parts = [[rows.stop - rows.start for rows in rows_at_once(model, texts)] for model in (narrow, wide)]
    assert parts[1][0] > 2.5 * parts[0][0]
    spec = preset("rloo", prompt=PROMPT, texts=512, tokens=40)
    assert needed(wide, spec) - BASE > 1.5 * (needed(narrow, spec) - BASE)


def test_a_run_is_measured_by_what_its_own_device_has_left(monkeypatch):
    model = tiny.byte_level_model()
    vars(model)["device"] = Device("cuda", torch.bfloat16, "the NVIDIA H200")
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda: (50_000_000, 10**9))
    monkeypatch.setattr(torch.cuda, "memory_reserved", lambda: 0)
    monkeypatch.setattr(torch.cuda, "memory_allocated", lambda: 0)
    with pytest.raises(NoRoomError, match=r"need about 0\.1 GB of memory, and the NVIDIA H200 has 0\.1 GB free"):
        check_memory(model, preset("rloo", prompt=PROMPT, texts=8, tokens=4))


def test_half_the_memory_gone_in_the_middle_of_a_run_leaves_what_was_done(monkeypatch):
    model = tiny.byte_level_model()
    spec = preset("rloo", prompt=PROMPT, texts=8, tokens=4, steps=30)
    run = TuningRun(model, spec, Principle(ScoreSpec("length", length=3)), counts=False)
    while run.steps < 3:
        run.step()
    film, adapter = run.film.data(), run.snapshots[-1].adapter.vector()

    def full(*_):
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")

    hook = model.model.register_forward_pre_hook(full)
    with pytest.raises(DeviceFullError, match=r"did not suffice.*What was done before is kept\."):
        all(iter(run.step, False))
    hook.remove()
    run.close()
    assert run.film.data() == film
    assert torch.equal(run.snapshots[-1].adapter.vector(), adapter)
    again = TuningRun(model, spec, Principle(ScoreSpec("length", length=3)), counts=False)
    while again.steps < 3:
        again.step()
    assert torch.equal(again.snapshots[-1].adapter.vector(), adapter)
