"""One step of learning: from texts, their scores and the reference's opinion to a moved adapter."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import partial
from math import isfinite

import torch
from torch import Tensor, nn

from mdp_core.rlhf.adapters import Adapter
from mdp_core.rlhf.advantages import Outcome
from mdp_core.rlhf.algorithms import ALGORITHMS, by_score
from mdp_core.rlhf.losses import value_terms
from mdp_core.rlhf.objective import loss_terms, rewards_of
from mdp_core.rlhf.products import Products
from mdp_core.rlhf.reading import drawn_logp, entropies, logits_and_features, mask_of, rows_at_once, text_logits
from mdp_core.rlhf.spec import TuneSpec
from mdp_core.tokens.generation import Texts
from mdp_core.tokens.language_model import LanguageModel


@dataclass(frozen=True, eq=False)
class Update:
    """What a step did."""

    advantages: Tensor  # [B, T], 0 behind a text's end
    entropy: float  # of the policy that wrote, nats, mean over its states
    gradient_norm: float  # of the first update, before it was shortened; not finite where the run is over


class Learner:
    """Adam on the adapter's numbers. The network is read a few texts at a time, each a turn in its lane."""

    def __init__(self, model: LanguageModel, spec: TuneSpec, live: Adapter, written: Products | None = None) -> None:
        """`written` are the products of the policy's layers while it wrote the texts that come next, where they are kept:
        they save a quarter of the work, and change no number by more than rounding."""
        self.model, self.spec, self.live, self._written = model, spec, live, written
        self.optimiser = torch.optim.Adam(live.tensors, lr=spec.learning_rate)
        self._returns, self._count = 0.0, 0  # of all texts so far: REINFORCE's baseline
        self._products: Products | None = None  # of the texts that are learned from, while the adapter has not moved

    def learn(self, texts: Texts, scores: Tensor, reference: Tensor) -> Update:
        """Move the adapter by what B texts say; `scores` [B], `reference` [B, T], log pi_ref of their tokens."""
        written = self._written
        self._products = written if written is not None and self.model.in_lane(lambda: written.of(texts)) else None
        batch = _Batch.of(self.spec, texts, scores, reference)
        batch.advantages[:] = by_score(self.spec.algorithm).advantages(self._outcome(batch))
        norm = self._go_over(batch, first=True)
        self._products = None
        for _ in range(self.spec.updates - 1):
            if not isfinite(norm) or not isfinite(self._go_over(batch, first=False)):
                norm = float("nan")
                break
        mean = float((batch.entropies * batch.mask).sum() / batch.mask.sum())
        return Update(batch.advantages, mean, norm)

    def _go_over(self, batch: _Batch, *, first: bool) -> float:
        """One update. The length of its gradient; 0 if there is nothing to learn: then momentum must not move it either."""
        self.optimiser.zero_grad()
        for rows in rows_at_once(self.model, batch.texts):
            loss = self.model.in_lane(partial(self._look, batch, rows, first))
            self.model.in_lane(partial(self._add, loss))  # a turn of its own: others come between
        if not batch.advantages.any() and not (self.spec.penalty == "loss" and self.spec.beta > 0):
            return 0.0
        return self.model.in_lane(self._step)

    def _outcome(self, batch: _Batch) -> Outcome:
        earlier = self._returns / self._count if self._count else None
        outcome = Outcome(batch.rewards, batch.mask, batch.values, self.spec.group_size, self.spec.lambda_, earlier)
        self._returns, self._count = self._returns + float(outcome.returns.sum()), self._count + len(batch.mask)
        return outcome

    def _step(self) -> float:
        norm = float(nn.utils.clip_grad_norm_(self.live.tensors, self.spec.max_norm))
        if isfinite(norm):
            self.optimiser.step()
        return norm

    def _look(self, batch: _Batch, rows: slice, first: bool) -> Tensor:
        """[], these texts' part of the loss."""
        with self._replayed(rows), self.live.over(self.model.model):
            logits = text_logits(self.model.model, batch.texts, rows, temperature=self.spec.temperature)
        return self._policy_loss(batch, rows, logits, first)

    def _replayed(self, rows: slice) -> AbstractContextManager[None]:
        return nullcontext() if self._products is None else self._products.replayed(rows)

    def _policy_loss(self, batch: _Batch, rows: slice, logits: Tensor, first: bool) -> Tensor:
        logp = drawn_logp(logits, batch.texts, rows).double()
        if first:  # the policy is still the one that wrote the texts
            batch.old[rows] = logp.detach()
            batch.entropies[rows] = entropies(logits.detach())
        old, reference, advantages, mask = (
            part[rows] for part in (batch.old, batch.reference, batch.advantages, batch.mask)
        )
        return (batch.weights[rows] * loss_terms(self.spec, logp, old, reference, advantages, mask)).sum()

    def _add(self, loss: Tensor) -> None:
        """Add the gradient of a part of the loss."""
        gradients = torch.autograd.grad(loss, self.live.tensors)
        for tensor, gradient in zip(self.live.tensors, gradients, strict=True):
            tensor.grad = gradient if tensor.grad is None else tensor.grad + gradient


