"""Supervised learning: where somebody has written the text that is wanted, its log-probability is a loss like any other."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from math import isfinite

import numpy as np
import torch
from torch import nn

from mdp_core.rlhf.adapters import Adapter
from mdp_core.rlhf.reading import drawn_logp, log_probabilities, text_logits
from mdp_core.rlhf.tuning_step import DivergedError
from mdp_core.tokens.generation import Texts, repeated
from mdp_core.tokens.language_model import LanguageModel
from mdp_core.tokens.prompts import CharacterError, EmptyPromptError, LongPromptError, UnknownWordsError


class TargetError(ValueError):
    """A target that cannot be learned from; the message is a sentence for the visitor."""


class NoTargetError(TargetError):
    """There is none."""

    def __init__(self) -> None:
        super().__init__(
            "Supervised learning cannot begin: nobody has written the text that is wanted. A score alone names none."
        )


def target_text(model: LanguageModel, prompt: str, target: str, max_tokens: int) -> Texts:
    """One text, `target` after `prompt`, as if the model had written it; with an end token where there is room for one.

    Raises NoTargetError for an empty target, TargetError for one with words that the model does not know or with more than
    `max_tokens` tokens, and for the prompt what `LanguageModel.encode` raises.
    """
    begun = model.encode(prompt)
    try:
        model.wording.plain.encode(target)
    except EmptyPromptError:
        raise NoTargetError from None
    except UnknownWordsError as error:
        raise TargetError(f"The target cannot be learned: {error}") from None
    except (LongPromptError, CharacterError) as error:
        raise TargetError(error.sentence("target")) from None
    tokens = list(model.wording.written(prompt, model.wording.joined(prompt, target)))
    if not tokens:
        raise TargetError("The target melts into the last word of the prompt: begin it with a word of its own.")
    if len(tokens) > max_tokens:
        raise TargetError(
            f"The target has {len(tokens):,} tokens, and a text here has at most {max_tokens}: please shorten it."
        )
    if len(tokens) < max_tokens and model.end_tokens:
        tokens.append(min(model.end_tokens))
    row = np.array([tokens], dtype=np.int64)
    prompts = repeated(begun, 1)
    texts = Texts(
        prompts, row, np.zeros(row.shape), np.array([len(tokens)]), np.isin(row[:, -1], list(model.end_tokens))
    )
    logp = log_probabilities(model, texts).numpy()
    return Texts(prompts, row, logp, texts.lengths, texts.terminated)


def imitate(
    model: LanguageModel, start: Adapter, target: Texts, *, learning_rate: float, max_norm: float = 1.0
) -> Iterator[tuple[float, Adapter]]:
    """Raise the target's probability by Adam on the cross-entropy -log pi(y*), one step a turn, for ever.

    Yields (the loss before the step, the adapter after it); `model` itself stays as it is. The gradient is shortened to
    `max_norm`, as in `mdp_core.rlhf.updates`. Raises DivergedError, which has the last good adapter, where the numbers stop
    being numbers.
    """
    live = start.on(model.device).trainable()
    optimiser = torch.optim.Adam(live.tensors, lr=learning_rate)

    def step() -> float:
        optimiser.zero_grad()
        with live.over(model.model):
            logits = text_logits(model.model, target, slice(0, len(target)))
        loss = -drawn_logp(logits, target, slice(0, len(target))).sum(-1).mean()
        for tensor, gradient in zip(live.tensors, torch.autograd.grad(loss, live.tensors), strict=True):
            tensor.grad = gradient
        norm = float(nn.utils.clip_grad_norm_(live.tensors, max_norm))
        if isfinite(norm):
            optimiser.step()
        return float(loss.detach()) if isfinite(norm) else float("nan")

    count, before = 0, start
    while True:
        count += 1
        loss = model.in_lane(partial(step))
        if not (isfinite(loss) and live.is_finite):
            raise DivergedError(count, before)
        before = live.frozen()
        yield loss, before
