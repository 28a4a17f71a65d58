"""Linear layers by oneDNN against the library's own."""

import copy

import pytest
import torch
from torch import nn

from mdp_core.tokens.linear import Linear, freeze, thaw


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
    freeze(fast)
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
    freeze(fast)
    fast.requires_grad_(True)
    fast.zero_grad()
    fast(x).sum().backward()
    torch.testing.assert_close(fast[0].weight.grad, network[0].weight.grad)


def test_a_copy_can_be_given_back(network):
    freeze(network)
    theirs = copy.deepcopy(network)
    thaw(theirs)
    assert [type(module) for module in theirs] == [nn.Linear, nn.SiLU, nn.Linear]
    assert type(network[0]) is Linear
    assert theirs.state_dict().keys() == network.state_dict().keys()
