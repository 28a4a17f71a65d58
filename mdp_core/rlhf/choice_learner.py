"""Learning from choices alone: no score is asked, and no text of the policy's own is read."""

from __future__ import annotations

from functools import partial
from math import isfinite
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from mdp_core.rlhf.adapters import Adapter
from mdp_core.rlhf.choice_texts import ChoiceTexts
from mdp_core.rlhf.reading import drawn_logp, log_probabilities, mean_entropy, rows_at_once, text_logits
from mdp_core.rlhf.redraws import rows_of
from mdp_core.rlhf.spec import TuneSpec
from mdp_core.rlhf.updates import Update
from mdp_core.tokens.generation import Texts
from mdp_core.tokens.language_model import LanguageModel

if TYPE_CHECKING:
    from mdp_core.rlhf.algorithms import PairLosses


class ChoiceLearner:
    """Adam on the adapter's numbers, by the loss of some choices a step: half as many as the spec's texts, two a choice.

    All choices are gone through in an order drawn by the spec's seed, then in another one.
    """

    def __init__(
        self, model: LanguageModel, spec: TuneSpec, live: Adapter, losses: PairLosses, choices: ChoiceTexts
    ) -> None:
        self.model, self.spec, self.live, self.losses, self.choices = model, spec, live, losses, choices
        self.optimiser = torch.optim.Adam(live.tensors, lr=spec.learning_rate)
        self._order = np.random.default_rng([spec.seed, 13])
        self._coming: list[int] = []

    def learn(self, texts: Texts, scores: Tensor, reference: Tensor) -> Update:
        """Move the adapter by the next choices. `texts` only say how open the policy's draws are; `scores` teach nothing."""
        entropy = mean_entropy(self.model, texts, self.live, temperature=self.spec.temperature)
        rows = self._next()
        better, worse = rows_of(self.choices.better, rows), rows_of(self.choices.worse, rows)
        weights = torch.from_numpy(self.choices.weights[rows] / self.choices.weights[rows].sum())
        references = [
            log_probabilities(self.model, side, temperature=self.spec.temperature) for side in (better, worse)
        ]
        self.optimiser.zero_grad()
        for part in rows_at_once(self.model, better):
            self.model.in_lane(partial(self._add, better, worse, references, weights, part))
        norm = self.model.in_lane(self._step)
        return Update(torch.zeros_like(reference), entropy, norm)

    def _next(self) -> NDArray[np.intp]:
        count = min(max(self.spec.texts // 2, 1), len(self.choices))
        while len(self._coming) < count:
            self._coming += self._order.permutation(len(self.choices)).tolist()
        rows, self._coming = self._coming[:count], self._coming[count:]
        return np.array(rows, dtype=np.intp)

    def _add(self, better: Texts, worse: Texts, references: list[Tensor], weights: Tensor, part: slice) -> None:
        """Add the gradient of these choices' part of the loss."""
        with self.live.over(self.model.model):
            chosen, other = self._ratios(better, references[0], part), self._ratios(worse, references[1], part)
        lengths = torch.from_numpy(better.lengths[part]), torch.from_numpy(worse.lengths[part])
        loss = (weights[part] * self.losses(chosen, other, *lengths, self.spec.beta)).sum()
        for tensor, gradient in zip(self.live.tensors, torch.autograd.grad(loss, self.live.tensors), strict=True):
            tensor.grad = gradient if tensor.grad is None else tensor.grad + gradient

    def _ratios(self, texts: Texts, reference: Tensor, part: slice) -> Tensor:
        """[n], log pi - log pi_ref of whole texts."""
        logits = text_logits(self.model.model, texts, part, temperature=self.spec.temperature)
        return (drawn_logp(logits, texts, part).double() - reference[part]).sum(-1)

    def _step(self) -> float:
        norm = float(nn.utils.clip_grad_norm_(self.live.tensors, self.spec.max_norm))
        if isfinite(norm):
            self.optimiser.step()
        return norm
