"""Models on a device: which one they get, what half the precision changes, and what happens without room."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
import torch

from mdp_core.tokens import device as devices
from mdp_core.tokens import placement
from mdp_core.tokens.device import CPU, Device, DeviceFullError, NoDeviceError, accelerator, is_full
from mdp_core.tokens.generation import generate
from mdp_core.tokens.language_model import SMALL, LanguageModel
from mdp_core.tokens.placement import NoPlaceError, device_for
from mdp_core.tokens.sampling import Sampling
from mdp_core.tokens.sources import Host, checkpoint, drain, load
from tests.mdp_core.tokens import tiny

ROUGH = Device("cpu", torch.bfloat16)
H200 = Device("cuda", torch.bfloat16, "the NVIDIA H200", breadth=16)
HERE = Device("cuda", torch.bfloat16, "the NVIDIA H200")


def on(device, kind="llama"):
    return LanguageModel(tiny.network(kind), tiny.byte_level_tokenizer(), "Tiny", "tiny", device)


@pytest.fixture
def roughly(monkeypatch):
    """A function that loads a model in bfloat16, on the CPU."""
    monkeypatch.setattr(checkpoint, "device_for", lambda *_: ROUGH)
    return lambda name: drain(load(name))


# In half the precision


def test_what_is_read_and_what_makes_the_logits_stays_precise():
    model = on(ROUGH)
    dtypes = {name: weights.dtype for name, weights in model.model.named_parameters()}
    assert dtypes.pop("lm_head.weight") == torch.float32
    assert set(dtypes.values()) == {torch.bfloat16}
    assert {b.dtype for b in model.model.buffers() if b.is_floating_point()} == {torch.float32}
    assert model.logits(model.encode("the")).dtype == np.float32
    kept = tiny.network()
    torch.testing.assert_close(model.model.lm_head.weight, kept.lm_head.weight, atol=0, rtol=0)


def test_an_embedding_that_shares_its_weights_with_the_logits_has_its_own_then(pocket, roughly):
    rough = roughly("pocket").model
    assert rough.get_input_embeddings().weight.dtype == torch.bfloat16
    assert torch.equal(rough.get_output_embeddings().weight, pocket.model.get_output_embeddings().weight)


def distances(model, other, texts):
    """(total variation distance, u's token by each) in every state that the texts passed through."""
    sampling, found = Sampling(), []
    for ids, u in texts:
        for t, draw in enumerate(u):
            state = ids[: len(ids) - len(u) + t]
            pis, tokens = [], []
            for one in (model, other):
                order = one.ranking(state)
                p = sampling.probabilities(one.logits(state))
                tokens.append(order[np.searchsorted(np.cumsum(p[order]), draw, side="right")])
                pis.append(p)
            found.append((np.abs(pis[0] - pis[1]).sum() / 2, tokens[0] == tokens[1]))
    return (np.array(column) for column in zip(*found, strict=True))


def written(model, prompt, rows, tokens):
    u = np.random.default_rng(3).random((rows, tokens))
    texts = generate(model, model.encode(prompt), u)
    return [(texts.ids(i), u[i, : texts.lengths[i]]) for i in range(rows)]


def test_pocket_in_bfloat16_is_within_a_hundredth(pocket, roughly):
    rough = roughly("pocket")
    far, same = distances(pocket, rough, written(pocket, "the movie was", 40, 16))
    print(
        f"\nPocket in bfloat16: total variation {far.mean():.4f}, at most {far.max():.4f}; same draws {same.mean():.3f}"
    )
    assert far.mean() < 0.003
    assert far.max() < 0.02
    # Likeliest first: where two tokens change places, so do their draws, however little their probabilities differ.
    assert same.mean() > 0.85


def test_smollm2_in_bfloat16_is_within_a_tenth(smollm2, roughly):
    """In every state of a text, which is read at once: token by token its weights would be rounded anew for each."""
    text = "The movie was long, and in the middle of it my neighbour fell asleep and snored."
    ids = torch.tensor([smollm2.encode(text)])
    with torch.inference_mode():
        pis = [one.model(input_ids=ids).logits[0].double().softmax(-1) for one in (smollm2, roughly("smollm2"))]
    far = (pis[0] - pis[1]).abs().sum(-1) / 2
    print(f"\nSmolLM2 in bfloat16: total variation {far.mean():.4f}, at most {far.max():.4f}, in {len(far)} states")
    assert len(far) > 16
    assert far.mean() < 0.03
    assert far.max() < 0.1


def test_the_same_seeds_are_the_same_texts_up_to_the_first_draw_that_falls_elsewhere(pocket, roughly):
    rough, u = roughly("pocket"), np.random.default_rng(5).random((64, 12))
    prompt = pocket.encode("i loved")
    ours, theirs = generate(pocket, prompt, u), generate(rough, prompt, u)
    equal = ours.tokens == theirs.tokens
    for i in range(len(u)):
        t = int(np.argmin(equal[i])) if not equal[i].all() else ours.lengths[i]
        np.testing.assert_allclose(ours.log_probabilities[i, :t], theirs.log_probabilities[i, :t], atol=0.1)
    assert equal[:, 0].mean() > 0.85


# Which device a model gets


@pytest.fixture
def h200(monkeypatch):
    """A machine with that GPU, of which 3 GB are free."""
    monkeypatch.setattr(placement, "accelerator", lambda name: H200)
    monkeypatch.setattr(Device, "free", lambda _: 3_000_000_000)


@pytest.mark.parametrize(
    ("wish", "parameters", "name", "why"),
    [
        ("auto", SMALL - 1, "cpu", "Tiny runs on the CPU: a model this small is faster there than on the NVIDIA H200."),
        ("auto", SMALL, "cuda", ""),
        (
            "auto",
            1_500_000_000,
            "cpu",
            "Tiny needs about 3.8 GB, and the NVIDIA H200 has 3.0 GB free: it runs on the CPU.",
        ),
        ("cpu", 1_000_000_000, "cpu", ""),
        ("cuda", 1_000, "cuda", ""),
    ],
)
def test_a_small_model_stays_and_a_large_one_goes_where_there_is_room(h200, wish, parameters, name, why):
    found = device_for(wish, parameters, "Tiny")
    assert (found.name, found.why) == (name, why)


def test_a_device_that_was_asked_for_and_is_too_small_is_not_passed_over(h200):
    with pytest.raises(NoPlaceError, match=r"Large needs about 3\.8 GB, and the NVIDIA H200 has 3\.0 GB free: take a"):
        device_for("cuda", 1_500_000_000, "Large")


def test_without_a_gpu_the_cpu_works_and_says_why_where_one_was_asked_for(monkeypatch):
    monkeypatch.setattr(torch.version, "cuda", None)
    monkeypatch.setattr(torch.version, "hip", None)
    assert device_for("auto", 10**9, "Large") == CPU
    asked = device_for("cuda", 10**9, "Large")
    assert asked.is_cpu
    assert asked.why.startswith("The torch that is installed here is built without CUDA")
    assert asked.why.endswith("Large runs on the CPU.")


def test_no_gpu_no_driver_and_a_gpu_that_torch_cannot_use_are_told_apart(monkeypatch):
    monkeypatch.setattr(torch.version, "cuda", "13.0")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(NoDeviceError, match="no driver"):
        accelerator("cuda")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    card = SimpleNamespace(name="NVIDIA Old", total_memory=2 * 2**30)
    monkeypatch.setattr(torch.cuda, "get_device_properties", lambda _: card)

    def broken(*_, **__):
        raise RuntimeError("CUDA error: no kernel image is available\nand more")

    monkeypatch.setattr(devices.torch, "ones", broken)
    with pytest.raises(NoDeviceError, match=r"cannot be used: CUDA error: no kernel image is available\.$"):
        accelerator("cuda")
    with pytest.raises(NoDeviceError, match="no device “tpu”"):
        accelerator("tpu")


@pytest.mark.parametrize(("fine", "dtype"), [(True, torch.bfloat16), (False, torch.float32)])
@pytest.mark.parametrize(("memory", "breadth"), [(2 * 2**30, 1), (24 * 2**30, 6), (140 * 2**30, 16)])
def test_what_is_known_of_a_gpu(monkeypatch, fine, dtype, memory, breadth):
    monkeypatch.setattr(torch.version, "cuda", "13.0")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    card = SimpleNamespace(name="NVIDIA H200", total_memory=memory)
    monkeypatch.setattr(torch.cuda, "get_device_properties", lambda _: card)
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda including_emulation: fine)
    ones = torch.ones
    monkeypatch.setattr(devices.torch, "ones", lambda n, device: ones(n))
    found = accelerator("cuda")
    assert (found.title, found.dtype, found.breadth) == ("the NVIDIA H200", dtype, breadth)
    assert found.is_rough == fine


