"""What is known of a model whose weights were rounded."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Rounding:
    """How far rounded weights moved a model's next-token distributions, on the tokens of a sample."""

    distance: float  # mean total variation distance, 0..1
    farthest: float  # the largest
    tokens: int  # how many distributions
