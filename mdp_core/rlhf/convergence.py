"""How the score-function estimate closes in on the exact gradient as texts are drawn, for every baseline at once.

The estimate from n texts is R / n - b D / n, with R = sum r grad log pi(y) and D = sum grad log pi(y). So its squared
distance from the exact gradient, its length and its inner product with it are polynomials of the baseline b: what is kept of
ten thousand gradients is a few coefficients for each n, and b can be moved afterwards.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from mdp_core.rlhf.adapted_model import AdaptedModel
from mdp_core.rlhf.adapters import Adapter
from mdp_core.rlhf.estimators import GradientMoments, score_functions
from mdp_core.tokens.generation import generate
from mdp_core.tokens.language_model import LanguageModel
from mdp_core.tokens.sampling import Sampling

BATCH = 256  # texts between two stops; a power of two, as the blocks are
BLOCKS = 16  # of one size at least, for their mean error to say something
_DENSE = 16  # up to here every n is kept, from there on about 24 for each doubling


@dataclass(frozen=True, eq=False)
class Convergence:
    """The estimates from the first n of N texts, for n in `counts`, and the errors of blocks of them."""

    counts: NDArray[np.int64]  # [C], ascending, the last is N
    errors: NDArray[np.float64]  # [C, 3]: |estimate - gradient|^2 is e0 - 2 b e1 + b^2 e2
    lengths: NDArray[np.float64]  # [C, 3], likewise of |estimate|^2
    products: NDArray[np.float64]  # [C, 2]: the estimate times the gradient is p0 - b p1
    shown: NDArray[np.int64]  # [K], which numbers of the adapter have the largest exact gradient, largest first
    exact: NDArray[np.float64]  # [K], their exact gradients
    estimates: NDArray[np.float64]  # [C, 2, K]: their estimates are R / n - b D / n
    sizes: NDArray[np.int64]  # [J], 1, 2, 4, ..., N
    blocks: NDArray[np.float64]  # [J, 3], the mean of `errors` over all N // size blocks of so many texts
    length: float  # of the exact gradient
    score: float  # the mean score of all N texts
    moments: GradientMoments

    def error(self, baseline: float) -> NDArray[np.float64]:
        """[C], the distance between each estimate and the exact gradient."""
        return _root(self.errors, baseline)

    def block_error(self, baseline: float) -> NDArray[np.float64]:
        """[J], the root of the mean squared distance, over all blocks of a size."""
        return _root(self.blocks, baseline)

    def cosine(self, baseline: float) -> NDArray[np.float64]:
        """[C], of the angle between each estimate and the exact gradient; 0 where one of them is zero."""
        product = self.products[:, 0] - baseline * self.products[:, 1]
        size = _root(self.lengths, baseline) * self.length
        result: NDArray[np.float64] = np.divide(product, size, out=np.zeros_like(product), where=size > 0)
        return result

    def slope(self, baseline: float) -> float:
        """Of log error over log size, by least squares over the sizes with at least BLOCKS blocks: -1/2 is 1 / sqrt(N).

        NaN where the error is zero: there is nothing to estimate.
        """
        used = self.sizes * BLOCKS <= self.counts[-1]
        error = self.block_error(baseline)[used]
        if not (error > 0).all() or len(error) < 2:
            return float("nan")
        return float(np.polyfit(np.log(self.sizes[used]), np.log(error), 1)[0])

    def gain(self, baseline: float) -> float:
        """How many times as many texts an estimate without a baseline needs for the same expected error."""
        with_it = self.moments.variance(baseline)
        return self.moments.variance(0.0) / with_it if with_it > 0 else 1.0


def converge(
    model: LanguageModel,
    adapter: Adapter,
    prompt: tuple[int, ...],
    max_tokens: int,
    score: Callable[[str], float],
    moments: GradientMoments,
    *,
    texts: int = 4096,
    seed: int = 0,
    temperature: float = 1.0,
    shown: int = 8,
) -> Generator[int, None, Convergence]:
    """Draw `texts` texts of the policy `adapter` over `model`, estimate from the first n of them; yields how many are done.

    `moments` are the exact ones of the same policy and score. Text i depends on the seed and on i only. Raises ValueError
    for a number of texts that is not a power of two of at least BATCH, and what `generate` and `score` raise.
    """
    if texts < BATCH or texts & (texts - 1):
        raise ValueError(f"a number of texts that falls into blocks is {BATCH} or twice that, and so on, not {texts}")
    writer, sums = AdaptedModel(model, adapter), _Sums(moments, counts_up_to(texts), shown)
    for first in range(0, texts, BATCH):
        uniforms = np.random.default_rng([seed, 12, first]).random((BATCH, max_tokens))
        written = generate(writer, prompt, uniforms, Sampling(temperature))
        r = torch.tensor([float(score(model.decode(ids))) for ids in written], dtype=torch.float64)
        G = score_functions(model, adapter, written, temperature=temperature)
        model.in_lane(partial(sums.add, G, r))
        yield first + BATCH
    return model.in_lane(sums.convergence)


class _Sums:
    """The coefficients, batch by batch."""

    def __init__(self, moments: GradientMoments, counts: NDArray[np.int64], shown: int) -> None:
        self.moments, self.counts = moments, counts
        # Numbers that no text has a gradient in, such as the first factor of an adapter whose second is still zero.
        self.alive = torch.nonzero((moments.gradient != 0) | (moments.drift != 0)).reshape(-1)
        self.exact = moments.gradient[self.alive]
        self.top = torch.argsort(self.exact.abs(), descending=True, stable=True)[:shown]
        self.R, self.D = torch.zeros_like(self.exact), torch.zeros_like(self.exact)
        self.n, self.total = 0, 0.0
        self.at_counts: list[tuple[Tensor, Tensor, Tensor, Tensor]] = []
        self.wholes: list[tuple[Tensor, Tensor]] = []  # of each batch
        self.squares: list[Tensor] = []  # of each batch: [log2 BATCH, 3], sums over its blocks

    def add(self, gradients: Tensor, r: Tensor) -> None:
        """[BATCH, P], [BATCH]"""
        G, first, last = gradients[:, self.alive].double(), self.n, self.n + len(r)
        kept = set(self.counts.tolist())
        for n in sorted({n for n in kept if first < n <= last} | {last}):
            rows = slice(self.n - first, n - first)
            self.R, self.D, self.n = self.R + r[rows] @ G[rows], self.D + G[rows].sum(0), n
            if n in kept:
                R, D = self.R / n, self.D / n
                products = torch.stack([R @ self.exact, D @ self.exact])
                top = torch.stack([R[self.top], D[self.top]])
                self.at_counts.append((_squares(R - self.exact, D), _squares(R, D), products, top))
        inside, whole = _blocks(r[:, None] * G, G, self.exact)
        self.squares.append(inside)
        self.wholes.append(whole)
        self.total += float(r.sum())

    def convergence(self) -> Convergence:
        """What has come of it."""
        R, D = (torch.stack(parts) for parts in zip(*self.wholes, strict=True))
        across, (R, D) = _blocks(R, D, self.exact, BATCH)
        all_texts = _squares(R / self.n - self.exact, D / self.n)
        blocks = torch.cat([torch.stack(self.squares).sum(0), across, all_texts[None]]).numpy()
        sizes = 2 ** np.arange(len(blocks))
        errors, lengths, products, estimates = (
            torch.stack(parts).numpy() for parts in zip(*self.at_counts, strict=True)
        )
        return Convergence(
            counts=self.counts,
            errors=errors,
            lengths=lengths,
            products=products,
            shown=self.alive[self.top].numpy(),
            exact=self.exact[self.top].numpy(),
            estimates=estimates,
            sizes=sizes,
            blocks=blocks / (self.n // sizes)[:, None],
            length=float(self.exact.norm()),
            score=self.total / self.n,
            moments=self.moments,
        )


def counts_up_to(texts: int) -> NDArray[np.int64]:
    """[C], the numbers of texts at which the estimate is kept: all of the first, then evenly on a logarithmic scale."""
    doublings = np.log2(texts) - np.log2(_DENSE)
    far = np.geomspace(_DENSE, texts, int(24 * doublings) + 1) if doublings > 0 else np.array([texts])
    return np.unique(np.round(np.concatenate([np.arange(1, min(_DENSE, texts) + 1), far])).astype(np.int64))


def _squares(a: Tensor, b: Tensor) -> Tensor:
    """[..., P], [..., P] -> [..., 3]: a a, a b, b b."""
    return torch.stack([(a * a).sum(-1), (a * b).sum(-1), (b * b).sum(-1)], dim=-1)


def _blocks(R: Tensor, D: Tensor, exact: Tensor, size: int = 1) -> tuple[Tensor, tuple[Tensor, Tensor]]:
    """[2^k, P] sums over `size` texts each -> [k, 3], squared errors summed over blocks of size, 2 size, ...; the whole."""
    blocks = []
    while len(R) > 1:
        blocks.append(_squares(R / size - exact, D / size).sum(0))
        R, D, size = R[0::2] + R[1::2], D[0::2] + D[1::2], 2 * size
    return torch.stack(blocks) if blocks else torch.empty((0, 3), dtype=torch.float64), (R[0], D[0])


def _root(squares: NDArray[np.float64], b: float) -> NDArray[np.float64]:
    result: NDArray[np.float64] = np.sqrt(np.maximum(squares @ np.array([1.0, -2 * b, b * b]), 0.0))
    return result
