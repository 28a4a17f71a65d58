"""Tuning: a language model writes, a black box scores, and the policy moves towards what scored well."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from math import isfinite

import numpy as np
import torch
from numpy.typing import NDArray

from mdp_core.rlhf.adapted_model import AdaptedModel
from mdp_core.rlhf.adapters import Adapter, AdapterError, check_fits, new_adapter
from mdp_core.rlhf.algorithms import ALGORITHMS, ChoiceAlgorithm
from mdp_core.rlhf.choice_learner import ChoiceLearner
from mdp_core.rlhf.choice_texts import choice_texts
from mdp_core.rlhf.products import Writer
from mdp_core.rlhf.raters import Comparison
from mdp_core.rlhf.reading import log_probabilities
from mdp_core.rlhf.redraws import draw_again, equal_groups, rows_of
from mdp_core.rlhf.spec import TuneSpec
from mdp_core.rlhf.starts import Starts
from mdp_core.rlhf.totals import checked_totals
from mdp_core.rlhf.tuning_step import DivergedError, Seconds, TuningStep
from mdp_core.rlhf.updates import Learner, learner_of
from mdp_core.tokens.generation import Texts, generate
from mdp_core.tokens.language_model import LanguageModel
from mdp_core.tokens.sampling import Sampling
from mdp_core.tokens.scores import Reward


def tune(
    model: LanguageModel,
    spec: TuneSpec,
    reward: Reward,
    start: Adapter | None = None,
    choices: Sequence[Comparison] = (),
) -> Iterator[TuningStep]:
    """Tune an adapter over `model`, a TuningStep at a time; `model` stays as it is. `start` is an adapter to go on from.

    Nothing runs between two calls of `next`: not calling it is a pause, and `close` is a stop. The draws are uniforms of
    generators seeded by the spec, so the same arguments give the same steps on the same machine. The penalty is measured
    from the model without an adapter. `choices` are what an algorithm learns from that asks no score: `reward` only measures
    then.
    Raises at once, in sentences for a visitor: a PromptError for what is no prompt, AdapterError for an adapter of another
    model, NoChoicesError where there are none to learn from. Raises while it runs: ScoreError for a score that is no finite
    number, whatever `reward` raises, and DivergedError, which has the last good adapter, where the numbers stop being
    numbers.
    """
    if model.rounding is not None:
        raise AdapterError(
            f"{model.name} has its weights in 4 and 8 bits, so no gradient can be taken of it: tune SmolLM2 itself."
        )
    starts = Starts(model, spec)
    if start is None:
        start = new_adapter(model.model, spec.adapter, torch.Generator().manual_seed(spec.seed), model.id)
    check_fits(start, model.model)
    live, algorithm = start.on(model.device).trainable(), ALGORITHMS[spec.algorithm]
    writer = Writer(model, live, spec)
    if isinstance(algorithm, ChoiceAlgorithm):
        read = choice_texts(model, spec.prompt, choices, algorithm.title)
        return _steps(writer, spec, reward, starts, ChoiceLearner(model, spec, live, algorithm.losses, read))
    return _steps(writer, spec, reward, starts, learner_of(model, spec, live, writer.products))


def _steps(
    writer: Writer, spec: TuneSpec, reward: Reward, starts: Starts, learner: Learner | ChoiceLearner
) -> Iterator[TuningStep]:
    model, live = learner.model, learner.live
    before, kl_before = live.frozen(), 0.0
    good = before  # the last policy that is known to write
    for step in range(1, spec.steps + 1):
        began = time.perf_counter()
        writer.forget()
        try:
            texts = write_texts(writer, spec, starts.of_step(step), step_uniforms(spec, step))
        except ValueError as error:
            raise DivergedError(step, good) from error
        good = before
        wrote = time.perf_counter()
        written = tuple(model.decode(ids) for ids in texts)
        scores = checked_totals(reward, written)

        def redraw(rows: NDArray[np.intp], again: int, step: int = step) -> tuple[Texts, NDArray[np.float64]]:
            prompts = starts.of_step(step, again)[rows]
            others = write_texts(writer, spec, prompts, step_uniforms(spec, step, again)[rows])
            writer.forget()  # its products are of some of the lesson's texts only
            return others, checked_totals(reward, tuple(model.decode(ids) for ids in others))

        lesson = draw_again(texts, scores, spec.group_size, spec.most_redraws, redraw)
        scored = time.perf_counter()
        reference = log_probabilities(model, texts, temperature=spec.temperature)
        learned = reference.clone()
        if len(lesson.again):
            others = rows_of(lesson.texts, lesson.again)
            learned[lesson.again] = log_probabilities(model, others, temperature=spec.temperature)
        compared = time.perf_counter()
        update = learner.learn(lesson.texts, torch.from_numpy(lesson.scores), learned)
        advantages = update.advantages.numpy()
        advantages[lesson.again] = 0.0  # what was drawn first there taught nothing
        if not (live.is_finite and isfinite(update.gradient_norm)):
            raise DivergedError(step, good)
        adapter = live.frozen()
        snapshot = TuningStep(
            spec,
            step,
            before,
            adapter,
            texts,
            written,
            scores,
            advantages,
            (torch.from_numpy(texts.log_probabilities) - reference).numpy(),
            kl_before,
            update.entropy,
            update.gradient_norm,
            len(lesson.again) // spec.group_size,
            0 if isinstance(learner, ChoiceLearner) else int(equal_groups(lesson.scores, spec.group_size).sum()),
            Seconds(wrote - began, scored - wrote, compared - scored, time.perf_counter() - compared),
        )
        yield snapshot
        before, kl_before = adapter, snapshot.kl


def write_texts(
    writer: AdaptedModel, spec: TuneSpec, prompts: NDArray[np.int64], uniforms: NDArray[np.float64]
) -> Texts:
    """A step's texts by the policy `writer`. Raises ValueError where its numbers are not finite.

    Where reading and writing differ by more than rounding, the log-probabilities are those of reading, as the reference's
    are: else the difference of the two would be taken for a distance, and learned from.
    """
    texts = generate(writer, prompts, uniforms, Sampling(spec.temperature))
    if not writer.device.is_rough:
        return texts
    read = log_probabilities(writer, texts, writer.adapter, temperature=spec.temperature)
    return replace(texts, log_probabilities=read.numpy())


def step_uniforms(spec: TuneSpec, step: int, again: int = 0) -> NDArray[np.float64]:
    """[B, T] in [0, 1), the draws of step number `step`, the first ones or those of another time."""
    seed = [spec.seed, 11, step] if not again else [spec.seed, 11, step, again]
    return np.random.default_rng(seed).random((spec.texts, spec.tokens))
