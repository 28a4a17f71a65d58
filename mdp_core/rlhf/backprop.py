"""The way from weights to a score, walked forward and back: where torch has a gradient, and where it has none.

theta -> logits z -> pi(. | s) -> a token, drawn -> a text -> a score. As far as the distribution every number comes with
its derivative. The draw makes an integer of it, and what reads the text is a black box. Nothing here says so: `backward` is
called on each of them, and what torch answers is handed on.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from math import hypot
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.func import functional_call

from mdp_core.tokens.device import back
from mdp_core.tokens.language_model import LanguageModel
from mdp_core.tokens.linear import dense
from mdp_core.tokens.scores import Reward


@dataclass(frozen=True, eq=False)
class ForwardPass:
    """The numbers on the way to one token, and to the score of the text that it became a part of."""

    parameters: int  # P, numbers in the network
    weights: float  # |theta|, their length
    logits: NDArray[np.float64]  # [V], over the temperature
    probabilities: NDArray[np.float64]  # [V], pi(. | s)
    u: float  # the draw, in [0, 1)
    token: int  # the one on which it falls


@dataclass(frozen=True)
class Backward:
    """What came of one call of `backward`: the lengths of the gradients that there are then, or torch's own message."""

    distribution: float = 0.0  # |d loss / d pi(. | s)|
    logits: float = 0.0  # |d loss / d z|
    weights: float = 0.0  # |d loss / d theta|, over all P numbers
    error: str = ""  # the message of the exception that torch raised, as it is; empty where there was none

    @property
    def works(self) -> bool:
        """Whether there is a gradient."""
        return not self.error


def forward_pass(model: LanguageModel, state: Sequence[int], u: float, *, temperature: float = 1.0) -> ForwardPass:
    """One step of the policy after `state`: logits, distribution, and the token on which `u` falls, likeliest first.

    Raises ValueError for a `u` outside [0, 1) or a temperature that is not above 0, and what `LanguageModel.logits` raises.
    """
    _check(model, state, u, temperature)

    def walk() -> ForwardPass:
        chain = _Chain(model, state, u, temperature)
        z, p = (tensor.detach().numpy() for tensor in (chain.logits, chain.probabilities))
        return ForwardPass(chain.parameters, _length(chain.leaves.values()), z, p, u, int(chain.token))

    return model.in_lane(walk)


def backward_on_log_probability(
    model: LanguageModel, state: Sequence[int], u: float, *, temperature: float = 1.0
) -> Backward:
    """log pi(a | s) of the token that `u` draws, `backward` called on it. Raises as `forward_pass`."""
    _check(model, state, u, temperature)

    def walk() -> Backward:
        chain = _Chain(model, state, u, temperature)
        return chain.back_from(chain.probabilities[chain.token].log())

    return model.in_lane(walk)


def backward_on_token(
    model: LanguageModel, state: Sequence[int], u: float, wanted: int, *, temperature: float = 1.0
) -> Backward:
    """(a - wanted)^2 on the id of the token that `u` draws, `backward` called on it. Raises as `forward_pass`."""
    _check(model, state, u, temperature)

    def walk() -> Backward:
        chain = _Chain(model, state, u, temperature)
        return chain.back_from((chain.token.double() - wanted) ** 2)

    return model.in_lane(walk)


def backward_on_score(
    model: LanguageModel,
    state: Sequence[int],
    u: float,
    rest: Sequence[int],
    reward: Reward,
    *,
    temperature: float = 1.0,
) -> Backward:
    """The score of the text `state`, the token that `u` draws, `rest`, `backward` called on it. Raises as `forward_pass`.

    A reward takes words and gives back a number. As a tensor that is a new beginning, whatever it was made from.
    """
    _check(model, state, u, temperature)

    chain = model.in_lane(partial(_Chain, model, state, u, temperature))
    text = model.decode((*state, int(chain.token), *rest))
    score = float(reward(text).total)  # outside of the lane: it may take its time
    return model.in_lane(lambda: chain.back_from(torch.tensor(score, dtype=torch.float64)))


class _Chain:
    """A forward pass that keeps its graph. Only in the lane.

    The network is shared, so its own weights must neither move nor collect gradients: the pass runs on leaves that share
    their memory, and the gradients are these leaves'.
    """

    def __init__(self, model: LanguageModel, state: Sequence[int], u: float, temperature: float) -> None:
        named = dict(model.model.named_parameters())
        self.leaves = {name: dense(weight).detach().requires_grad_() for name, weight in named.items()}
        answer: Any = functional_call(
            model.model,
            self.leaves,
            (),
            {"input_ids": model.device.place(torch.tensor([list(state)])), "use_cache": False},
        )
        self.logits: Tensor = back(answer.logits[0, -1]).double() / temperature
        self.probabilities = torch.softmax(self.logits, dim=-1)
        for tensor in (self.logits, self.probabilities):
            tensor.retain_grad()
        ranking = torch.argsort(self.logits, descending=True, stable=True)
        # A comparison and a count: the first thing on the way that has no derivative.
        place = (self.probabilities[ranking].cumsum(0) <= u).sum()
        self.token = ranking[place.clamp(max=len(ranking) - 1)]

    @property
    def parameters(self) -> int:
        """P."""
        return sum(leaf.numel() for leaf in self.leaves.values())

    def back_from(self, loss: Tensor) -> Backward:
        """Call it, and look at what there is then."""
        try:
            loss.backward()  # type: ignore[no-untyped-call]
        except RuntimeError as error:
            return Backward(error=str(error))
        gradients = [leaf.grad for leaf in self.leaves.values() if leaf.grad is not None]
        inside = [
            0.0 if tensor.grad is None else _length([tensor.grad]) for tensor in (self.probabilities, self.logits)
        ]
        return Backward(inside[0], inside[1], _length(gradients))


def _length(tensors: Iterable[Tensor]) -> float:
    """Of all their numbers as one vector, in float32 at least."""
    lengths = [torch.linalg.vector_norm(t.detach(), dtype=torch.promote_types(t.dtype, torch.float32)) for t in tensors]
    return hypot(*(float(length) for length in lengths))


def _check(model: LanguageModel, state: Sequence[int], u: float, temperature: float) -> None:
    if not 0 <= u < 1:
        raise ValueError(f"a draw is a number in [0, 1), not {u}")
    if not temperature > 0:
        raise ValueError(f"The temperature must be above 0 for a gradient to exist, not {temperature:g}.")
    model.logits(state)  # refuses what is no state
