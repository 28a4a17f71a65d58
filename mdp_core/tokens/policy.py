"""The language model as a policy."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import overload

import numpy as np
from numpy.typing import NDArray

from mdp_core.distribution import Categorical
from mdp_core.tokens.language_model import LanguageModel
from mdp_core.tokens.sampling import Sampling


class Ranking(Sequence[int]):
    """Token ids as a sequence over an int32 array: a step of a model with 49,152 tokens holds 192 KB, not 49,152 objects."""

    __slots__ = ("ids",)

    def __init__(self, ids: NDArray[np.int32]) -> None:
        self.ids = ids  # [V]

    def __len__(self) -> int:
        return len(self.ids)

    @overload
    def __getitem__(self, i: int) -> int: ...
    @overload
    def __getitem__(self, i: slice) -> tuple[int, ...]: ...
    def __getitem__(self, i: int | slice) -> int | tuple[int, ...]:
        return tuple(self.ids[i].tolist()) if isinstance(i, slice) else int(self.ids[i])

    def __iter__(self) -> Iterator[int]:
        return iter(self.ids.tolist())

    def __contains__(self, token: object) -> bool:
        return bool((self.ids == token).any())

    def index(self, value: int, start: int = 0, stop: int | None = None) -> int:
        """The position of a token. Raises ValueError if it is not there."""
        places = np.flatnonzero(self.ids[start:stop] == value)
        if not len(places):
            raise ValueError(f"{value!r} is none of the {len(self)} tokens")
        return start + int(places[0])


@dataclass(frozen=True, eq=False)
class LMPolicy:
    """pi(. | s): the model's distribution over the next token, after `sampling`.

    The outcomes are the whole vocabulary, the most likely token at temperature 1 first, of equals the lower id first.
    Sampling never changes that order, and what it cuts off stays in its place with probability 0: the draw falls on the
    same stacked bar while the distribution moves under it, and two samplings of one state have the same outcomes.
    """

    model: LanguageModel
    sampling: Sampling = field(default_factory=Sampling)

    def __call__(self, state: tuple[int, ...]) -> Categorical[int]:
        """The distribution in `state`. Raises what `LanguageModel.logits` raises."""
        order = self.model.ranking(state)
        return Categorical(Ranking(order), self.sampling.ranked(self.model.logits(state)[order]))
