"""Adapters against the same change made to the weights by hand."""

import copy
import threading

import numpy as np
import pytest
import torch
from transformers.pytorch_utils import Conv1D

from mdp_core.rlhf.adapted_model import AdaptedModel
from mdp_core.rlhf.adapters import AdapterError, AdapterSpec, OtherModelError, new_adapter, target_layers
from mdp_core.tokens import language_model
from mdp_core.tokens.generation import generate
from mdp_core.tokens.policy import LMPolicy
from mdp_core.tokens.sampling import Sampling
from tests.mdp_core.tokens import tiny

PROMPT = (1, 70, 80, 90)


def random_adapter(model, seed, spec=None):
    """An adapter with something in it."""
    generator = torch.Generator().manual_seed(seed)
    blank = new_adapter(model.model, spec or AdapterSpec(rank=4, alpha=6.0), generator, model.id)
    return blank.map(lambda tensor: torch.randn(tensor.shape, generator=generator, dtype=tensor.dtype) / 4)


def changed_by_hand(network, adapter):
    """A copy of the network whose weights are W + (alpha / r) B A."""
    network = copy.deepcopy(network)
    modules = dict(network.named_modules())
    with torch.no_grad():
        for name, layer in adapter.layers.items():
            change = adapter.spec.alpha / adapter.spec.rank * layer.B @ layer.A
            weight = modules[name].weight
            weight += change.T if isinstance(modules[name], Conv1D) else change
    return network


def by_the_library(network, ids):
    with torch.inference_mode():
        return network(input_ids=torch.tensor([ids]), use_cache=False).logits[0, -1].numpy()


@pytest.mark.parametrize("kind", ["llama", "sliding", "gpt2", "mamba"])
def test_the_same_numbers_as_changed_weights(kind):
    model = tiny.byte_level_model(kind)
    adapter = random_adapter(model, 3)
    by_hand = changed_by_hand(model.model, adapter)
    tuned = AdaptedModel(model, adapter)
    plain = model.logits(PROMPT)
    np.testing.assert_allclose(tuned.logits(PROMPT), by_the_library(by_hand, PROMPT), atol=2e-5)
    np.testing.assert_allclose(tuned.logits((*PROMPT, 5)), by_the_library(by_hand, (*PROMPT, 5)), atol=2e-5)
    assert np.abs(tuned.logits(PROMPT) - plain).max() > 0.01
    np.testing.assert_array_equal(model.logits(PROMPT), plain)


