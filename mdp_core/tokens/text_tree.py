"""The tree of a language model's texts, walked where it is likely: every text of at least a given probability, once.

Such a model's state is the whole text, so no two prefixes can be taken as one. They are read a batch at a time, and what is
left out is known exactly: its probability.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from mdp_core.tokens.language_model import Continuations, LanguageModel

ROWS = 256  # prefixes that are read at once


@dataclass(frozen=True, eq=False)
class EndedTexts:
    """n texts that end after the same number of tokens, with an end token or at the limit."""

    tokens: NDArray[np.int64]  # [n, t], what is written after the prefix
    log_probabilities: NDArray[np.float64]  # [n, t], log pi of each token
    probabilities: NDArray[np.float64]  # [n], of the texts


class TextWalk:
    """One walk, depth first, over the texts of at most `limit` tokens after `prefix` with a probability in [least, below).

    `log_pi` turns logits, [N, V], into the log-probabilities of the next token.
    """

    def __init__(
        self,
        model: LanguageModel,
        prefix: tuple[int, ...],
        limit: int,
        log_pi: Callable[[torch.Tensor], NDArray[np.float64]],
        *,
        least: float,
        below: float = np.inf,
    ) -> None:
        self.model, self.prefix, self.limit, self.log_pi = model, prefix, limit, log_pi
        self.least, self.below = least, below
        self.prefixes = 0  # read so far
        self.rest = 0.0  # the probability of the texts below `least` that were met so far
        self.ends = np.zeros(model.vocabulary_size, dtype=np.bool_)
        self.ends[list(model.end_tokens)] = True

    def texts(self) -> Iterator[EndedTexts]:
        """The texts, a part for every batch of prefixes that is read; a part may have none."""
        root = self.model.continuations(self.prefix, 1, self.limit)
        # Of every batch of prefixes: what they were read with, which row each goes on from, its tokens, their log pi.
        waiting: list[tuple[Continuations, NDArray[np.int64] | None, NDArray[np.int64], NDArray[np.float64]]] = [
            (root, None, np.empty((1, 0), dtype=np.int64), np.empty((1, 0)))
        ]
        while waiting:
            batch, from_rows, written, path = waiting.pop()
            if from_rows is not None:
                batch = batch.branch(torch.from_numpy(from_rows))
                batch.append(torch.from_numpy(written[:, -1]))
            self.prefixes += len(written)
            step = self.log_pi(batch.logits)
            p = np.exp(path.sum(axis=1, keepdims=True) + step)
            likely = p >= self.least
            self.rest += float(p[~likely].sum())
            over = likely & self.ends if written.shape[1] + 1 < self.limit else likely

            ended = over & (p < self.below)
            _, tokens, paths = _longer(written, path, step, ended)
            yield EndedTexts(tokens, paths, p[ended])
            rows, tokens, paths = _longer(written, path, step, likely & ~over)
            for part in (slice(i, i + ROWS) for i in range(0, len(rows), ROWS)):
                waiting.append((batch, rows[part], tokens[part], paths[part]))


def _longer(
    written: NDArray[np.int64], path: NDArray[np.float64], step: NDArray[np.float64], chosen: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """The prefixes with the tokens that `chosen` [N, V] says: the row of each, its tokens, their log pi."""
    row, token = np.nonzero(chosen)
    return row, np.column_stack([written[row], token]), np.column_stack([path[row], step[row, token]])


def tempered(logits: torch.Tensor, temperature: float) -> NDArray[np.float64]:
    """[N, V] -> [N, V]: log pi of the next token where nothing is cut off, of logits over a temperature above 0."""
    values = logits.numpy().astype(np.float64)  # numpy: torch's threads wait for each other on a busy machine
    values -= values.max(axis=1, keepdims=True)
    values /= temperature
    values -= np.log(np.exp(values).sum(axis=1, keepdims=True))
    return values
