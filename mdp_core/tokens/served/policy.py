"""What a server tells, as a policy: the told tokens, and all others as one outcome that the server fills in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from mdp_core.distribution import Categorical
from mdp_core.tokens.sampling import Sampling
from mdp_core.tokens.served.model import ServedModel
from mdp_core.tokens.served.told import Told

OTHERS = -1  # the outcome that stands for all tokens that are not told


class Partial(Categorical[int]):
    """pi(. | s) as far as it is told: the told tokens in their order, then OTHERS with what is left to 1.

    A draw that falls on OTHERS is made by the server; which token it was is known afterwards, and how likely.
    """

    model: ServedModel
    state: tuple[int, ...]

    def __init__(
        self, model: ServedModel, state: tuple[int, ...], tokens: Sequence[int], probabilities: NDArray[np.float64]
    ) -> None:
        """`probabilities` [K] of the told tokens."""
        super().__init__((*tokens, OTHERS), np.append(probabilities, max(1.0 - float(probabilities.sum()), 0.0)))
        object.__setattr__(self, "model", model)
        object.__setattr__(self, "state", state)

    @property
    def others(self) -> float:
        """The probability of all tokens that are not told."""
        return float(self.probabilities[-1])

    def sample(self, u: float) -> int:
        """The token on which `u` falls; on the others, the server draws one. Raises ServerError."""
        token = super().sample(u)
        return self.model.draw_other(self.state, u) if token == OTHERS else token

    def knows(self, token: int) -> bool:
        """True for a token that is told, and for one that was drawn here."""
        return token in self.outcomes[:-1] or self.model.log_probability_of_other(self.state, token) is not None

    def probability(self, outcome: int) -> float:
        """pi(outcome | s); 0 for a token that is not told and was not drawn. Raises ForgottenTokenError."""
        if outcome in self.outcomes:
            return super().probability(outcome)
        known = self.model.log_probability_of_other(self.state, outcome)
        return 0.0 if known is None or not self.others else min(float(np.exp(known)), self.others)

    def top(self, k: int) -> list[tuple[int, float]]:
        """The `k` most probable of the told tokens."""
        return [(token, p) for token, p in super().top(k + 1) if token != OTHERS][:k]

    def with_drawn(self, token: int, u: float) -> Categorical[int]:
        """The same with `token`, one of the others, as an outcome of its own where `u` fell; OTHERS is on both its sides."""
        p, start = self.probability(token), 1.0 - self.others
        left = float(np.clip(u - p / 2 - start, 0.0, self.others - p))
        shares = (*self.probabilities[:-1], left, p, max(self.others - p - left, 0.0))
        return Categorical((*self.outcomes[:-1], OTHERS, token, OTHERS), shares)


@dataclass(frozen=True, eq=False)
class ServedPolicy:
    """pi(. | s): what the server tells, after `sampling`.

    Temperature, top-k and top-p act on the told tokens. The others are one block of which only the probability is known:
    they keep it, or are cut off whole. So they keep it at every temperature above 0, and the told ones share the rest; at
    temperature 0 the likeliest told token has probability 1.
    """

    model: ServedModel
    sampling: Sampling = field(default_factory=Sampling)

    def __call__(self, state: tuple[int, ...]) -> Partial:
        """The distribution in `state`. Raises ServerError."""
        tokens, told = self.model.told(state)
        return Partial(self.model, state, tokens, shared(told, self.sampling))


def shared(told: Told, sampling: Sampling) -> NDArray[np.float64]:
    """[K]: the probabilities of the told tokens under `sampling`; what they leave to 1 is the others'."""
    values, others = told.log_probabilities, told.others
    outside = float(sampling.weight(values)) * others / (1 - others) if sampling.temperature else 0.0
    if sampling.top_k >= len(values) + 1:  # the others are cut within, and nobody knows where: they stay whole
        sampling = replace(sampling, top_k=0)
    return sampling.ranked(values, outside)
