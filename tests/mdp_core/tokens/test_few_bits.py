"""Weights of 4 and 8 bits: exact where they are representable, and near SmolLM2 as a whole."""

import pytest
import torch
from torch import nn

from components.controls.model import KINDS
from mdp_core.rlhf.adapters import AdapterError
from mdp_core.rlhf.spec import preset
from mdp_core.rlhf.trainer import tune
from mdp_core.tokens.few_bits import EightBits, FourBits, Sisters
from mdp_core.tokens.scores import Sentiment
from mdp_core.tokens.sources import drain, facts, load


@pytest.fixture(scope="module")
def quick(smollm2):
    return drain(load("smollm2-quick"))


def whole_numbers(low, high, *shape):
    return torch.randint(low, high + 1, shape, generator=torch.Generator().manual_seed(1)).float()


@pytest.mark.parametrize("shape", [(64,), (3, 64), (2, 5, 64)])
def test_sixteen_values_a_block_are_kept_exactly(shape):
    weight = whole_numbers(-8, 7, 48, 64)
    weight[:, ::32], weight[:, 1::32] = -8, 7  # every block has its least and its greatest: a scale of 1
    x, bias = whole_numbers(-1, 1, *shape) * (torch.arange(64) < 9), whole_numbers(-3, 3, 48)
    # At most 9 * 8 + 3 in size, which bfloat16 has exactly.
    assert torch.equal(FourBits(weight, bias)(x), x @ weight.T + bias)


def test_255_values_a_row_are_kept_exactly():
    weight = whole_numbers(-127, 127, 48, 32)
    weight[:, 0] = 127
    x = torch.zeros(2, 32)
    x[0, 3], x[1, 7] = 1, -2
    assert torch.equal(EightBits(weight, None)(x), torch.stack([weight[:, 3], -2 * weight[:, 7]]))


@pytest.mark.parametrize("shape", [(20, 32), (16, 40)])
@pytest.mark.parametrize("layer", [FourBits, EightBits])
def test_shapes_that_the_kernels_cannot_read_never_reach_them(layer, shape):
    with pytest.raises(ValueError, match="cannot be packed"):
        layer(torch.ones(shape), None)


@pytest.mark.parametrize("bias", [True, False])
def test_sisters_answer_as_each_would_alone_in_whatever_order_they_are_asked(bias):
    torch.manual_seed(3)
    layers = [nn.Linear(64, size, bias) for size in (48, 16, 32)]
    alone, sisters = [FourBits(layer.weight, layer.bias) for layer in layers], Sisters(layers)
    one, other = torch.randn(2, 3, 64)
    with torch.inference_mode():
        for x, i in [(one, 1), (one, 0), (one, 2), (other, 2), (other, 2), (one, 1), (other, 0), (other, 1)]:
            assert torch.equal(sisters.answer(i, x), alone[i](x))


def test_a_block_of_equal_weights_is_that_weight():
    torch.testing.assert_close(FourBits(torch.full((16, 32), 0.375), None)(torch.ones(32)), torch.full((16,), 12.0))
    assert torch.equal(EightBits(torch.zeros(16, 32), None)(torch.ones(32)), torch.zeros(16))


def test_smollm2_s_distributions_move_by_a_few_hundredths(smollm2, quick):
    ids = torch.tensor(
        [smollm2.encode("My grandmother kept bees, and every summer the kitchen smelled of wax and honey.")]
    )
    with torch.inference_mode():
        theirs, ours = (model.model(input_ids=ids).logits[0].double().softmax(-1) for model in (smollm2, quick))
    apart = (theirs - ours).abs().sum(-1) / 2
    assert 0.002 < apart.mean() < 0.04
    assert apart.max() < 0.12
    # What the screen says was measured on other tokens, and is of the same size.
    assert quick.rounding.distance == pytest.approx(float(apart.mean()), abs=0.02)
    assert quick.rounding.distance <= quick.rounding.farthest < 0.12
    assert smollm2.rounding is None


def test_all_its_products_are_of_few_bits_and_it_is_named_for_it(quick):
    assert not any(isinstance(module, nn.Linear) for module in quick.model.modules())
    assert (quick.name, quick.id) == ("SmolLM2 quick", "smollm2-quick")
    assert facts("smollm2-quick").name == KINDS["smollm2-quick"] == quick.name


def test_it_cannot_be_tuned_and_says_why(quick):
    with pytest.raises(AdapterError, match="4 and 8 bits, so no gradient can be taken of it: tune SmolLM2 itself"):
        tune(quick, preset("rloo", prompt="The movie was", steps=1), Sentiment())
