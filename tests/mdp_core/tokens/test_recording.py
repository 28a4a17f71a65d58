"""Recorded steps of writing against the ordinary ones. Only a GPU records: here the step in its fixed places is done anew
each time, so that all is tested but the recording itself, and tests/benchmarks/test_devices.py has that."""

import numpy as np
import pytest
import torch

from mdp_core.rlhf.adapted_model import AdaptedModel
from mdp_core.rlhf.adapters import AdapterSpec, new_adapter
from mdp_core.tokens.device import Device
from mdp_core.tokens.generation import generate, generate_by_token
from mdp_core.tokens.language_model import LanguageModel, sees_all
from mdp_core.tokens.recording import Recorded, Recordings
from tests.mdp_core.tokens import tiny


class Tape:
    """Records a step as its beginning and calls it again; how often, it knows."""

    def __init__(self):
        self.made, self.played = 0, 0

    def __call__(self, step):
        self.made += 1

        def again():
            self.played += 1
            return step()

        return again


def with_tape(model):
    tape = Tape()
    vars(model)["_recordings"] = Recordings(tape, model.device.far)
    return tape


def uniforms(rows=6, tokens=9, seed=1):
    return np.random.default_rng(seed).random((rows, tokens))


def some_adapter(model, seed=2):
    generator = torch.Generator().manual_seed(seed)
    blank = new_adapter(model.model, AdapterSpec(), generator, model.id)
    return blank.map(lambda tensor: torch.randn(tensor.shape, generator=generator) / 4)


def same(ours, theirs):
    assert np.array_equal(ours.tokens, theirs.tokens)
    np.testing.assert_allclose(ours.log_probabilities, theirs.log_probabilities, atol=1e-5)


@pytest.mark.parametrize("kind", ["llama", "gpt2"])
def test_from_the_second_time_on_the_same_texts_are_written_by_the_recording(kind):
    plain, model = tiny.byte_level_model(kind), tiny.byte_level_model(kind)
    tape = with_tape(model)
    prompt = model.encode("the movie was")
    for seed in range(4):
        same(generate(model, prompt, uniforms(seed=seed)), generate(plain, prompt, uniforms(seed=seed)))
        assert tape.made == (seed > 0)
    assert tape.played > 16
    played = tape.played
    same(generate(model, prompt, uniforms(rows=5)), generate(plain, prompt, uniforms(rows=5)))  # of another size
    assert (tape.made, tape.played) == (1, played)


def test_in_half_the_precision_it_writes_what_is_written_without_it():
    models = [
        LanguageModel(tiny.network(), tiny.byte_level_tokenizer(), "Tiny", "tiny", Device("cpu", torch.bfloat16))
        for _ in range(2)
    ]
    plain, model = models
    tape = with_tape(model)
    prompt = model.encode("the movie was")
    for seed in range(3):
        ours, theirs = (generate(one, prompt, uniforms(40, seed=seed)) for one in (model, plain))
        assert (ours.tokens == theirs.tokens).mean() > 0.9
    assert tape.played > 8


def test_texts_that_end_leave_the_others_as_they_are(pocket, monkeypatch):
    prompt = pocket.encode("the movie was")
    plain = [generate(pocket, prompt, uniforms(32, 20, seed)) for seed in range(3)]
    assert plain[2].lengths.min() < plain[2].lengths.max()
    monkeypatch.setitem(vars(pocket), "_recordings", Recordings(Tape(), pocket.device.far))
    for seed in range(3):
        same(generate(pocket, prompt, uniforms(32, 20, seed)), plain[seed])


def test_many_prompts_are_written_on_side_by_side():
    plain, model = tiny.byte_level_model(), tiny.byte_level_model()
    tape = with_tape(model)
    prompt = model.encode("the movie was")
    prompts = np.array([prompt, prompt[::-1]] * 3)
    for seed in range(3):
        same(generate(model, prompts, uniforms(seed=seed)), generate(plain, prompts, uniforms(seed=seed)))
    assert tape.played > 8


def test_an_adapter_that_moves_is_recorded_once_and_followed():
    base = tiny.byte_level_model()
    live = some_adapter(base)
    writer = AdaptedModel(base, live)
    tape = with_tape(writer)
    prompt, seen = base.encode("the movie was"), []
    for seed in range(4):
        writer.forget()
        now = generate(writer, prompt, uniforms(seed=7))
        same(now, generate(AdaptedModel(base, live), prompt, uniforms(seed=7)))
        seen.append(now.log_probabilities)
        with torch.no_grad():  # as an optimiser does: the same tensors, other numbers
            for tensor in live.tensors:
                tensor += 0.05 * torch.randn(tensor.shape, generator=torch.Generator().manual_seed(seed))
    assert tape.made == 1
    assert not np.array_equal(seen[2], seen[3])


def test_two_who_write_at_a_time_do_not_share_one():
    plain, model = tiny.byte_level_model(), tiny.byte_level_model()
    tape = with_tape(model)
    prompt = model.encode("the movie was")
    generate(model, prompt, uniforms())
    ours, theirs = (generate_by_token(model, prompt, uniforms(seed=seed)) for seed in (3, 4))
    texts = []
    going = [ours, theirs]
    while going:  # by turns
        for one in tuple(going):
            try:
                next(one)
            except StopIteration as end:
                texts.append(end.value)
                going.remove(one)
    assert tape.made == 1
    assert {tuple(map(tuple, found.tokens)) for found in texts} == {
        tuple(map(tuple, generate(plain, prompt, uniforms(seed=seed)).tokens)) for seed in (3, 4)
    }
    abandoned = generate_by_token(model, prompt, uniforms(seed=5))
    next(abandoned)
    abandoned.close()
    played = tape.played
    generate(model, prompt, uniforms(seed=6))  # it was given back
    assert (tape.made, tape.played > played) == (1, True)


@pytest.mark.parametrize("fault", ["raises", "answers otherwise"])
def test_what_cannot_be_recorded_is_written_in_the_ordinary_way(fault):
    plain, model = tiny.byte_level_model(), tiny.byte_level_model()

    def broken(step):
        def again():
            if fault == "raises":
                raise RuntimeError("operation not permitted when stream is capturing")
            return step().flip(-1)

        return again

    vars(model)["_recordings"] = Recordings(broken, model.device.far)
    prompt = model.encode("the movie was")
    for seed in range(4):
        same(generate(model, prompt, uniforms(seed=seed)), generate(plain, prompt, uniforms(seed=seed)))


@pytest.mark.parametrize(("kind", "sees"), [("llama", True), ("gpt2", True), ("sliding", False), ("mamba", False)])
def test_networks_that_mask_in_their_own_way_are_not_recorded(kind, sees):
    assert sees_all(tiny.network(kind)) == sees


def test_no_recording_is_kept_without_end():
    model = tiny.byte_level_model()
    with_tape(model)
    prompt = model.encode("the movie was")
    for rows in (2, 3, 4, 5):
        for _ in range(2):
            generate(model, prompt, uniforms(rows=rows))
    assert len(model._recordings._kept) == 2
    texts = model.continuations(prompt, 5, 9)
    assert isinstance(model.recorded(texts, 5, len(prompt) + 9), Recorded)
