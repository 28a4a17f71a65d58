"""Two ways to do the same thing, timed side by side in one run."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable


def compare(name: str, ours: Callable[[], object], theirs: Callable[[], object], repetitions: int = 7) -> float:
    """Print `name: ours X ms, theirs Y ms, ratio Z`, of medians, and return the ratio.

    One warm-up each, then by turns, so that a machine that gets slower meanwhile slows both.
    """
    ours()
    theirs()
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(repetitions):
        for way, spent in zip((ours, theirs), times, strict=True):
            start = time.perf_counter()
            way()
            spent.append(time.perf_counter() - start)
    x, y = (statistics.median(spent) * 1000 for spent in times)
    print(f"{name}: ours {x:.1f} ms, theirs {y:.1f} ms, ratio {x / y:.2f}")
    return x / y
