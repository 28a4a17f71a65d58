"""Texts that a server writes: one after the other, a question a token, each by its own recorded uniforms."""

from __future__ import annotations

from collections.abc import Generator, Sequence

import numpy as np
from numpy.typing import NDArray

from mdp_core.tokens.generation import Texts, repeated
from mdp_core.tokens.sampling import Sampling
from mdp_core.tokens.served.model import ServedModel
from mdp_core.tokens.served.policy import ServedPolicy


def write_by_token(
    model: ServedModel, prompt: Sequence[int], uniforms: NDArray[np.float64], sampling: Sampling
) -> Generator[None, None, Texts]:
    """N texts of at most T tokens; `uniforms` [N, T]. Stops after every token, returns the texts. Raises ServerError.

    One text after the other: a server that remembers the beginning of the last one reads a token a question.
    """
    N, T = uniforms.shape
    tokens, log_probabilities = np.full((N, T), -1, dtype=np.int64), np.zeros((N, T))
    policy = ServedPolicy(model, sampling)
    for n in range(N):
        state = tuple(prompt)
        for t in range(T):
            distribution = policy(state)
            token = distribution.sample(float(uniforms[n, t]))
            tokens[n, t], log_probabilities[n, t] = token, np.log(distribution.probability(token))
            yield
            if token in model.end_tokens:
                break
            state = (*state, token)
    lengths = (tokens >= 0).sum(axis=1)
    last = tokens[np.arange(N), lengths - 1]
    return Texts(
        repeated(prompt, len(tokens)), tokens, log_probabilities, lengths, np.isin(last, list(model.end_tokens))
    )
