"""Estimates from samples: a mean, and how far off it may be."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Z95 = 1.959963984540054  # of the normal distribution: 95 % lie within so many standard deviations


def half_width(values: ArrayLike) -> float:
    """Half of the mean's 95 % confidence interval, z s / sqrt(n), s with n - 1; inf for fewer than two values."""
    v = np.asarray(values, dtype=np.float64)
    return float(Z95 * v.std(ddof=1) / np.sqrt(len(v))) if len(v) > 1 else float("inf")


def running_means(values: ArrayLike, at: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """[N], [M] counts in 1..N -> ([M], [M]): the mean of the first `at` values, and the `half_width` of it."""
    v, n = np.asarray(values, dtype=np.float64), np.asarray(at, dtype=np.int64)
    if not len(v) or n.min(initial=1) < 1 or n.max(initial=1) > len(v):
        raise ValueError(f"counts must lie in 1..{len(v)}")
    shift = float(v[0])  # so that the squares of large numbers do not drown their differences
    sums, squares = np.cumsum(v - shift), np.cumsum((v - shift) ** 2)
    mean = sums[n - 1] / n
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = np.maximum(squares[n - 1] - n * mean**2, 0.0) / (n - 1)
        half = np.where(n > 1, Z95 * np.sqrt(variance / n), np.inf)
    return shift + mean, half
