"""Linear layers by oneDNN against the library's own."""

import copy

import pytest
import torch
from torch import nn

from mdp_core.tokens.linear import Linear, dense, freeze, thaw
from tests.mdp_core.tokens import tiny

EXAMPLE = torch.zeros(1, 24)


@pytest.fixture
def network():
    generator = torch.Generator().manual_seed(1)
    network = nn.Sequential(nn.Linear(24, 40), nn.SiLU(), nn.Linear(40, 8, bias=False))
    for weight in network.parameters():
        nn.init.normal_(weight, std=0.3, generator=generator)
    return network


@pytest.mark.parametrize("shape", [(24,), (5, 24), (3, 5, 24)])
def test_answers_and_gradients_are_the_library_s(network, shape):
    x = torch.randn(shape, generator=torch.Generator().manual_seed(2), requires_grad=True)
    theirs = network(x)
    (slope,) = torch.autograd.grad(theirs.square().sum(), x)
    fast = copy.deepcopy(network)
    freeze(fast, EXAMPLE)
    assert [type(module) for module in fast] == [Linear, nn.SiLU, Linear]
    ours = fast(x)
    torch.testing.assert_close(ours, theirs, atol=1e-5, rtol=1e-5)
    torch.testing.assert_close(torch.autograd.grad(ours.square().sum(), x)[0], slope, atol=1e-5, rtol=1e-5)
    with torch.inference_mode():
        torch.testing.assert_close(fast(x), theirs, atol=1e-5, rtol=1e-5)


def test_weights_that_are_learned_get_their_gradient(network):
    x = torch.randn(5, 24, generator=torch.Generator().manual_seed(2))
    network(x).sum().backward()
    fast = copy.deepcopy(network)
    freeze(fast, EXAMPLE)
    leaves = {name: dense(weight).detach().requires_grad_() for name, weight in fast.named_parameters()}
    torch.func.functional_call(fast, leaves, (x,)).sum().backward()
    torch.testing.assert_close(leaves["0.weight"].grad, network[0].weight.grad)


def test_the_weights_lie_otherwise_and_are_the_same(network):
    theirs = copy.deepcopy(network)
    freeze(network, EXAMPLE)
    assert network[0].weight.is_mkldnn
    assert network[0].weight.shape == (40, 24)
    assert torch.equal(dense(network[0].weight), theirs[0].weight)
    thaw(network)
    assert [type(module) for module in network] == [nn.Linear, nn.SiLU, nn.Linear]
    assert torch.equal(network[0].weight, theirs[0].weight)
    assert network.state_dict().keys() == theirs.state_dict().keys()


def test_a_vocabulary_that_is_read_too_stays_as_it_is():
    read, between, write = tied = nn.Sequential(nn.Embedding(30, 8), nn.Linear(8, 8), nn.Linear(8, 30, bias=False))
    write.weight = read.weight
    ids = torch.tensor([3, 29])
    expected = tied(ids)
    freeze(tied, ids)
    assert write.weight is read.weight
    assert not write.weight.is_mkldnn
    assert between.weight.is_mkldnn
    torch.testing.assert_close(tied(ids), expected)
    torch.testing.assert_close(tied(ids[:1]), expected[:1])
    assert write.laid_out.is_mkldnn
    assert torch.equal(write.laid_out.to_dense(), read.weight)
    thaw(tied)
    assert "laid_out" not in vars(write)


@pytest.mark.parametrize("kind", ["llama", "sliding", "gpt2", "mamba"])
def test_language_models_answer_as_before(kind):
    network, ids = tiny.network(kind).eval(), torch.tensor([[1, 5, 7, 9]])
    with torch.inference_mode():
        expected = network(ids).logits
        freeze(network, ids)
        torch.testing.assert_close(network(ids).logits, expected, atol=1e-5, rtol=1e-5)
    assert not any(weight.requires_grad for weight in network.parameters())
    # Mamba multiplies by the weights of its layers itself.
    assert any(weight.is_mkldnn for weight in network.parameters()) == (kind in ("llama", "sliding"))
