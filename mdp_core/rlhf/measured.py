"""What one policy of a tuning run is like, as the texts that it wrote show it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mdp_core.rlhf.adapted_model import AdaptedModel
from mdp_core.rlhf.adapters import Adapter
from mdp_core.rlhf.reading import log_probabilities, mean_entropy
from mdp_core.rlhf.spec import TuneSpec
from mdp_core.rlhf.starts import Starts
from mdp_core.rlhf.totals import checked_totals
from mdp_core.rlhf.trainer import step_uniforms, write_texts
from mdp_core.rlhf.tuning_step import TuningStep
from mdp_core.tokens.generation import Texts
from mdp_core.tokens.language_model import LanguageModel
from mdp_core.tokens.scores import Reward


@dataclass(frozen=True, eq=False)
class Measured:
    """B texts of one policy, and how they compare to the reference's."""

    texts: Texts
    written: tuple[str, ...]  # [B], as they were scored, prompt included
    scores: NDArray[np.float64]  # [B]
    log_ratios: NDArray[np.float64]  # [B, T], log pi - log pi_ref of each token; 0 behind a text's end
    entropy: float  # of the next token's distribution, nats, mean over the states that the texts passed through

    @staticmethod
    def of(snapshot: TuningStep) -> Measured:
        """What a step says about the policy that it began with."""
        return Measured(snapshot.texts, snapshot.written, snapshot.scores, snapshot.log_ratios, snapshot.entropy)


def write(model: LanguageModel, spec: TuneSpec, adapter: Adapter, step: int) -> Texts:
    """The texts of step number `step` of `tune`, were `adapter` the policy then: by the same draws.

    Raises ValueError for a policy whose numbers are not finite.
    """
    prompts = Starts(model, spec).of_step(step)
    return write_texts(AdaptedModel(model, adapter), spec, prompts, step_uniforms(spec, step))


def measure(model: LanguageModel, spec: TuneSpec, adapter: Adapter, texts: Texts, reward: Reward) -> Measured:
    """What `tune` would say about texts that `adapter` has written.

    Raises ScoreError for a score that is no finite number, and whatever `reward` raises.
    """
    written = tuple(model.decode(ids) for ids in texts)
    scores = checked_totals(reward, written)
    reference = log_probabilities(model, texts, temperature=spec.temperature).numpy()
    entropy = mean_entropy(model, texts, adapter, temperature=spec.temperature)
    return Measured(texts, written, scores, texts.log_probabilities - reference, entropy)


@dataclass(frozen=True)
class Figures:
    """The numbers of one policy. An error is a standard error: the standard deviation (ddof 1) over sqrt(B)."""

    score: float  # mean
    error: float
    low: float  # the lower quartile of the scores
    high: float  # and the upper one: half of the texts lie between the two
    true: float | None  # mean of what the score stands for, where that is known
    true_error: float | None
    kl: float  # KL(pi || pi_ref), nats a text, estimated by the mean of log pi - log pi_ref (k1)
    kl_error: float
    entropy: float  # nats a token
    length: float  # tokens, the end token included


def figures_of(measured: Measured, true: NDArray[np.float64] | None = None) -> Figures:
    """`true` [B] is what each text is worth by the score behind the score."""
    kl = measured.log_ratios.sum(axis=1)
    low, high = np.quantile(measured.scores, [0.25, 0.75])
    return Figures(
        float(measured.scores.mean()),
        _error(measured.scores),
        float(low),
        float(high),
        None if true is None else float(true.mean()),
        None if true is None else _error(true),
        float(kl.mean()),
        _error(kl),
        measured.entropy,
        float(measured.texts.lengths.mean()),
    )


def _error(values: NDArray[np.float64]) -> float:
    return float(values.std(ddof=1) / np.sqrt(len(values)))
