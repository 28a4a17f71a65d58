"""Weights of 4 and 8 bits for writing: a text is written as fast as the weights come from memory, and these are a seventh.

A layer of 4 bits has a scale and a middle for every block of 32 weights of a row (w = scale (q - 8) + middle, q in 0..15);
the layer that gives the logits has 8 bits and a scale for every row. torch multiplies both with bfloat16 numbers. So the
answers are another policy's, near the full model's: how near is measured where the weights are rounded, and said where it
writes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeGuard

import torch
from torch import Tensor, nn

from mdp_core.tokens.language_model import LanguageModel
from mdp_core.tokens.linear import dense
from mdp_core.tokens.rounding import Rounding

# Layers that are asked one after the other with the same numbers, as the Llamas name them.
SISTERS = (("q_proj", "k_proj", "v_proj"), ("gate_proj", "up_proj"))
BLOCK = 32  # weights that share a scale
WIDE = 16  # answers that torch's kernels work out at once; with a part of that, or of a block, they read foreign memory
SAMPLE = (
    "The film began late. Rain ran down the windows of the small theatre, and a man in the second row had fallen asleep "
    "before the titles. I had come to laugh, and by the end I had forgotten the rain, my wet shoes and the time."
)


class FourBits(nn.Module):
    """x W^T + b with the weights in 4 bits."""

    def __init__(self, weight: Tensor, bias: Tensor | None) -> None:
        """`weight` [out, in]. Raises ValueError unless `packs`."""
        super().__init__()
        _check(weight)
        self.out_features, self.in_features = weight.shape
        blocks = weight.detach().view(len(weight), -1, BLOCK)  # [out, blocks, BLOCK]
        low, high = blocks.amin(2), blocks.amax(2)
        scale = ((high - low) / 15).clamp(min=torch.finfo(torch.float32).tiny)
        q = ((blocks - low[..., None]) / scale[..., None]).round().to(torch.int32).flatten(1)
        # Plain attributes: moving a network to another precision must not reach them.
        self.packed = torch.ops.aten._convert_weight_to_int4pack_for_cpu(q, 1)
        self.scales = torch.stack((scale, low + 8 * scale), -1).transpose(0, 1).contiguous().bfloat16()
        self.bias = bias

    def forward(self, x: Tensor) -> Tensor:
        """[..., in] -> [..., out]"""
        rows = x.reshape(-1, self.in_features).bfloat16()
        answer = torch.ops.aten._weight_int4pack_mm_for_cpu(rows, self.packed, BLOCK, self.scales)
        return _shaped(answer, x, self.bias)


class EightBits(nn.Module):
    """x W^T + b with the weights in 8 bits."""

    def __init__(self, weight: Tensor, bias: Tensor | None) -> None:
        """`weight` [out, in]. Raises ValueError unless `packs`."""
        super().__init__()
        _check(weight)
        self.out_features, self.in_features = weight.shape
        self.scale = (weight.detach().abs().amax(1) / 127).clamp(min=torch.finfo(torch.float32).tiny).bfloat16()
        self.rounded = (weight.detach() / self.scale.float()[:, None]).round().clamp(-127, 127).to(torch.int8)
        self.bias = bias

    def forward(self, x: Tensor) -> Tensor:
        """[..., in] -> [..., out]"""
        rows = x.reshape(-1, self.in_features).bfloat16()
        return _shaped(torch.ops.aten._weight_int8pack_mm(rows, self.rounded, self.scale), x, self.bias)


class Sisters:
    """Layers that are asked with the same numbers: at the first question all answers are worked out, as one product."""

    def __init__(self, layers: Sequence[nn.Linear]) -> None:
        """All with a bias, or all without one."""
        biases: list[Tensor] = [layer.bias for layer in layers if layer.bias is not None]
        weight = torch.cat([dense(layer.weight).detach() for layer in layers])
        self._all = FourBits(weight, torch.cat(biases) if biases else None)
        self._sizes = [layer.out_features for layer in layers]
        self._asked: Tensor | None = None
        self._answers: dict[int, Tensor] = {}

    def answer(self, i: int, x: Tensor) -> Tensor:
        """What layer `i` makes of `x`. Each layer is asked once about the same tensor."""
        if self._asked is not x or i not in self._answers:
            self._asked, self._answers = x, dict(enumerate(self._all(x).split(self._sizes, -1)))
        mine = self._answers.pop(i)
        if not self._answers:
            self._asked = None
        return mine


class Sister(nn.Module):
    """One layer of several."""

    def __init__(self, sisters: Sisters, i: int) -> None:
        super().__init__()
        self._sisters, self._i = sisters, i

    def forward(self, x: Tensor) -> Tensor:
        """[..., in] -> [..., out]"""
        return self._sisters.answer(self._i, x)


def packs(out: int, into: int) -> bool:
    """Whether torch's kernels can multiply by so many weights."""
    return out % WIDE == 0 and into % BLOCK == 0


def _check(weight: Tensor) -> None:
    out, into = weight.shape
    if not packs(out, into):
        raise ValueError(f"{out} x {into} weights cannot be packed: {WIDE} and {BLOCK} must divide them")


def _shaped(answer: Tensor, x: Tensor, bias: Tensor | None) -> Tensor:
    result = answer.to(x.dtype).view(*x.shape[:-1], answer.shape[-1])
    return result if bias is None else result + bias


def in_few_bits(model: LanguageModel, name: str) -> LanguageModel:
    """`model` itself, called `name`, with its layers in 4 and 8 bits and `rounding` measured. Of its own memory: to be done
    before anybody else has it. Layers that cannot be packed stay as they are."""

    def change() -> None:
        before = _distributions(model)
        head = model.model.get_output_embeddings()
        for parent in list(model.model.modules()):
            for names in SISTERS:
                layers = [getattr(parent, name, None) for name in names]
                if _are_alike(layers):
                    sisters = Sisters(layers)
                    for i, name in enumerate(names):
                        setattr(parent, name, Sister(sisters, i))
            for name, layer in list(parent.named_children()):
                if isinstance(layer, nn.Linear) and packs(layer.out_features, layer.in_features):
                    short = (EightBits if layer is head else FourBits)(dense(layer.weight), layer.bias)
                    setattr(parent, name, short)
        apart = (_distributions(model) - before).abs().sum(-1) / 2
        model.rounding = Rounding(float(apart.mean()), float(apart.max()), len(apart))

    model.in_lane(change)
    model.name = name
    model.forget()
    return model


def _are_alike(layers: Sequence[nn.Module | None]) -> TypeGuard[list[nn.Linear]]:
    """Whether all are layers that can be packed, and either all have a bias or none."""
    linear = [layer for layer in layers if isinstance(layer, nn.Linear)]
    shapes = {(layer.in_features, layer.bias is None) for layer in linear}
    packed = all(packs(layer.out_features, layer.in_features) for layer in linear)
    return len(linear) == len(layers) and len(shapes) == 1 and packed


@torch.inference_mode()
def _distributions(model: LanguageModel) -> Tensor:
    """[L, V], of the next token after each of the sample's."""
    ids = torch.tensor([model.encode(SAMPLE)[: model.window]])
    result: Tensor = model.model(input_ids=ids, use_cache=False).logits[0].double().softmax(-1)
    return result
