"""How much of a hidden taste a reward model has found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mdp_core.rlhf.raters import SimulatedRater
from mdp_core.rlhf.totals import Totals, totals
from mdp_core.tokens.scores import Reward


@dataclass(frozen=True)
class Recovery:
    """A reward beside the taste that it was learned from, on texts that nobody has chosen between."""

    texts: int
    rank: float  # Spearman's rank correlation of the two scores, in [-1, 1]
    agreement: float  # how often it is expected to foretell the rater's choices, exactly
    ceiling: float  # how often the taste itself would


def recovery(reward: Reward, rater: SimulatedRater, texts: Sequence[str]) -> Recovery:
    """Compare on `texts`; agreement and ceiling are of neighbours: the first with the second, the third with the fourth.

    Raises ValueError for fewer than two texts.
    """
    if len(texts) < 2:
        raise ValueError("A taste is compared on two texts at least.")
    learned, true = totals(Totals(reward), texts), totals(Totals(rater.taste), texts)
    scores = dict(zip(texts, learned.tolist(), strict=True))
    pairs = list(zip(texts[::2], texts[1::2], strict=False))
    chances = [rater.probability(*pair) for pair in pairs]
    foretold = [
        0.5 if scores[one] == scores[other] else p if scores[one] > scores[other] else 1 - p
        for (one, other), p in zip(pairs, chances, strict=True)
    ]
    return Recovery(
        len(texts),
        rank_correlation(learned, true),
        float(np.mean(foretold)),
        float(np.mean([max(p, 1 - p) for p in chances])),
    )


def rank_correlation(x: ArrayLike, y: ArrayLike) -> float:
    """[n], [n] -> Spearman's: the correlation of the ranks, equal values sharing their mean; 0 where one is constant."""
    ranks = [_ranks(np.asarray(values, dtype=np.float64)) for values in (x, y)]
    a, b = (r - r.mean() for r in ranks)
    size = float(np.sqrt((a @ a) * (b @ b)))
    return float(a @ b) / size if size else 0.0


def _ranks(values: NDArray[np.float64]) -> NDArray[np.float64]:
    _, group, counts = np.unique(values, return_inverse=True, return_counts=True)
    upto = np.cumsum(counts)
    result: NDArray[np.float64] = (upto - (counts - 1) / 2)[group]
    return result
