"""The win rate: how often raters who do not know which is which prefer the text of after to the text of before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from mdp_core.rlhf.votes import SAME, SECOND, Vote

LEVEL = 0.95
Z = 1.959964  # standard normal quantile of (1 + LEVEL) / 2
DRAWS = 1_000


@dataclass(frozen=True)
class WinRate:
    """A win rate with its interval; each tie is half a win."""

    wins: int
    ties: int
    losses: int
    low: float  # of the 95 % interval
    high: float

    @property
    def votes(self) -> int:
        """How many votes it stands on."""
        return self.wins + self.ties + self.losses

    @property
    def rate(self) -> float:
        """In 0..1; one half says that nothing became better."""
        return (self.wins + self.ties / 2) / self.votes

    @property
    def told(self) -> bool:
        """Whether the interval leaves one half out."""
        return not self.low <= 0.5 <= self.high


def win_rate(votes: Sequence[Vote], *, seed: int = 0) -> WinRate | None:
    """How often the second text of a pair won; None without votes.

    Votes of one rater are alike, and so are votes on one pair, so that they tell less than as many tosses of a coin. The
    interval is the wider one, at either end, of two: Wilson's, of independent votes, and the quantiles of the pigeonhole
    bootstrap, which draws raters and pairs anew, both with replacement (Owen 2007, Annals of Applied Statistics 1:386).
    """
    if not votes:
        return None
    won = np.array([1.0 if v.answer == SECOND else 0.5 if v.answer == SAME else 0.0 for v in votes])
    low, high = _wilson(float(won.mean()), len(won))
    rates = _resampled(won, _numbers([v.phone for v in votes]), _numbers([v.pair for v in votes]), seed)
    if len(rates):
        below, above = np.quantile(rates, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
        low, high = min(low, float(below)), max(high, float(above))
    return WinRate(int((won == 1).sum()), int((won == 0.5).sum()), int((won == 0).sum()), low, high)


def _numbers(names: Sequence[int]) -> NDArray[np.int64]:
    numbers: NDArray[np.int64] = np.unique(np.array(names), return_inverse=True)[1]
    return numbers


def _wilson(rate: float, n: int) -> tuple[float, float]:
    middle = (rate + Z * Z / (2 * n)) / (1 + Z * Z / n)
    half = Z * sqrt(rate * (1 - rate) / n + Z * Z / (4 * n * n)) / (1 + Z * Z / n)
    return max(0.0, middle - half), min(1.0, middle + half)


def _resampled(
    won: NDArray[np.float64], rater: NDArray[np.int64], pair: NDArray[np.int64], seed: int
) -> NDArray[np.float64]:
    """[<= DRAWS], the rate in each draw that holds any vote."""
    rng = np.random.default_rng([seed, 17])
    raters, pairs = int(rater.max()) + 1, int(pair.max()) + 1
    drawn = rng.multinomial(raters, np.full(raters, 1 / raters), DRAWS)[:, rater]
    drawn = drawn * rng.multinomial(pairs, np.full(pairs, 1 / pairs), DRAWS)[:, pair]
    total = drawn.sum(axis=1)
    rates: NDArray[np.float64] = (drawn @ won)[total > 0] / total[total > 0]
    return rates
