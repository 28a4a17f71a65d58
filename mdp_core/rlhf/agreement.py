"""Agreement: how much raters agree on the same pairs, and what that leaves for a model of them."""

from __future__ import annotations

from collections.abc import Iterable
from math import sqrt

import krippendorff
import numpy as np

from mdp_core.rlhf.votes import Vote, tallies

VALUES = np.array([0.0, 1.0, 0.5])  # of FIRST, SECOND, SAME: "the same" lies half-way


def krippendorff_alpha(votes: Iterable[Vote]) -> float | None:
    """Krippendorff's alpha, 1 - observed / expected disagreement: 1 where all agree, 0 where votes fall as by chance, below
    0 where raters contradict each other on purpose. Disagreement is the squared distance on 0, 1/2, 1, with "the same" in
    the middle (Krippendorff 2011, interval metric).

    None where no pair has two votes, or all votes are the same: then nothing can be told from chance.
    """
    counts = np.array([tally for tally in tallies(votes).values() if sum(tally) > 1])
    if not len(counts) or np.count_nonzero(counts.sum(axis=0)) < 2:
        return None
    order = np.argsort(VALUES)
    alpha = krippendorff.alpha(
        value_counts=counts[:, order], value_domain=VALUES[order], level_of_measurement="interval"
    )
    return float(alpha)


def pairwise_agreement(votes: Iterable[Vote]) -> float | None:
    """The probability that two raters who see the same pair and both choose, choose the same text: without bias, as all
    pairs of raters are counted. A pair of texts weighs as many votes as chose; None where no pair was chosen from twice."""
    agreed = weight = 0.0
    for first, second, _ in tallies(votes).values():
        n = first + second
        if n > 1:
            agreed += n * (first * (first - 1) + second * (second - 1)) / (n * (n - 1))
            weight += n
    return agreed / weight if weight else None


def accuracy_ceiling(votes: Iterable[Vote]) -> float | None:
    """The share of choices that no model can foretell more of, whatever it knows of the texts: (1 + sqrt(2 A - 1)) / 2.

    Where a share p of raters choose the first text, two agree with probability A = p^2 + (1 - p)^2, and the best that can be
    foretold is the majority's choice, right with probability max(p, 1 - p), which is that formula of A. It is concave, so
    that of the mean A over pairs it is an upper bound of the mean (Jensen). None where `pairwise_agreement` is None.
    """
    agreed = pairwise_agreement(votes)
    return None if agreed is None else (1 + sqrt(max(0.0, 2 * agreed - 1))) / 2
