"""From logits to a distribution: temperature, then top-k, then top-p."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

MAX_TEMPERATURE = 2.0


@dataclass(frozen=True)
class Sampling:
    """How a language model's logits become pi(. | s).

    `temperature` in [0, 2] divides the logits; 0 is the exact greedy limit, where the most likely token (of equals the
    one with the lowest id) has probability 1. `top_k` keeps the k most likely tokens, and whatever ties with the last of
    them; 0 keeps all. `top_p` in (0, 1] keeps the smallest set of most likely tokens whose mass reaches it (Holtzman et
    al. 2020), at least one. In that order, as transformers' TemperatureLogitsWarper, TopKLogitsWarper and
    TopPLogitsWarper do it. Raises ValueError for a number out of its range.
    """

    temperature: float = 1.0
    top_k: int = 0
    top_p: float = 1.0

    def __post_init__(self) -> None:
        if not 0.0 <= self.temperature <= MAX_TEMPERATURE:
            raise ValueError(
                f"The temperature goes from 0 to {MAX_TEMPERATURE:g}, and {self.temperature:g} is outside."
            )
        if self.top_k < 0 or self.top_k != int(self.top_k):
            raise ValueError(f"top-k is a count of tokens, or 0 for all of them, and {self.top_k:g} is neither.")
        if not 0.0 < self.top_p <= 1.0:
            raise ValueError(f"top-p goes from just above 0 to 1, and {self.top_p:g} is outside.")

    def probabilities(self, logits: ArrayLike) -> NDArray[np.float64]:
        """[..., V] -> [..., V]: the probability of every token, in the order of the logits; 0 for those cut off.

        Raises ValueError for logits that are NaN, +inf, or -inf throughout.
        """
        values = np.asarray(logits)
        order = descending(values)
        result = np.empty(values.shape, dtype=np.float64)
        np.put_along_axis(result, order, self.ranked(np.take_along_axis(values, order, axis=-1)), axis=-1)
        return result

    def ranked(self, logits: ArrayLike, outside: ArrayLike = 0.0) -> NDArray[np.float64]:
        """[..., K] -> [..., K]: the probabilities of tokens whose logits are given in descending order.

        Where these are only the first K of a larger vocabulary, `outside` [...] is the weight
        sum exp((l - l_0) / temperature) of all others, l_0 being the first logit. With top-k on, the others are taken to
        be cut off; with top-p on, they are if the last of the K is, and else the result is not yet what it will be with
        more of them. Raises ValueError for logits that are NaN, +inf, or -inf throughout.
        """
        values = np.asarray(logits, dtype=np.float64)
        best = values[..., :1]
        if np.isnan(values).any() or not np.isfinite(best).all():
            raise ValueError("The model's numbers are not finite, so there is no distribution to draw from.")
        if self.temperature == 0:
            weights = np.zeros_like(values)
            weights[..., 0] = 1.0
            return weights
        with np.errstate(over="ignore"):  # a tiny temperature may send a difference to -inf, whose weight is 0
            weights = np.exp((values - best) / self.temperature)
        rest = np.asarray(outside, dtype=np.float64)[..., None]
        if self.top_k:
            last = values[..., min(self.top_k, values.shape[-1]) - 1, None]
            weights = np.where(values >= last, weights, 0.0)
            rest = np.zeros_like(rest)
        if self.top_p < 1:
            # Summed from the least likely up, as the library does it, so that rounding decides a tie in the same way.
            mass = np.cumsum(weights[..., ::-1], axis=-1)[..., ::-1] + rest
            kept = mass / mass[..., :1] > 1.0 - self.top_p
            kept[..., 0] = True
            weights = np.where(kept, weights, 0.0)
            rest = np.where(kept[..., -1:], rest, 0.0)
        result: NDArray[np.float64] = weights / (weights.sum(axis=-1, keepdims=True) + rest)
        return result

    def weight(self, logits: ArrayLike) -> NDArray[np.float64]:
        """[..., V] -> [...]: sum exp((l - max l) / temperature), what `ranked` counts `outside` in; 1 at temperature 0."""
        weights = np.array(logits, dtype=np.float64)
        if self.temperature == 0:
            return np.ones(weights.shape[:-1])
        with np.errstate(over="ignore", invalid="ignore"):  # what is not finite is for `ranked` to refuse
            weights -= weights.max(axis=-1, keepdims=True)
            weights /= self.temperature  # in place: a batch of a large vocabulary is many megabytes
            np.exp(weights, out=weights)
        result: NDArray[np.float64] = weights.sum(axis=-1)
        return result


def descending(logits: ArrayLike) -> NDArray[np.int64]:
    """[..., V] -> [..., V]: the positions of the logits from highest to lowest, of equals the lower position first."""
    values = np.asarray(logits)
    if values.dtype != np.float32:
        return np.argsort(-values, axis=-1, kind="stable")
    # The bits of a float, read as an integer, sort as the float does once those of a negative one are turned round. With
    # the position in the lower half there are no ties left, and the plain sort is more than twice as fast as a stable one.
    bits = (-values + np.float32(0)).view(np.int32)  # + 0: one zero, not two
    keys = np.where(bits < 0, bits ^ 0x7FFFFFFF, bits).astype(np.int64) << 32
    keys |= np.arange(values.shape[-1])
    keys.sort(axis=-1)
    keys &= 0xFFFFFFFF
    return keys
