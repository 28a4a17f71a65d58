"""The score-function estimator (Williams 1992), text by text, so that its error can be seen against the exact gradient.

grad E[r] = E[(r - b) grad log pi(y)] for any constant b. The mean over N texts that the policy wrote is an unbiased
estimate; the expectation of its squared error is `variance` / N.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch
from torch import Tensor

from mdp_core.rlhf.adapters import Adapter
from mdp_core.rlhf.exact import CountedTexts
from mdp_core.rlhf.reading import drawn_logp, rows_at_once, separate_logits
from mdp_core.tokens.device import back
from mdp_core.tokens.generation import Texts
from mdp_core.tokens.language_model import LanguageModel

NUMBERS = 2**22  # of the gradients that are held at once: 680 texts of Pocket's 6,144 adapted numbers


def score_functions(model: LanguageModel, adapter: Adapter, texts: Texts, *, temperature: float = 1.0) -> Tensor:
    """[N, P], grad log pi(y) of every text with respect to the adapter's numbers, in the order of `Adapter.vector`."""
    return torch.cat([part for _, part in _parts(model, adapter, texts, temperature)])


def _parts(model: LanguageModel, adapter: Adapter, texts: Texts, temperature: float) -> Iterator[tuple[slice, Tensor]]:
    def part(rows: slice) -> Tensor:
        # Each text gets factors of its own, so that one backward pass keeps their gradients apart.
        leaves = placed.repeated(len(texts.tokens[rows]))
        with leaves.over(model.model):
            logits = separate_logits(model.model, texts, rows, temperature=temperature)
        gradients = torch.autograd.grad(drawn_logp(logits, texts, rows).sum(), leaves.tensors)
        return back(torch.cat([gradient.flatten(1) for gradient in gradients], dim=1))

    placed = adapter.on(model.device)
    most = max(NUMBERS // adapter.parameters, 1)
    for whole in rows_at_once(model, texts):
        for start in range(whole.start, min(whole.stop, len(texts)), most):
            rows = slice(start, min(start + most, whole.stop))
            yield rows, model.in_lane(partial(part, rows))


@dataclass(frozen=True, eq=False)
class GradientMoments:
    """The estimator's mean and spread, over all counted texts."""

    gradient: Tensor  # [P], E[r grad log pi]: the exact gradient
    drift: Tensor  # [P], E[grad log pi]: 0 where every text is counted
    squares: tuple[float, float, float]  # E[|grad log pi|^2 r^k] for k = 0, 1, 2

    def variance(self, baseline: float = 0.0) -> float:
        """E|(r - b) grad log pi - gradient|^2, summed over the P numbers: N times the expected squared error of N texts."""
        one, r, rr = self.squares
        mean = self.gradient - baseline * self.drift
        return float(rr - 2 * baseline * r + baseline**2 * one - mean @ mean)

    @property
    def best_baseline(self) -> float:
        """The constant with the least variance: E[|grad log pi|^2 r] / E[|grad log pi|^2] (Greensmith et al. 2004)."""
        one, r, _ = self.squares
        return r / one if one > 0 else 0.0

    def expected_error(self, texts: int, baseline: float = 0.0) -> float:
        """The root of the mean squared distance of an estimate from N texts: sqrt(variance / N)."""
        return float(np.sqrt(max(self.variance(baseline), 0.0) / texts))


def gradient_moments_by_part(
    model: LanguageModel, adapter: Adapter, counted: CountedTexts, *, temperature: float = 1.0
) -> Generator[int, None, GradientMoments]:
    """The moments under the policy that `counted` was counted with: `adapter` over `model`. Yields how many are done."""
    p, r = torch.from_numpy(counted.probabilities), torch.from_numpy(counted.scores)
    gradient = torch.zeros(adapter.parameters, dtype=torch.float64)
    drift = torch.zeros_like(gradient)
    squares = torch.zeros(3, dtype=torch.float64)
    for rows, part in _parts(model, adapter, counted.texts, temperature):
        G, weight = part.double(), p[rows]
        gradient += (weight * r[rows]) @ G
        drift += weight @ G
        length = (G * G).sum(1) * weight
        squares += torch.stack([length.sum(), length @ r[rows], length @ r[rows] ** 2])
        yield rows.stop
    one, first, second = squares.tolist()
    return GradientMoments(gradient, drift, (one, first, second))
