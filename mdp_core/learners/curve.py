"""Learning curves: what is drawn of many agents' returns, and the line that they are held against."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mdp_core.tabular import TabularMDP

POINTS = 400  # of a curve that is drawn
HUGE = 1e12  # stands for a value that is infinite or unknown while quantiles are taken


@dataclass(frozen=True, eq=False)
class Curve:
    """The mean or median over agents, and the band in which the middle half of them lies; None for a single agent."""

    x: NDArray[np.int64]  # [E], episodes
    y: NDArray[np.float64]  # [E]; nan where it is unknown
    low: NDArray[np.float64] | None = None  # [E]
    high: NDArray[np.float64] | None = None  # [E]


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


def smoothing_window(episodes: int) -> int:
    """Over how many episodes a curve of that many is smoothed."""
    return max(1, episodes // 50)


def online_curve(returns: NDArray[np.float64], window: int) -> Curve:
    """What N agents earned in each episode while they learned, `returns` [N, E]: the mean, smoothed over `window`."""
    smooth = smoothed(returns, window)
    N, E = smooth.shape
    at = np.unique(np.linspace(0, E - 1, min(E, POINTS)).astype(np.int64)) if E else np.zeros(0, dtype=np.int64)
    smooth = smooth[:, at]
    low, high = band(smooth) if E and N > 1 else (None, None)
    return Curve(at + 1, smooth.mean(axis=0), low, high)


def worth_curve(worth: Sequence[tuple[int, NDArray[np.float64]]]) -> Curve:
    """What the agents' policies were worth after some episodes, exactly, [n] values each: the median."""
    if not worth:
        return Curve(np.zeros(0, dtype=np.int64), np.zeros(0))
    episodes, values = zip(*worth, strict=True)
    known = np.nan_to_num(np.array(values).T, nan=-HUGE, neginf=-HUGE, posinf=HUGE)  # [n, E]
    low, high = band(known) if len(known) > 1 else (None, None)
    middle = np.median(known, axis=0)
    return Curve(np.array(episodes), np.where(np.abs(middle) < HUGE / 10, middle, np.nan), low, high)


def bottom_of(curves: Sequence[Curve], optimum: float | None) -> float | None:
    """Where a picture of them ends: the first episodes may be so bad that nothing else would be seen."""
    ys = np.concatenate([curve.y[np.isfinite(curve.y)] for curve in curves])
    if not len(ys):
        return None
    lowest, usual = float(ys.min()), float(np.quantile(ys, 0.08))
    top = max(float(ys.max()), optimum if optimum is not None and np.isfinite(optimum) else -np.inf)
    return min(usual, top - 1.6 * (top - usual)) if top - lowest > 2.5 * (top - usual) > 0 else None
