"""Learning curves: what is drawn of many agents' returns, and the line that they are held against."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mdp_core.tabular import TabularMDP


def smoothed(returns: ArrayLike, window: int) -> NDArray[np.float64]:
    """[..., E] -> [..., E]: the mean of each episode and the `window` - 1 before it; of fewer at the beginning.

    Raises ValueError if `window` is not positive.
    """
    if window < 1:
        raise ValueError(f"a window holds at least 1 episode, not {window}")
    values = np.asarray(returns, dtype=np.float64)
    sums = np.cumsum(values, axis=-1)
    sums[..., window:] = sums[..., window:] - sums[..., :-window]
    counts = np.minimum(np.arange(1, values.shape[-1] + 1), window)
    result: NDArray[np.float64] = sums / counts
    return result


def band(curves: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """[N, E] -> ([E], [E]): between which values the middle half of the N agents lies, episode by episode."""
    low, high = np.quantile(np.asarray(curves, dtype=np.float64), [0.25, 0.75], axis=0)
    return low, high


def greedy_walk(mdp: TabularMDP, policy: ArrayLike, steps: int) -> list[int]:
    """The states that the likeliest action and the likeliest successor lead through from the start.

    It ends with the episode, at a state that it has been in before, or after `steps` steps.
    """
    pi = np.asarray(policy, dtype=np.float64)
    state = mdp.initial_state()
    walk, seen = [state], {state}
    while not mdp.terminal[state] and len(walk) <= steps:
        action = int(pi[state].argmax())
        k = int(mdp.probability[state, action].argmax())
        state, over = int(mdp.next_state[state, action, k]), bool(mdp.terminated[state, action, k])
        walk.append(state)
        if over or state in seen:
            break
        seen.add(state)
    return walk
