"""Returns: rewards in, numbers out. rewards[t] is r_{t+1}; every function works on the last axis of the array."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray


def _check_gamma(gamma: float) -> None:
    if not 0.0 <= gamma <= 1.0:
        raise ValueError(f"gamma must be in [0, 1], not {gamma}")


def discounts(n: int, gamma: float) -> NDArray[np.float64]:
    """[n], gamma^0 to gamma^(n-1); 0^0 is 1, so gamma = 0 keeps the first reward."""
    _check_gamma(gamma)
    return np.power(gamma, np.arange(n, dtype=np.float64))


def discounted_return(rewards: ArrayLike, gamma: float) -> NDArray[np.float64]:
    """[..., T] -> [...]: G_0 = sum_t gamma^t r_{t+1} (Sutton & Barto, eq. 3.8); 0 for no rewards."""
    r = np.asarray(rewards, dtype=np.float64)
    result: NDArray[np.float64] = r @ discounts(r.shape[-1], gamma)
    return result


def returns_to_go(rewards: ArrayLike, gamma: float) -> NDArray[np.float64]:
    """[..., T] -> [..., T]: G_t = r_{t+1} + gamma G_{t+1} (Sutton & Barto, eq. 3.9), G_T = 0."""
    _check_gamma(gamma)
    r = np.asarray(rewards, dtype=np.float64)
    result = np.empty_like(r)
    following = np.zeros(r.shape[:-1])
    for t in range(r.shape[-1] - 1, -1, -1):
        following = r[..., t] + gamma * following
        result[..., t] = following
    return result
