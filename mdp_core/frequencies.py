"""How often each outcome comes in repeated draws, and how the frequencies grow towards the probabilities."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mdp_core.distribution import Categorical, fallen


def uniforms(seed: int, *stream: int, n: int) -> NDArray[np.float64]:
    """[n] uniforms in [0, 1), of a stream of their own; a longer call begins with the shorter one's numbers.

    Raises ValueError for a negative number.
    """
    if min(seed, n, *stream, 0) < 0:
        raise ValueError("a seed, a stream and a number of draws must not be negative")
    # Behind the 0 and 1 that a rollout's two streams have: no sample repeats what the robot drew.
    return np.random.default_rng([seed, 2, *stream]).random(n)


def counts(distribution: Categorical[Any], draws: ArrayLike) -> NDArray[np.int64]:
    """[K], how many of the uniforms `draws` [n] fall on each outcome; they sum to n."""
    return np.bincount(fallen(distribution.cumulative, draws), minlength=len(distribution)).astype(np.int64)


def largest_differences(distribution: Categorical[Any], draws: ArrayLike) -> NDArray[np.float64]:
    """[n], max_k |frequency_k - p_k| after each of the uniforms `draws` [n]; it shrinks like 1 / sqrt(n)."""
    on = fallen(distribution.cumulative, draws)
    worst = np.zeros(len(on))
    taken = np.arange(1, len(on) + 1)
    for k, p in enumerate(distribution.probabilities):
        worst = np.maximum(worst, np.abs(np.cumsum(on == k) / taken - p))
    return worst
