"""Linear layers whose products oneDNN multiplies, from weights that lie in memory as it reads them: the same numbers up to
rounding, sooner.

torch would ask MKL, or lay out the weights anew for every product. On two cores of an AMD EPYC (Zen 4), against oneDNN with
torch's own layout, a product of SmolLM2's layers with 16 tokens takes 0.5 to 0.65 of the time, with 256 tokens 0.75 to 0.9.
There is no second copy: where the gradient flows back, a layer's weights are laid out as torch has them for a moment. But
the weights of a vocabulary, by which tokens are looked up too, have one: 16 texts' logits of SmolLM2 take 10 ms from that
(113 MB), and 18 without.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

TOKENS = 16  # for products of which size the weights are laid out; for one and for hundreds it comes to the same


class Linear(nn.Linear):
    """A linear layer of frozen weights, which are opaque: they have a shape, and `dense` gives their numbers."""

    laid_out: Tensor | None = None  # a copy for several rows, where the weights themselves have to stay as they are

    def forward(self, x: Tensor) -> Tensor:
        """[..., in] -> [..., out]"""
        if self.weight.requires_grad:  # somebody put weights in their place that are to be trained
            return super().forward(x)
        if torch.is_grad_enabled() and x.requires_grad:
            return known_product(x, self.weight, self._multiply(x.detach()))
        return self._multiply(x)

    def _multiply(self, x: Tensor) -> Tensor:
        several = self.laid_out is not None and x.numel() > x.shape[-1]
        return _product(x, self.laid_out if several else self.weight, self.bias)  # type: ignore[arg-type]


class _Product(torch.autograd.Function):
    """x W^T + b, of which only x is learned about: its gradient is that of the answer times W."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, answer: Tensor) -> Tensor:
        ctx.weight = weight
        return answer.view_as(answer)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None, None]:
        return _product(gradients[0], dense(ctx.weight).t(), None), None, None


def known_product(x: Tensor, weight: Tensor, answer: Tensor) -> Tensor:
    """`answer`, which is x W^T + b as somebody worked it out already, with the gradient of it by x."""
    if not (torch.is_grad_enabled() and x.requires_grad):
        return answer
    result: Tensor = _Product.apply(x, weight, answer)  # type: ignore[no-untyped-call]
    return result


def _product(x: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    result: Tensor = torch.ops.mkldnn._linear_pointwise(x, weight, bias, "none", [], "")
    return result


def dense(weight: Tensor) -> Tensor:
    """The weights of a layer as torch has them; themselves where they are."""
    return weight.to_dense() if weight.is_mkldnn else weight


def freeze(network: nn.Module, example: Tensor) -> None:
    """Let `network` take no gradient for its weights, and its linear layers multiply by oneDNN where torch has it, on a CPU
    and in float32.

    Weights that another layer has too, such as a vocabulary's, stay as they are, beside a copy, and so does a network that
    reaches past its layers for their weights (a recurrent one may): it is tried on `example`.
    """
    network.requires_grad_(False)
    if any(weight.device.type != "cpu" or weight.dtype != torch.float32 for weight in network.parameters()):
        return
    if not all(hasattr(torch.ops.mkldnn, name) for name in ("_linear_pointwise", "_reorder_linear_weight")):
        return
    elsewhere = {id(weight) for module in network.modules() if type(module) is not nn.Linear for weight in _own(module)}
    for module in network.modules():
        if type(module) is nn.Linear:
            module.__class__ = Linear
            laid_out = torch.ops.mkldnn._reorder_linear_weight(module.weight.detach(), TOKENS)
            if id(module.weight) in elsewhere:
                vars(module)["laid_out"] = laid_out
            else:
                _lay_out(module, laid_out)
    try:
        with torch.inference_mode():
            network(example)
    except (NotImplementedError, RuntimeError):
        thaw(network)


def thaw(network: nn.Module) -> None:
    """Give `network` back the library's own linear layers."""
    for module in network.modules():
        if type(module) is Linear:
            module.__class__ = nn.Linear  # type: ignore[assignment]
            vars(module).pop("laid_out", None)
            if module.weight.is_mkldnn:
                _lay_out(module, dense(module.weight))


def _own(module: nn.Module) -> list[nn.Parameter]:
    return list(module.parameters(recurse=False))


def _lay_out(module: nn.Module, weight: Tensor) -> None:
    module.weight = nn.Parameter(weight, requires_grad=False)
