"""Many trajectories of a language model: texts with their scores, written side by side."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mdp_core.payments import Payments
from mdp_core.tokens.generation import Texts
from mdp_core.tokens.mdp import TokenMDP
from mdp_core.tokens.sampling import Sampling
from mdp_core.tokens.writers import write_by_token
from mdp_core.trajectories import uniforms


@dataclass(frozen=True, eq=False)
class SampledTexts:
    """N texts, numbers `first` to `first` + N - 1 of their seed, and what each was paid at its end."""

    first: int
    texts: Texts
    scores: NDArray[np.float64]  # [N]

    def __len__(self) -> int:
        return len(self.scores)

    @property
    def payments(self) -> Payments:
        """The one reward of each text, r_T at its end."""
        return Payments.single(self.texts.lengths - 1, self.scores)


def sample_texts(
    mdp: TokenMDP, sampling: Sampling, *, seed: int, count: int, batch: int
) -> Iterator[SampledTexts | None]:
    """Write `count` texts after the prompt of `mdp`, yielding a batch of them at a time: one text first, so that
    there is something to see, then twice as many each time, up to `batch`; and None after every token.

    Text `i` depends on the seed and on `i` only; number 0 is the one that the loop writes with `Draws(seed)`, but for what
    `generate` says of rounding. Raises ValueError if a number is negative.
    """
    if count < 0:
        raise ValueError("a number of texts must not be negative")
    steps = mdp.limit - len(mdp.prompt)
    first, size = 0, 1
    while first < count:
        rows = range(first, min(first + size, count))
        u = np.array([uniforms(seed, i, steps)[0] for i in rows])
        texts = yield from write_by_token(mdp.model, mdp.prompt, u, sampling)
        scores = [mdp.reward(mdp.model.decode(ids)).total for ids in texts]
        yield SampledTexts(first, texts, np.array(scores, dtype=np.float64))
        first, size = rows.stop, min(2 * size, batch)
