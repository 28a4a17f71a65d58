"""Finite probability distributions, and the one way in which this project draws from them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

T = TypeVar("T")

_SUM_TOLERANCE = 1e-6


def upper_edges(probabilities: NDArray[np.float64], total: NDArray[np.float64] | float = 1.0) -> NDArray[np.float64]:
    """[..., K] -> [..., K]: the upper edge of every outcome's stretch of a stacked bar that is `total` [..., 1] long.

    In units of the bar: the last edge is exactly 1.
    """
    K = probabilities.shape[-1]
    edges: NDArray[np.float64] = probabilities.cumsum(axis=-1) / total
    # Rounding may leave the last edges a hair off one: from the last possible outcome on, the bar is full.
    last = K - 1 - (probabilities[..., ::-1] > 0).argmax(axis=-1)
    edges[np.arange(K) >= last[..., None]] = 1.0
    return edges


def fallen(edges: NDArray[np.float64], u: ArrayLike) -> NDArray[np.int64]:
    """[..., K], [...] -> [...]: on which outcome every uniform in [0, 1) falls; one bar [K] takes any number of them.

    The inverse of the cumulative distribution: how many upper edges a uniform has reached. `bisect_right` says the same of
    a list of edges.
    """
    if edges.ndim == 1:
        return np.searchsorted(edges, u, side="right")
    reached: NDArray[np.int64] = (edges <= np.asarray(u)[..., None]).sum(axis=-1)
    return reached


@dataclass(frozen=True, eq=False)
class Categorical(Generic[T]):
    """A finite distribution over `outcomes` with `probabilities` of the same length.

    The order of the outcomes is part of the value: `sample(u)` inverts the cumulative distribution in that order, so the
    same uniform `u` always falls on the same place of the stacked bar that a picture shows.
    Raises ValueError if lengths differ, a probability is negative or not finite, or they do not sum to one within 1e-6.
    """

    outcomes: Sequence[T]
    probabilities: NDArray[np.float64]  # [K]

    def __init__(self, outcomes: Sequence[T], probabilities: ArrayLike) -> None:
        p = np.array(probabilities, dtype=np.float64)
        if p.ndim != 1 or len(p) != len(outcomes):
            raise ValueError(f"{len(outcomes)} outcomes need as many probabilities, not an array of shape {p.shape}")
        if len(p) == 0:
            raise ValueError("a distribution needs at least one outcome")
        if not np.all(np.isfinite(p)) or np.any(p < 0):
            raise ValueError("probabilities must be finite and not negative")
        total = float(p.sum())
        if abs(total - 1.0) > _SUM_TOLERANCE:
            raise ValueError(f"probabilities must sum to 1, not {total:.9g}")
        p /= total
        p.setflags(write=False)
        object.__setattr__(self, "outcomes", outcomes)
        object.__setattr__(self, "probabilities", p)

    @classmethod
    def certain(cls, outcome: T) -> Categorical[T]:
        """The distribution that always gives `outcome`."""
        return cls((outcome,), (1.0,))

    @classmethod
    def uniform(cls, outcomes: Sequence[T]) -> Categorical[T]:
        """Every outcome with the same probability."""
        return cls(outcomes, np.full(len(outcomes), 1.0 / max(len(outcomes), 1)))

    def __len__(self) -> int:
        return len(self.outcomes)

    def __iter__(self) -> Iterator[tuple[T, float]]:
        return zip(self.outcomes, self.probabilities.tolist(), strict=True)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Categorical):
            return NotImplemented
        return tuple(self.outcomes) == tuple(other.outcomes) and np.array_equal(self.probabilities, other.probabilities)

    __hash__ = None  # type: ignore[assignment]

    @cached_property
    def cumulative(self) -> NDArray[np.float64]:
        """[K], the upper edge of every outcome's stretch of the stacked bar; the last is exactly 1."""
        edges = upper_edges(self.probabilities)
        edges.setflags(write=False)
        return edges

    def index(self, u: float) -> int:
        """The position of the outcome on which the uniform `u` in [0, 1) falls; never one of probability zero."""
        if not 0.0 <= u < 1.0:
            raise ValueError(f"u must be in [0, 1), not {u}")
        return int(fallen(self.cumulative, u))

    def sample(self, u: float) -> T:
        """The outcome on which the uniform `u` in [0, 1) falls (inverse of the cumulative distribution)."""
        return self.outcomes[self.index(u)]

    def probability(self, outcome: T) -> float:
        """The probability of `outcome`, 0 where it is none of the outcomes; equal outcomes are added up."""
        return float(sum(p for o, p in zip(self.outcomes, self.probabilities, strict=True) if o == outcome))

    def top(self, k: int) -> list[tuple[T, float]]:
        """The `k` most probable outcomes, most probable first; of equals the earlier one first."""
        order = np.argsort(-self.probabilities, kind="stable")[: max(k, 0)]
        return [(self.outcomes[i], float(self.probabilities[i])) for i in order]

    def entropy(self) -> float:
        """Shannon entropy in nats, 0 for a certain outcome, log K for a uniform one."""
        p = self.probabilities[self.probabilities > 0]
        return float(-(p * np.log(p)).sum()) + 0.0

    def kl(self, other: Categorical[T]) -> float:
        """KL(self || other) in nats over the same outcomes in the same order; inf where `other` rules out what self allows.

        Raises ValueError if the outcomes differ.
        """
        if tuple(self.outcomes) != tuple(other.outcomes):
            raise ValueError("KL needs two distributions over the same outcomes in the same order")
        p, q = self.probabilities, other.probabilities
        possible = p > 0
        if np.any(q[possible] == 0):
            return float("inf")
        return float((p[possible] * np.log(p[possible] / q[possible])).sum())
