"""Training a reward model on choices: Bradley and Terry's model, linear in frozen features of the texts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from mdp_core.rlhf.features import TextFeatures
from mdp_core.rlhf.preferences import bradley_terry_losses
from mdp_core.rlhf.raters import Comparison
from mdp_core.tokens.lane import Lane

MIN_CHOICES = 8  # fewer say nothing that could be checked
FOLDS = 5
PRIOR = 1.0  # standard deviation of a text's score before anybody chose; on Pocket 0.5 suits 20 choices, 2 suits 200
STEPS = 50  # of Newton's method at most; it takes five to nine
STILL = 1e-8  # it ends where no derivative is larger

Mask = NDArray[np.bool_]


class FewChoicesError(ValueError):
    """Too few choices to learn from: `have` of MIN_CHOICES. Others, `unread`, cannot be read: the first, and `why`."""

    def __init__(self, have: int, unread: int = 0, why: str = "") -> None:
        self.have = have
        there = f"there {'is' if have == 1 else 'are'} {have or 'none'}: {MIN_CHOICES - have} more, please."
        if unread:
            there = f"of the {have + unread:,} that are here it can read {have or 'none'}; all are kept. {why}"
        super().__init__(f"A reward model needs {MIN_CHOICES} choices to learn from, and {there}")


@dataclass(frozen=True, eq=False)
class Examples:
    """n choices as numbers. The features are standardised on a pool of texts, so that its mean text scores 0."""

    features: TextFeatures
    comparisons: tuple[Comparison, ...]
    mean: NDArray[np.float64]  # [d], of the pool's features
    spread: NDArray[np.float64]  # [d], their standard deviation (ddof 0); 1 where all are the same
    differences: NDArray[np.float64]  # [n, d], standardised features of the better text minus those of the worse
    weights: NDArray[np.float64]  # [n], how many choices each counts as
    folds: NDArray[np.int64]  # [n, 2], in 0..FOLDS-1: the fold of each of the two texts

    @classmethod
    def of(cls, features: TextFeatures, comparisons: Sequence[Comparison], pool: Sequence[str]) -> Examples:
        """The choices, read. Held out are texts, not choices: the texts that occur first and second are in fold 0, the
        next two in fold 1, and so on. Raises FewChoicesError, and UnreadableTextError for a text without features."""
        if len(comparisons) < MIN_CHOICES:
            raise FewChoicesError(len(comparisons))
        texts = list(dict.fromkeys(text for c in comparisons for text in (c.one, c.other)))
        at = {text: i for i, text in enumerate(texts)}
        raw = features(texts)
        known = features(pool) if len(pool) else raw
        mean, spread = known.mean(axis=0), known.std(axis=0)
        spread = np.where(spread > 1e-6 * (1 + np.abs(mean)), spread, 1.0)
        X = (raw - mean) / spread
        better, worse = (np.array([at[getattr(c, side)] for c in comparisons]) for side in ("better", "worse"))
        fold = np.arange(len(texts)) // 2 % FOLDS
        return cls(
            features,
            tuple(comparisons),
            mean,
            spread,
            X[better] - X[worse],
            np.array([c.weight for c in comparisons]),
            np.stack([fold[better], fold[worse]], axis=1),
        )

    def __len__(self) -> int:
        return len(self.comparisons)

    def held_out(self, fold: int) -> Mask:
        """[n], the choices between two texts of that fold."""
        result: Mask = (self.folds == fold).all(axis=1)
        return result

    def without(self, fold: int) -> Mask:
        """[n], the choices between texts of which neither is in that fold."""
        result: Mask = (self.folds != fold).all(axis=1)
        return result

    @cached_property
    def short(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """([n, k], [k, d]), the differences and the directions that they were turned into, k = min(n, d): what is orthogonal
        to all differences cannot be learned, and its weights are 0."""
        n, d = self.differences.shape
        if n >= d:
            return self.differences, np.eye(d)
        basis = torch.linalg.qr(torch.from_numpy(self.differences.T))[0].T.numpy()
        return self.differences @ basis.T, basis


@dataclass(frozen=True, eq=False)
class TrainingStep:
    """One iterate of the training: `head` [d], one number a feature, and how well it foretells choices.

    A loss is the mean of -log P(chosen), log 2 where nothing is known; an agreement the share of choices of which the
    better text has the higher score, one half for equal scores. None where there are no such choices.
    """

    step: int  # 0 is before the first, all scores 0
    head: NDArray[np.float64]
    loss: float  # on the choices that are learned from
    agreement: float
    held_loss: float | None  # on the choices that are held out
    held_agreement: float | None


def train(examples: Examples, held_out: int | None = None, *, prior: float = PRIOR) -> Iterator[TrainingStep]:
    """Newton's method on the sum of -log sigmoid(r(better) - r(worse)) plus the prior, one TrainingStep an iterate.

    r is linear in the d standardised features, and its head normal around 0 with standard deviation prior / sqrt(d), so
    that a text of the pool has about a normal score of standard deviation `prior`: few choices change it little, and it
    stays finite where choices contradict nothing. The sum is convex, so there is one optimum, found to 1e-8, the same
    every time. With `held_out`, a fold, its choices are only foretold. Raises ValueError for a prior that is not above 0.
    """
    if not 0 < prior < np.inf:
        raise ValueError(f"The prior is a standard deviation above 0, not {prior!r}.")
    tested = np.zeros(len(examples), dtype=bool) if held_out is None else examples.held_out(held_out)
    learned = np.ones(len(examples), dtype=bool) if held_out is None else examples.without(held_out)
    return _newton(examples, learned, tested, prior)


def _newton(examples: Examples, learned: Mask, tested: Mask, prior: float) -> Iterator[TrainingStep]:
    short, basis = _lane().run(lambda: examples.short)
    w, precision = examples.weights, examples.differences.shape[1] / prior**2
    D, weights = torch.from_numpy(short[learned]), torch.from_numpy(w[learned])
    v = torch.zeros(D.shape[1], dtype=torch.float64)

    def objective(v: Tensor) -> float:
        return float(weights @ bradley_terry_losses(D @ v) + precision / 2 * (v @ v))

    def better() -> Tensor | None:
        wrong = torch.sigmoid(-(D @ v))  # P of the text that was not chosen
        gradient = precision * v - D.T @ (weights * wrong)
        if not len(D) or gradient.abs().max() <= STILL:
            return None
        curvature = (D.T * (weights * wrong * (1 - wrong))) @ D + precision * torch.eye(len(v), dtype=torch.float64)
        move = torch.cholesky_solve(gradient[:, None], torch.linalg.cholesky(curvature))[:, 0]
        share, before, slope = 1.0, objective(v), float(gradient @ move)
        while objective(v - share * move) > before - 1e-4 * share * slope:
            share /= 2
            if share < 1e-6:  # what is left is rounding
                return None
        return v - share * move

    for step in range(STEPS + 1):
        margins = short @ v.numpy()
        known = [f(margins[mask], w[mask]) for mask in (learned, tested) for f in (mean_loss, agreement)]
        loss, right, held_loss, held_right = known
        yield TrainingStep(step, v.numpy() @ basis, loss or 0.0, right or 0.0, held_loss, held_right)
        next_one = _lane().run(better)
        if next_one is None:
            return
        v = next_one


@cache
def _lane() -> Lane:
    """Matrices of a hundred rows want one core: on a busy machine several threads wait for each other for a second."""
    return Lane(cores=1)


def mean_loss(margins: NDArray[np.float64], weights: NDArray[np.float64]) -> float | None:
    """[n], [n] -> the weighted mean of -log sigmoid(margin), None of none; a margin is r(better) - r(worse)."""
    losses = bradley_terry_losses(torch.from_numpy(margins)).numpy()
    return float(np.average(losses, weights=weights)) if len(margins) else None


def agreement(margins: NDArray[np.float64], weights: NDArray[np.float64]) -> float | None:
    """[n], [n] -> the weighted share of margins above 0, those at 0 counted half; None of none."""
    return float(np.average((np.sign(margins) + 1) / 2, weights=weights)) if len(margins) else None
