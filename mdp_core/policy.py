"""Policies: from a state to a distribution over actions."""

from __future__ import annotations

from typing import Any, Protocol, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mdp_core.distribution import Categorical

S_contra = TypeVar("S_contra", contravariant=True)
A_co = TypeVar("A_co", covariant=True)


class Policy(Protocol[S_contra, A_co]):
    """pi(. | s). The language model is one; so is a table of arrows."""

    def __call__(self, state: S_contra) -> Categorical[Any]:
        """The distribution over the actions of `state`, in the order of `mdp.actions(state)` or in one of its own."""
        ...


def greedy_probabilities(q: ArrayLike, tolerance: float = 1e-9) -> NDArray[np.float64]:
    """[..., A] -> [..., A]: the best actions share the probability equally.

    Values within `tolerance` (relative to the best one's magnitude, at least absolute) of the best count as ties, so that
    rounding in a solver does not choose between equals. -inf marks an action that is not allowed. Raises ValueError if
    no action is left.
    """
    values = np.asarray(q, dtype=np.float64)
    best = values.max(axis=-1, keepdims=True)
    if not np.all(np.isfinite(best)):
        raise ValueError("no allowed action has a finite value")
    ties = values >= best - tolerance * np.maximum(1.0, np.abs(best))
    result: NDArray[np.float64] = ties / ties.sum(axis=-1, keepdims=True)
    return result


def epsilon_greedy_probabilities(q: ArrayLike, epsilon: float) -> NDArray[np.float64]:
    """[..., A] -> [..., A]: with probability `epsilon` any allowed action, else a greedy one (Sutton & Barto, ch. 2).

    Raises ValueError if `epsilon` is not in [0, 1] or no action is left.
    """
    if not 0.0 <= epsilon <= 1.0:
        raise ValueError(f"epsilon must be in [0, 1], not {epsilon}")
    values = np.asarray(q, dtype=np.float64)
    greedy = greedy_probabilities(values)
    allowed = np.isfinite(values)
    result: NDArray[np.float64] = (1.0 - epsilon) * greedy + epsilon * allowed / allowed.sum(axis=-1, keepdims=True)
    return result


def softmax_probabilities(q: ArrayLike, temperature: float) -> NDArray[np.float64]:
    """[..., A] -> [..., A]: exp(q / temperature), normalised; raises ValueError unless `temperature` is positive."""
    if not temperature > 0:
        raise ValueError(f"temperature must be positive, not {temperature}")
    values = np.asarray(q, dtype=np.float64)
    shifted = np.exp((values - values.max(axis=-1, keepdims=True)) / temperature)
    result: NDArray[np.float64] = shifted / shifted.sum(axis=-1, keepdims=True)
    return result
