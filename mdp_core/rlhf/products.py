"""Products of frozen layers, kept from the writing of a batch, so that learning from it need not multiply again.

A policy that writes a text works out x W^T for every token of it, and the policy that learns from it is still the same: its
forward pass would find the same products. They are kept, and that pass goes over them: what it does beside them (norms,
attention, the adapter) it does anew, for the gradient. On SmolLM2 a quarter of a step's products are saved.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial

import numpy as np
import torch
from torch import Tensor, nn
from transformers.cache_utils import DynamicCache

from mdp_core.rlhf.adapted_model import AdaptedModel
from mdp_core.rlhf.adapters import Adapter
from mdp_core.rlhf.spec import TuneSpec
from mdp_core.tokens.generation import Texts
from mdp_core.tokens.language_model import LanguageModel
from mdp_core.tokens.linear import Linear, known_product

MOST = 2**28  # bytes; 16 texts of 16 tokens of SmolLM2 take 220 MB


class Products:
    """What a network's frozen layers answer while a batch of texts is written side by side, without the adapter's part.

    Only of texts that go on from one prompt, are written all at once, and fit into MOST bytes; others have to be read anew.
    Not thread-safe: the lane of the model guards it.
    """

    def __init__(self, network: nn.Module, texts: int, tokens: int) -> None:
        """For `texts` texts of at most `tokens` tokens."""
        self._layers = [module for module in network.modules() if type(module) is Linear]
        self._texts, self._tokens = texts, tokens
        self._rooms: dict[Linear, Tensor] = {}  # [positions, texts, out], those that still go on first
        self.clear()

    def clear(self) -> None:
        """A new batch begins."""
        self._passes = 0
        self._fits = bool(self._layers)

    @contextmanager
    def kept(self, rows: int, tokens: int) -> Iterator[None]:
        """Inside the `with`, what the layers answer in a pass of `rows` texts and `tokens` tokens each is kept."""
        self._fits = self._fits and (
            rows == 1 and self._affordable(tokens) if not self._passes else tokens == 1 and rows <= self._texts
        )
        with _answering(self._layers if self._fits else (), self._multiply):
            yield
        self._passes += 1

    def _affordable(self, prompt: int) -> bool:
        out = sum(layer.out_features for layer in self._layers)
        return 4 * self._texts * (prompt + self._tokens) * out <= MOST

    def _multiply(self, layer: Linear, x: Tensor) -> Tensor:
        answer = Linear.forward(layer, x)
        if not self._passes:  # the prompt, once for all
            length = answer.shape[1]
            room = self._rooms.get(layer)
            if room is None or len(room) != length + self._tokens - 1:
                with torch.inference_mode(False):
                    room = torch.zeros(length + self._tokens - 1, self._texts, answer.shape[2])
                self._rooms[layer] = room
            room[:length] = answer[0][:, None]
        else:
            room = self._rooms[layer]
            room[len(room) - self._tokens + self._passes, : len(answer)] = answer[:, 0]
        return answer

    def of(self, texts: Texts) -> bool:
        """Whether they are those of `texts`, which were written last; to be asked once, before they are replayed."""
        alike = texts.tokens.shape == (self._texts, self._tokens) and texts.one_prompt
        # The prompt was one pass, and each token that another one follows.
        if not (self._fits and alike and self._passes == texts.lengths.max()):
            return False
        for t in range(1, self._passes):
            going = np.flatnonzero(texts.lengths > t)
            if len(going) < len(texts):  # they stand side by side; each to its own text
                for room in self._rooms.values():
                    at = room[len(room) - self._tokens + t]
                    at[torch.from_numpy(going)] = at[: len(going)].clone()
        return True

    @contextmanager
    def replayed(self, rows: slice) -> Iterator[None]:
        """Inside the `with`, the layers answer with what is kept when these rows of the texts are read, and multiply for
        everything else. The gradient is that of the products."""
        with _answering(self._rooms, partial(self._remember, rows)):
            yield

    def _remember(self, rows: slice, layer: Linear, x: Tensor) -> Tensor:
        """[N, L, in] -> [N, L, out], of the last L tokens of these rows, or of the first L where the prompt is read alone;
        behind a text's end stands what some other text's layer answered, which nobody looks at."""
        room = self._rooms[layer].transpose(0, 1)[rows]
        (N, L), (texts, positions) = x.shape[:2], room.shape[:2]
        if texts == N and positions >= L:
            return known_product(x, layer.weight, room[:, positions - L :])
        if N == 1 and positions - self._tokens >= L:
            return known_product(x, layer.weight, room[:1, :L])
        return Linear.forward(layer, x)


class Writer(AdaptedModel):
    """A policy that is tuned: the products of its layers are kept while it writes, for the learning behind it."""

    def __init__(self, base: LanguageModel, adapter: Adapter, spec: TuneSpec) -> None:
        super().__init__(base, adapter)
        self.products = Products(base.model, spec.texts, min(spec.tokens, base.window))

    def forget(self) -> None:
        """Drop everything that is kept; to be called when the adapter's numbers have changed."""
        super().forget()
        self.in_lane(self.products.clear)

    def _pass(self, tokens: torch.Tensor, cache: DynamicCache | None) -> torch.Tensor:
        with self.products.kept(*tokens.shape):
            return super()._pass(tokens, cache)


@contextmanager
def _answering(layers: Iterable[Linear], answer: Callable[[Linear, Tensor], Tensor]) -> Iterator[None]:
    """Inside the `with`, these layers' forward pass is `answer(layer, x)`; hooks, such as an adapter's, come behind it."""
    for layer in layers:
        vars(layer)["forward"] = partial(answer, layer)  # an object's own attribute goes before its class's
    try:
        yield
    finally:
        for layer in layers:
            del vars(layer)["forward"]
