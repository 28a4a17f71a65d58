"""Low-rank adapters (LoRA, Hu et al. 2021): what a visitor's tuning changes, kept beside a model that stays as it is.

A layer computes x W^T; with an adapter it answers x W^T + (alpha / r) x A^T B^T, as if its weights were W + (alpha / r) B A.
The adapter holds A and B. The model is shared: the adapter is laid over it for one forward pass and taken off again,
in the model's lane, so that two visitors may tune two adapters of one model in memory.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from math import sqrt
from typing import Any

import torch
from torch import Tensor, nn
from transformers.pytorch_utils import Conv1D

from mdp_core.tokens.device import Device

MAX_RANK = 256

# The layers that carry attention's queries and values, by the names that families of models give them; the first that a
# model has are taken: Llama and its kin; Phi-3; GPT-2; GPT-NeoX, BLOOM, Falcon; MPT; Mamba.
USUAL_TARGETS = (("q_proj", "v_proj"), ("qkv_proj",), ("c_attn",), ("query_key_value",), ("Wqkv",), ("in_proj",))

MOST_NAMED = 8  # kinds of layers in a sentence: a Llama has all of its seven, and the head


class AdapterError(ValueError):
    """An adapter that cannot be made, read, or laid over this model; the message is a sentence for the visitor."""


class OtherModelError(AdapterError):
    """An adapter for another model."""

    def __init__(self, why: str) -> None:
        super().__init__(f"This adapter is for another model: {why}. Load it over its own model.")


@dataclass(frozen=True)
class AdapterSpec:
    """The shape of an adapter. Raises AdapterError, in a sentence for a visitor, for a number out of its range."""

    rank: int = 8  # r, 1..MAX_RANK
    alpha: float = 16.0  # the adapter's part is scaled by alpha / r
    targets: tuple[str, ...] = ()  # ends of the names of the layers, such as "q_proj"; none: USUAL_TARGETS

    def __post_init__(self) -> None:
        if isinstance(self.rank, bool) or not isinstance(self.rank, int) or not 1 <= self.rank <= MAX_RANK:
            raise AdapterError(f"The rank of an adapter goes from 1 to {MAX_RANK}, and {self.rank} is outside.")
        if not 0 < self.alpha < float("inf"):
            raise AdapterError(f"alpha scales the adapter, so it must be above 0 and finite, not {self.alpha}.")

    @property
    def scale(self) -> float:
        """alpha / r."""
        return self.alpha / self.rank


@dataclass(frozen=True, eq=False)
class LowRank:
    """The two factors of one layer's change B A. A leading dimension gives every text of a batch factors of its own."""

    A: Tensor  # [r, in] or [N, r, in]; r may be another one than the adapter's
    B: Tensor  # [out, r] or [N, out, r]

    def __call__(self, x: Tensor) -> Tensor:
        """[N, L, in] -> [N, L, out]: x A^T B^T."""
        result: Tensor = x @ self.A.mT @ self.B.mT
        return result

    def map(self, change: Callable[[Tensor], Tensor]) -> LowRank:
        """Both factors changed in the same way."""
        return LowRank(change(self.A), change(self.B))


@dataclass(frozen=True, eq=False)
class Adapter:
    """The factors of every adapted layer, by the layer's full name in the model, in the model's order."""

    spec: AdapterSpec
    layers: Mapping[str, LowRank]
    base: str = ""  # the id of the model it was made for; for the screen, since only names and shapes are checked

    @property
    def tensors(self) -> list[Tensor]:
        """A and B of every layer, in order: what is trained."""
        return [factor for layer in self.layers.values() for factor in (layer.A, layer.B)]

    @property
    def parameters(self) -> int:
        """How many numbers are trained."""
        return sum(tensor.numel() for tensor in self.tensors)

    @property
    def is_finite(self) -> bool:
        """Whether every number is one."""
        return all(bool(torch.isfinite(tensor).all()) for tensor in self.tensors)

    def map(self, change: Callable[[Tensor], Tensor]) -> Adapter:
        """Every factor changed in the same way."""
        return Adapter(self.spec, {name: layer.map(change) for name, layer in self.layers.items()}, self.base)

    def on(self, device: Device) -> Adapter:
        """The same numbers on `device`: the same tensors, where they are there."""
        return self.map(device.place)

    def frozen(self) -> Adapter:
        """A copy of its own memory on the CPU, apart from any graph."""
        return self.map(lambda tensor: tensor.detach().to("cpu", copy=True))

    def trainable(self) -> Adapter:
        """A copy whose factors are leaves that take a gradient."""
        return self.map(lambda tensor: tensor.detach().clone().requires_grad_())

    def repeated(self, rows: int) -> Adapter:
        """The factors once for each of `rows` texts, as leaves: a backward pass gives each text's own gradient."""
        return self.map(lambda tensor: tensor.detach().expand(rows, *tensor.shape).clone().requires_grad_())

    def vector(self) -> Tensor:
        """[P], all its numbers in the order of `tensors`, each row by row."""
        return torch.cat([tensor.detach().reshape(-1) for tensor in self.tensors])

    def digest(self) -> str:
        """Twelve hexadecimal digits of its numbers: two adapters that say the same have the same."""
        digest = hashlib.sha256(repr((self.spec.rank, float(self.spec.alpha), [*self.layers])).encode())
        for tensor in self.tensors:
            digest.update(tensor.detach().cpu().contiguous().numpy().tobytes())
        return digest.hexdigest()[:12]

    @contextmanager
    def over(self, network: nn.Module) -> Iterator[None]:
        """Inside the `with`, forward passes of `network` have the adapter on. Both are on one device. Only in the lane of
        its model.

        Raises AdapterError if a layer is missing or of another shape.
        """
        hooks = []
        try:
            for name, layer in self.layers.items():
                module = _check_fit(name, layer, network)
                hooks.append(module.register_forward_hook(_adding(layer, self.spec.scale)))
            yield
        finally:
            for hook in hooks:
                hook.remove()


