"""How an agent chooses: epsilon-greedy and softmax, one row at a time for acting, whole tables at once for looking.

Both give the same distribution, and both put it on the stacked bar in the order of the actions, so a uniform u falls on
the same action as `Categorical.sample(u)` would choose. Plain floats and lists where one agent acts: an array of four
numbers costs more to make than to use.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import exp

import numpy as np
from numpy.typing import NDArray

from mdp_core.learners.spec import DivergedError

TIE = 1e-9  # values this close to the best are as good as the best, relative to its magnitude, as in mdp_core.policy


def greedy_floor(row: Sequence[float]) -> float:
    """The value from which on an action of the row counts as greedy."""
    best = max(row)
    size = abs(best)
    return best - (TIE * size if size > 1.0 else TIE)


def draw_epsilon_greedy(row: Sequence[float], allowed: Sequence[int], epsilon: float, u: float) -> int:
    """The allowed action on which u in [0, 1) falls; `row` holds A values, -inf where not allowed."""
    best = max(row)
    size = abs(best)
    floor = best - (TIE * size if size > 1.0 else TIE)  # greedy_floor, without the call: this line is run at every step
    ties = 0
    for value in row:
        if value >= floor:
            ties += 1
    if not ties:  # only where nan has come in
        raise DivergedError
    explore = epsilon / len(allowed)
    greedy = explore + (1.0 - epsilon) / ties
    edge = 0.0
    for action in allowed:
        edge += greedy if row[action] >= floor else explore
        if u < edge:
            return action
    # The sum stayed a rounding error below u: the last possible action's stretch reaches up to 1.
    return max(action for action in allowed if epsilon > 0 or row[action] >= floor)


def epsilon_greedy_value(row: Sequence[float], allowed: Sequence[int], epsilon: float) -> float:
    """sum_a pi(a | s) q(s, a) of the epsilon-greedy policy."""
    floor = greedy_floor(row)
    ties, best, total = 0, 0.0, 0.0
    for action in allowed:
        value = row[action]
        total += value
        if value >= floor:
            best += value
            ties += 1
    if not ties:
        raise DivergedError
    return (1.0 - epsilon) * best / ties + epsilon * total / len(allowed)


def softmax_row(preferences: Sequence[float]) -> list[float]:
    """[A], exp(h(s, a)) normalised (Sutton & Barto, eq. 13.2); 0 where the preference is -inf."""
    highest = max(preferences)
    weights = [exp(h - highest) for h in preferences]
    total = sum(weights)
    if not total >= 1.0:  # the highest weighs 1: anything less is nan
        raise DivergedError
    return [weight / total for weight in weights]


def draw(probabilities: Sequence[float], u: float) -> int:
    """The position on which u in [0, 1) falls."""
    edge = 0.0
    for action, probability in enumerate(probabilities):
        edge += probability
        if u < edge:
            return action
    return max(action for action, probability in enumerate(probabilities) if probability > 0)


def epsilon_greedy_table(q: NDArray[np.float64], allowed: NDArray[np.bool_], epsilon: float) -> NDArray[np.float64]:
    """[..., S, A], [S, A] -> [..., S, A]; a row of zeros where no action is allowed."""
    best = q.max(axis=-1, keepdims=True)
    ties = allowed & (q >= best - TIE * np.maximum(1.0, np.abs(best)))
    share = ties / np.maximum(ties.sum(axis=-1, keepdims=True), 1)
    uniform = allowed / np.maximum(allowed.sum(axis=-1, keepdims=True), 1)
    result: NDArray[np.float64] = (1.0 - epsilon) * share + epsilon * uniform
    return result


def softmax_table(preferences: NDArray[np.float64], allowed: NDArray[np.bool_]) -> NDArray[np.float64]:
    """[..., S, A], [S, A] -> [..., S, A]; a row of zeros where no action is allowed."""
    h = np.where(allowed, preferences, -np.inf)
    highest = np.where(allowed.any(axis=-1, keepdims=True), h.max(axis=-1, keepdims=True), 0.0)
    weights = np.exp(h - highest)
    result: NDArray[np.float64] = weights / np.maximum(weights.sum(axis=-1, keepdims=True), np.finfo(np.float64).tiny)
    return result