def test_what_torch_keeps_and_does_not_use_counts_as_free(monkeypatch):
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda: (1_000, 9_000))
    monkeypatch.setattr(torch.cuda, "memory_reserved", lambda: 700)
    monkeypatch.setattr(torch.cuda, "memory_allocated", lambda: 200)
    assert HERE.free() == 1_500


def test_a_model_is_loaded_onto_the_host_s_device(monkeypatch):
    monkeypatch.setattr(torch.version, "cuda", None)
    monkeypatch.setattr(torch.version, "hip", None)
    assert drain(load("pocket", Host(device="cuda"))).device.why.endswith("Pocket runs on the CPU.")
    monkeypatch.setattr(placement, "accelerator", lambda name: H200)
    assert "faster there" in drain(load("pocket", Host(device="auto"))).device.why
    monkeypatch.setattr(Device, "free", lambda _: 1_000)
    with pytest.raises(ValueError, match=r"Pocket needs about 0\.0 GB, and the NVIDIA H200 has"):
        drain(load("pocket", Host(device="cuda")))


# Without room


@pytest.mark.parametrize(
    "error",
    [
        torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 MiB."),
        RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`"),
        RuntimeError("MPS backend out of memory (MPS allocated: 8 GB)"),
        RuntimeError("DefaultCPUAllocator: can't allocate memory"),
        MemoryError(),
    ],
)
def test_a_full_device_is_known_by_its_errors(error):
    assert is_full(error)


def test_other_errors_say_nothing_of_memory():
    assert not is_full(RuntimeError("Expected all tensors to be on the same device"))
    assert not is_full(ValueError("out of memory"))


def test_a_model_whose_device_is_full_says_so_gives_back_and_goes_on(monkeypatch):
    model = tiny.byte_level_model()
    prompt = model.encode("the movie was")
    before = model.logits(prompt)
    vars(model)["device"] = HERE  # from here on it is said to be there; nothing is moved any more
    monkeypatch.setattr(Device, "place", lambda _, tensor: tensor)
    given = []
    monkeypatch.setattr(torch.cuda, "empty_cache", lambda: given.append(len(model._prefixes)))

    def full(*_):
        raise torch.OutOfMemoryError("CUDA out of memory.")

    hook = model.model.register_forward_pre_hook(full)
    with pytest.raises(DeviceFullError, match="memory of the NVIDIA H200 did not suffice"):
        model.logits((*prompt, 40))
    assert given == [0]  # once, when nothing was kept of texts any more
    with pytest.raises(DeviceFullError):  # in the middle of other work in the lane
        generate(model, prompt[:2], np.zeros((2, 3)))
    hook.remove()
    np.testing.assert_array_equal(model.logits(prompt), before)
    np.testing.assert_allclose(model.logits((*prompt, 40)), tiny.from_scratch(model, (*prompt, 40)), atol=1e-5)