def _adding(layer: LowRank, scale: float) -> Callable[[nn.Module, tuple[Any, ...], Tensor], Tensor]:
    """The factors are as precise as they are, also over a network that is not."""

    def add(_: nn.Module, inputs: tuple[Any, ...], answer: Tensor) -> Tensor:
        return torch.add(answer, layer(inputs[0].to(layer.A.dtype)), alpha=scale).to(answer.dtype)

    return add


def numbers(network: nn.Module, spec: AdapterSpec) -> int:
    """How many numbers an adapter of that shape has. Raises AdapterError if the network has no layer of that name."""
    return spec.rank * sum(sum(layer_shape(module)) for module in target_layers(network, spec.targets).values())


def new_adapter(network: nn.Module, spec: AdapterSpec, generator: torch.Generator, base: str = "") -> Adapter:
    """An adapter that changes nothing yet: A uniform in +-1 / sqrt(in), drawn from `generator`, and B zero, as PEFT does.
    It is on the CPU, where the generator is too, so that a seed means the same numbers everywhere; in float32 at least.

    Raises AdapterError if the network has no layer of that name.
    """
    layers = {}
    for name, module in target_layers(network, spec.targets).items():
        out, into = layer_shape(module)
        weight: Any = module.weight
        bound = 1 / sqrt(into)
        dtype = torch.promote_types(weight.dtype, torch.float32)
        A = torch.empty(spec.rank, into, dtype=dtype).uniform_(-bound, bound, generator=generator)
        layers[name] = LowRank(A, torch.zeros(out, spec.rank, dtype=dtype))
    return Adapter(spec, layers, base)


def target_layers(network: nn.Module, targets: tuple[str, ...] = ()) -> dict[str, nn.Module]:
    """The linear layers that `targets` names, by full name: whole names, or their ends behind a dot, as "q_proj" and
    "layers.0.self_attn.q_proj" are; with none, those of the first of USUAL_TARGETS that there is.

    Raises AdapterError if there are none.
    """
    linear = {name: module for name, module in network.named_modules() if isinstance(module, (nn.Linear, Conv1D))}
    for names in (targets,) if targets else USUAL_TARGETS:
        layers = {name: module for name, module in linear.items() if ends_with(name, names)}
        if layers:
            return layers
    known = sorted({name.rpartition(".")[2] for name in linear})
    end = ", ..." if len(known) > MOST_NAMED else "."
    raise AdapterError(
        f"This model has no layers {' or '.join(targets) or 'of attention'} to adapt: name some of "
        f"{', '.join(known[:MOST_NAMED])}{end}"
    )


def ends_with(name: str, ends: tuple[str, ...]) -> bool:
    """Whether a layer's full name is one of `ends`, or ends with one behind a dot."""
    return any(name == end or name.endswith(f".{end}") for end in ends)


def layer_shape(module: nn.Module) -> tuple[int, int]:
    """(out, in) of a linear layer; GPT-2's keeps its weights the other way round."""
    weight: Any = module.weight
    out, into = weight.shape if isinstance(module, nn.Linear) else weight.shape[::-1]
    return int(out), int(into)


def _check_fit(name: str, layer: LowRank, network: nn.Module) -> nn.Module:
    """The layer of the network that this one belongs to."""
    try:
        module = network.get_submodule(name)
    except AttributeError:
        module = network  # which is no linear layer
    if not isinstance(module, (nn.Linear, Conv1D)):
        raise OtherModelError(f"here is no layer {name[:80]!r}")
    (out, into), (B, A) = layer_shape(module), (layer.B.shape[-2], layer.A.shape[-1])
    if (out, into) != (B, A):
        raise OtherModelError(f"its layer {name[:80]!r} is {B} x {A}, and here it is {out} x {into}")
    return module


def check_fits(adapter: Adapter, network: nn.Module) -> None:
    """Raises OtherModelError, in a sentence for a visitor, unless every layer of the adapter is one of `network`."""
    for name, layer in adapter.layers.items():
        _check_fit(name, layer, network)
