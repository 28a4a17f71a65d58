"""Two runs by the same proxy, one with nothing to hold it and one held, and what becomes of what was meant."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from mdp_core.rlhf.overoptimisation import NO_BETA, WONDERFUL, ProxyPoint, overoptimise
from mdp_core.tokens.language_model import LanguageModel
from mdp_core.tokens.rewards import reward_from
from mdp_core.tokens.scores import Reward

Hold = Literal["loose", "held"]
HOLDS: tuple[Hold, Hold] = ("loose", "held")


@dataclass(frozen=True)
class Case:
    """What is shown: a proxy, what it was meant to stand for, and the price that holds."""

    says: str  # the proxy in words: “how often ...”; hostile where it is a visitor's
    meant: str  # the true score in words
    proxy: Reward
    true: Reward
    beta: float


class ProxyRuns:
    """Both runs of a case, a step of each by turns: one with nothing to hold it, and one held."""

    def __init__(self, model: LanguageModel, case: Case, seed: int) -> None:
        self.case, self.seed = case, seed
        self.betas: dict[Hold, float] = {"loose": NO_BETA, "held": case.beta}
        specs = {hold: WONDERFUL.spec(beta, seed) for hold, beta in self.betas.items()}
        self.steps = specs["loose"].steps
        self.points: dict[Hold, list[ProxyPoint]] = {hold: [] for hold in HOLDS}
        self._coming: dict[Hold, Iterator[ProxyPoint]] = {
            hold: overoptimise(model, spec, case.proxy, case.true) for hold, spec in specs.items()
        }
        self._worked = 0.0

    def step(self) -> bool:
        """A step of each run; False when that was the last one. Raises what `tune` raises."""
        began = time.perf_counter()
        points = {hold: next(coming, None) for hold, coming in self._coming.items()}
        for hold, point in points.items():
            if point is not None:
                self.points[hold].append(point)
        self._worked += time.perf_counter() - began
        return self.done < self.steps

    def close(self) -> None:
        """Let go of the optimisers; the points stay."""
        self._coming = {}

    @property
    def done(self) -> int:
        """Steps that both have done."""
        return min(len(points) for points in self.points.values())

    @property
    def left(self) -> float | None:
        """Seconds, by the steps so far."""
        return (self.steps - self.done) * self._worked / self.done if self.done else None


def naive() -> Case:
    """A formula that sounds sensible, and what it was meant to say."""
    shown = WONDERFUL
    return Case(shown.says, shown.meant, reward_from(shown.proxy), reward_from(shown.true), shown.beta)


def turned(points: Sequence[ProxyPoint]) -> tuple[float, float, float]:
    """The true score at the start, at its best, and at the end; each a mean over a few steps, since one step is noisy."""
    few = max(1, min(4, len(points) // 3))
    means = [sum(p.true for p in points[i : i + few]) / few for i in range(len(points) - few + 1)]
    return means[0], max(means), means[-1]
