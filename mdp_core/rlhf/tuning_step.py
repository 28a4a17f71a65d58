"""What a tuning run shows after every step."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mdp_core.rlhf.adapters import Adapter
from mdp_core.rlhf.reading import log_probabilities, mask_of
from mdp_core.rlhf.spec import TuneSpec
from mdp_core.tokens.generation import Texts
from mdp_core.tokens.language_model import LanguageModel

LEAP = 15.0  # nats a text; good runs go one or two in a step


class DivergedError(ValueError):
    """The numbers of a run stopped being numbers. `last_good` is the last adapter that wrote, and plays as it did."""

    def __init__(self, step: int, last_good: Adapter) -> None:
        self.step, self.last_good = step, last_good
        super().__init__(
            f"At step {step} the adapter's numbers grew beyond all bounds, and the policy of the step before is kept: "
            "a smaller learning rate helps, or a smaller beta where it is above 1."
        )


class ScoreError(ValueError):
    """The score answered something that is no finite number."""

    def __init__(self, value: object, text: str) -> None:
        short = text if len(text) <= 60 else text[:59] + "…"
        super().__init__(f"The score of “{short}” is {str(value)[:40]}, and a text can only be paid a finite number.")


@dataclass(frozen=True)
class Seconds:
    """Where the time of a step went, on the wall clock; waiting for the lane included."""

    writing: float
    scoring: float
    reference: float
    update: float

    @property
    def total(self) -> float:
        """All of the step."""
        return self.writing + self.scoring + self.reference + self.update


@dataclass(frozen=True, eq=False)
class TuningStep:
    """One step: B texts of at most T tokens that the policy `before` wrote, and the adapter that was learned from them.

    All measurements are of `before`: those of the first step are of the policy that the run began with.
    """

    spec: TuneSpec
    step: int  # 1, 2, ...
    before: Adapter
    adapter: Adapter
    texts: Texts
    written: tuple[str, ...]  # [B], as they were scored, prompt included
    scores: NDArray[np.float64]  # [B]
    advantages: NDArray[np.float64]  # [B, T], of each token; 0 behind a text's end, and where others were drawn instead
    log_ratios: NDArray[np.float64]  # [B, T], log pi - log pi_ref of each token; 0 behind a text's end
    kl_before: float  # `kl` of the step before; 0 in the first, before which there was no step
    entropy: float  # of the next token's distribution, nats, mean over the states of the texts that were learned from
    gradient_norm: float  # before it was shortened; of the first update of the step; 0 where there was none
    redrawn: int  # groups that were drawn again, as their scores were equal: others than `texts` were learned from then
    equal: int  # groups whose scores are equal all the same: nothing was learned from them
    seconds: Seconds

    @property
    def score(self) -> float:
        """The mean of the scores."""
        return float(self.scores.mean())

    @property
    def spread(self) -> float:
        """The standard deviation of the scores (ddof 1); the standard error of `score` is this over sqrt(B)."""
        return float(self.scores.std(ddof=1))

    @property
    def kl(self) -> float:
        """KL(pi || pi_ref) in nats a text, estimated by the mean of log pi - log pi_ref of the texts (k1)."""
        return float(self.log_ratios.sum(axis=1).mean())

    @property
    def kl_error(self) -> float:
        """The standard error of `kl`."""
        return float(self.log_ratios.sum(axis=1).std(ddof=1) / np.sqrt(len(self.scores)))

    @property
    def length(self) -> float:
        """The mean number of tokens of a text, its end token included."""
        return float(self.texts.lengths.mean())

    @property
    def signal(self) -> bool:
        """False where no text's score says that it is better than those it is compared to: nothing can be learned."""
        return self.equal * self.spec.group_size < len(self.scores)

    @property
    def message(self) -> str:
        """A sentence for the visitor where the step learned nothing, or the one before did far too much; else empty."""
        if not self.signal:
            return (
                f"All {len(self.scores)} texts have the same score as those they are compared to"
                f"{', and so have those drawn in their place' if self.redrawn else ''}, so every advantage is 0: "
                "there is no signal to learn from."
            )
        if self.step > 1 and self.kl - self.kl_before > LEAP:
            return (
                f"One step took the policy {self.kl - self.kl_before:.0f} nats a text away from the reference: "
                "a smaller learning rate keeps it readable."
            )
        return ""


def change_of_log_probability(model: LanguageModel, snapshot: TuningStep) -> NDArray[np.float64]:
    """[B, T], log pi after the step minus log pi before it, of each token that was written; 0 behind a text's end.

    One more forward pass, made only where somebody looks.
    """
    after = log_probabilities(model, snapshot.texts, snapshot.adapter, temperature=snapshot.spec.temperature).numpy()
    change: NDArray[np.float64] = np.where(mask_of(snapshot.texts), after - snapshot.texts.log_probabilities, 0.0)
    return change
