"""A contest: learning from a target text and learning from a score, from the same policy on."""

from __future__ import annotations

import time
from collections.abc import Generator
from dataclasses import dataclass

import numpy as np

from mdp_core.rlhf.adapted_model import AdaptedModel
from mdp_core.rlhf.adapters import Adapter
from mdp_core.rlhf.estimated_gradient import blank_adapter
from mdp_core.rlhf.principle import Principle
from mdp_core.rlhf.reading import log_probabilities
from mdp_core.rlhf.scored_texts import score_all_texts
from mdp_core.rlhf.spec import MAX_SEED, preset
from mdp_core.rlhf.supervised import imitate
from mdp_core.rlhf.totals import checked_totals
from mdp_core.rlhf.trainer import tune
from mdp_core.tokens.generation import Texts, generate
from mdp_core.tokens.language_model import LanguageModel
from mdp_core.work import Report

RATE = 0.003  # of Adam, for both


@dataclass(frozen=True)
class ContestSize:
    """How much both learn, and how closely they are looked at."""

    max_tokens: int = 4  # of a text
    steps: int = 30
    every: int = 3  # steps between two looks
    looked: int = 512  # texts that are written at each look, always with the same draws
    batch: int = 64  # texts that RL learns from at a step


@dataclass(frozen=True)
class Reading:
    """Where a policy stands after so many steps."""

    step: int
    target: float | None  # p(target); None where there is no target
    score: float  # mean of the texts that were looked at
    error: float  # standard error of it
    text: str  # the first of these
    best: tuple[str, float]  # of these


@dataclass(frozen=True, eq=False)
class Contest:
    """Both kinds of learning, as far as they are."""

    supervised: tuple[Reading, ...]  # empty where there is no target to learn from
    rl: tuple[Reading, ...]
    target_score: float | None  # r(y*)
    best: tuple[str, float]  # the best of all texts that were counted or written, and its score
    signal: bool  # False as long as all texts scored the same
    seconds: float


def hold_contest(
    model: LanguageModel, prompt: str, seed: int, principle: Principle, target: Texts | None, size: ContestSize
) -> Generator[Report[Contest], None, Contest]:
    """Let both learn; without a `target` only RL can. Raises what the score raises."""
    began = time.perf_counter()
    yield Report(0.0, "counting all texts")
    ids, reward = model.encode(prompt), principle.reward()
    counted = yield from score_all_texts(model, ids, size.max_tokens, principle, share=0.05)
    top = int(counted.scores.argmax())
    best = (model.decode(counted.texts.ids(top)), float(counted.scores[top]))
    adapter = blank_adapter(model)

    def look(policy: Adapter, step: int) -> Reading:
        uniforms = np.random.default_rng([seed, 13]).random((size.looked, size.max_tokens))
        written = [model.decode(ids) for ids in generate(AdaptedModel(model, policy), ids, uniforms)]
        scores = checked_totals(reward, written)
        p = None if target is None else float(np.exp(float(log_probabilities(model, target, policy).sum())))
        top = int(scores.argmax())
        error = float(scores.std(ddof=1) / np.sqrt(size.looked))
        return Reading(step, p, float(scores.mean()), error, written[0], (written[top], float(scores[top])))

    first = look(adapter, 0)
    spec = preset(
        "rloo",
        prompt=prompt,
        texts=size.batch,
        tokens=size.max_tokens,
        steps=size.steps,
        beta=0.0,
        learning_rate=RATE,
        seed=min(seed, MAX_SEED),
    )
    tuning = tune(model, spec, reward, adapter)
    imitating = imitate(model, adapter, target, learning_rate=RATE) if target is not None else None
    supervised, rl, signal = [first], [first], False
    target_score = None if target is None else float(checked_totals(reward, [model.decode(target.ids(0))])[0])

    def so_far() -> Contest:
        learned = tuple(supervised) if target is not None else ()
        best_text = max(best, *(reading.best for reading in rl), key=lambda one: one[1])
        return Contest(learned, tuple(rl), target_score, best_text, signal, time.perf_counter() - began)

    yield Report(0.05, "before", so_far())
    for step in range(1, size.steps + 1):
        snapshot = next(tuning)
        signal = signal or snapshot.signal
        doing = f"both learn: step {step} of {size.steps}"
        yield Report(0.05 + 0.95 * (step - 0.6) / size.steps, doing)
        imitated = next(imitating)[1] if imitating is not None else None
        looked = step % size.every == 0
        if looked:
            rl.append(look(snapshot.adapter, step))
            if imitated is not None:
                supervised.append(look(imitated, step))
        yield Report(0.05 + 0.95 * step / size.steps, doing, so_far() if looked else None)
    return so_far()
