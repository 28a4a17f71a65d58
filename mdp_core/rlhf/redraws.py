"""Dynamic sampling: groups whose texts all score the same teach nothing, and are drawn again (Yu et al. 2025, DAPO)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from mdp_core.tokens.generation import Texts

EQUAL = 1e-9  # scores that are this close together are the same

_OF_A_TEXT = ("prompts", "tokens", "log_probabilities", "lengths", "terminated")

# Draws some texts again: their rows, and which time it is, from 1 -> the texts, and their scores.
Draw = Callable[[NDArray[np.intp], int], tuple[Texts, NDArray[np.float64]]]


@dataclass(frozen=True, eq=False)
class Lesson:
    """What a step learns from: the B texts that were drawn first, or others in the place of some."""

    texts: Texts
    scores: NDArray[np.float64]  # [B]
    again: NDArray[np.intp]  # rows that were drawn again, in order


def equal_groups(scores: NDArray[np.float64], group: int) -> NDArray[np.bool_]:
    """[B] -> [B / group], true where all texts of a group score the same."""
    equal: NDArray[np.bool_] = np.ptp(scores.reshape(-1, group), axis=1) <= EQUAL
    return equal


def draw_again(texts: Texts, scores: NDArray[np.float64], group: int, most: int, draw: Draw) -> Lesson:
    """Draw the groups with equal scores again, at most `most` times, until each of them differs. Raises what `draw` raises.

    The draws that taught nothing are forgotten here, so a mean over the lesson is none over what the policy writes.
    """
    again = np.zeros(len(texts), dtype=np.bool_)
    scores = scores.copy()
    for time in range(1, most + 1):
        rows = np.flatnonzero(np.repeat(equal_groups(scores, group), group))
        if not len(rows):
            break
        others, scores[rows] = draw(rows, time)
        texts = _placed(texts, rows, others)
        again[rows] = True
    return Lesson(texts, scores, np.flatnonzero(again))


def rows_of(texts: Texts, rows: NDArray[np.intp]) -> Texts:
    """Some of the texts."""
    return replace(texts, **{name: getattr(texts, name)[rows] for name in _OF_A_TEXT})


def _placed(texts: Texts, rows: NDArray[np.intp], others: Texts) -> Texts:
    """`others` in the place of some of the texts."""
    changed = {name: getattr(texts, name).copy() for name in _OF_A_TEXT}
    for name, values in changed.items():
        values[rows] = getattr(others, name)
    return replace(texts, **changed)