def test_a_new_adapter_changes_nothing_and_is_drawn_from_its_seed():
    model = tiny.byte_level_model()
    first, again, other = (
        new_adapter(model.model, AdapterSpec(), torch.Generator().manual_seed(seed)) for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(AdaptedModel(model, first).logits(PROMPT), model.logits(PROMPT))
    assert first.digest() == again.digest() != other.digest()
    assert list(first.layers) == [
        f"model.layers.{i}.self_attn.{projection}" for i in (0, 1) for projection in ("q_proj", "v_proj")
    ]
    A = first.layers["model.layers.0.self_attn.v_proj"].A
    assert A.shape == (8, 16)
    assert 0.2 < A.abs().max() <= 1 / 4  # uniform within 1 / sqrt(in)
    # 2 layers; q 16 -> 16, v 16 -> 8: r (in + out) numbers each.
    assert first.parameters == first.vector().numel() == 2 * 8 * (32 + 24)


def test_the_shared_weights_stay_as_they_are_even_after_an_error():
    model = tiny.byte_level_model()
    before = {name: tensor.clone() for name, tensor in model.model.state_dict().items()}
    adapter = random_adapter(model, 3)
    with pytest.raises(RuntimeError, match="in the middle"), adapter.over(model.model):
        raise RuntimeError("in the middle")
    generate(AdaptedModel(model, adapter), PROMPT, np.full((3, 5), 0.4))
    assert all(not module._forward_hooks for module in model.model.modules())
    after = model.model.state_dict()
    assert before.keys() == after.keys()
    assert all(torch.equal(before[name], after[name]) for name in before)


def test_two_visitors_and_a_third_without_an_adapter_at_once():
    model = tiny.byte_level_model()
    players = [model, *(AdaptedModel(model, random_adapter(model, seed)) for seed in (1, 2))]
    uniforms = np.random.default_rng(4).random((8, 12))
    alone = [generate(player, PROMPT, uniforms).tokens for player in players]
    assert not np.array_equal(alone[0], alone[1])
    assert not np.array_equal(alone[1], alone[2])
    together = [[], [], []]

    def play(i):
        for _ in range(5):
            players[i].forget()
            together[i].append(generate(players[i], PROMPT, uniforms).tokens)

    threads = [threading.Thread(target=play, args=(i,)) for i in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for i in range(3):
        assert len(together[i]) == 5
        assert all(np.array_equal(tokens, alone[i]) for tokens in together[i])


def test_a_tuned_model_is_a_policy_of_its_own():
    model = tiny.byte_level_model()
    tuned = AdaptedModel(model, random_adapter(model, 1), name="Kind")
    assert tuned.model is model.model
    assert (tuned.name, tuned.id) == ("Kind", f"tiny+{tuned.adapter.digest()}")
    policy = LMPolicy(tuned, Sampling(0.7))
    by_hand = by_the_library(changed_by_hand(model.model, tuned.adapter), PROMPT)
    expected = torch.softmax(torch.from_numpy(by_hand).double() / 0.7, -1)
    for token, p in policy(PROMPT).top(5):
        assert p == pytest.approx(float(expected[token]), abs=1e-5)


def test_a_tuned_model_is_slow_where_its_base_is(monkeypatch):
    base = tiny.byte_level_model()
    adapter = random_adapter(base, 1)
    monkeypatch.setattr(language_model, "SLOW", sum(weights.numel() for weights in base.model.parameters()))
    assert not AdaptedModel(base, adapter).is_slow  # the adapter's own numbers do not count
    monkeypatch.setattr(language_model, "SLOW", 0)
    assert AdaptedModel(base, adapter).is_slow
    assert base.is_slow


def test_after_a_change_forget_gives_the_new_numbers():
    model = tiny.byte_level_model()
    live = random_adapter(model, 1).trainable()
    tuned = AdaptedModel(model, live)
    before = tuned.logits(PROMPT)
    with torch.no_grad():
        live.tensors[0].mul_(3)
    tuned.forget()
    assert np.abs(tuned.logits(PROMPT) - before).max() > 1e-3


@pytest.mark.parametrize(
    ("kind", "names"),
    [("llama", {"q_proj", "v_proj"}), ("gpt2", {"c_attn"}), ("mamba", {"in_proj"}), ("sliding", {"q_proj", "v_proj"})],
)
def test_usual_targets(kind, names):
    found = target_layers(tiny.network(kind))
    assert {name.rpartition(".")[2] for name in found} == names
    assert len(found) == 2 * len(names)


def test_what_cannot_be_adapted():
    network = tiny.network()
    with pytest.raises(AdapterError, match=r"no layers nose_proj to adapt: .*, q_proj, up_proj, v_proj\.$"):
        target_layers(network, ("nose_proj",))
    with pytest.raises(AdapterError, match="1 to 256"):
        AdapterSpec(rank=0)
    with pytest.raises(AdapterError, match="alpha"):
        AdapterSpec(alpha=float("nan"))
    adapter = random_adapter(tiny.byte_level_model(), 1)
    with pytest.raises(OtherModelError, match=r"another model: here is no layer 'model.layers.0"):
        AdaptedModel(tiny.byte_level_model("gpt2"), adapter)


@pytest.mark.parametrize(("kinds", "named"), [(8, "a, b, c, d, e, f, g, h."), (9, "a, b, c, d, e, f, g, h, ...")])
def test_where_no_layer_has_that_name_eight_that_there_are_are_named(kinds, named):
    network = torch.nn.ModuleDict({name: torch.nn.Linear(2, 2) for name in "abcdefghi"[:kinds]})
    with pytest.raises(AdapterError) as caught:
        target_layers(network, ("attention",))
    assert str(caught.value).endswith(f"has no layers attention to adapt: name some of {named}")