class ActorCritic(Learner):
    """With a value for every state: linear in the network's last hidden state, which the values do not move."""

    def __init__(self, model: LanguageModel, spec: TuneSpec, live: Adapter, written: Products | None = None) -> None:
        super().__init__(model, spec, live, written)
        width = int(model.model.get_output_embeddings().weight.shape[1])
        self.head = [torch.zeros(width, requires_grad=True), torch.zeros((), requires_grad=True)]
        self.value_optimiser = torch.optim.Adam(self.head, lr=spec.value_rate)

    def _value(self, features: Tensor) -> Tensor:
        """[n, T, H] -> [n, T]"""
        weight, bias = self.head
        result: Tensor = (features.detach() @ weight + bias).double()
        return result

    def _outcome(self, batch: _Batch) -> Outcome:
        for rows in rows_at_once(self.model, batch.texts):
            batch.values[rows] = self.model.in_lane(partial(self._expect, batch.texts, rows))
        outcome = super()._outcome(batch)
        batch.targets[:] = outcome.lambda_returns
        return outcome

    @torch.no_grad()
    def _expect(self, texts: Texts, rows: slice) -> Tensor:
        with self._replayed(rows), self.live.over(self.model.model):
            _, features = logits_and_features(self.model.model, texts, rows)
        return self._value(features)

    def _look(self, batch: _Batch, rows: slice, first: bool) -> Tensor:
        if rows.start == 0:
            self.value_optimiser.zero_grad()
        with self._replayed(rows), self.live.over(self.model.model):
            logits, features = logits_and_features(
                self.model.model, batch.texts, rows, temperature=self.spec.temperature
            )
        terms = value_terms(self._value(features), batch.values[rows], batch.targets[rows], self.spec.clip)
        torch.autograd.backward((batch.weights[rows] * terms).sum(), inputs=self.head)
        return self._policy_loss(batch, rows, logits, first)

    def _step(self) -> float:
        self.value_optimiser.step()
        return super()._step()


def learner_of(model: LanguageModel, spec: TuneSpec, live: Adapter, written: Products | None = None) -> Learner:
    """The learner of the spec's algorithm; it moves the numbers of `live` in place. `written` as `Learner` has it."""
    return (ActorCritic if ALGORITHMS[spec.algorithm].values else Learner)(model, spec, live, written)


@dataclass(frozen=True, eq=False)
class _Batch:
    """The texts of a step, and what is worked out about their tokens. Tensors are [B, T], float64."""

    texts: Texts
    mask: Tensor
    rewards: Tensor
    reference: Tensor  # log pi_ref
    weights: Tensor  # of each token's term in the loss
    advantages: Tensor
    old: Tensor  # log pi of the policy that wrote them
    entropies: Tensor
    values: Tensor  # expected before each token, where there is a critic
    targets: Tensor

    @classmethod
    def of(cls, spec: TuneSpec, texts: Texts, scores: Tensor, reference: Tensor) -> _Batch:
        mask = mask_of(texts)
        rewards = rewards_of(spec, scores, torch.from_numpy(texts.log_probabilities), reference, mask)
        blank = (torch.zeros_like(reference) for _ in range(5))
        return cls(texts, mask, rewards, reference, by_score(spec.algorithm).weights(mask, spec.tokens), *blank)
