"""Many texts at once: sampled side by side, from one prompt or from many, each by its own recorded uniforms."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray

from mdp_core.distribution import fallen, upper_edges
from mdp_core.tokens.language_model import LanguageModel
from mdp_core.tokens.prompts import LongPromptError
from mdp_core.tokens.sampling import Sampling, descending

ROWS = 256  # texts that are read at once, at most; more of them take turns, so that memory stays bounded
LOGITS = 2**22  # of all texts that are read at once: 85 texts of SmolLM2's 49,152 tokens
_HEADS = (256, 4096)  # how far the ranking of a larger vocabulary is looked at before all of it is sorted


@dataclass(frozen=True, eq=False)
class Texts:
    """N texts of at most T tokens after prompts of at most P tokens. Before a shorter prompt and behind the end of a text:
    token -1, log-probability 0."""

    prompts: NDArray[np.int64]  # [N, P], what each of them goes on from
    tokens: NDArray[np.int64]  # [N, T], the end token included where a text has one
    log_probabilities: NDArray[np.float64]  # [N, T], log pi(a_t | s_t) under the sampling that drew them
    lengths: NDArray[np.int64]  # [N], tokens written, 1..T
    terminated: NDArray[np.bool_]  # [N], ended with an end token; else the length limit ended it

    def __len__(self) -> int:
        return len(self.tokens)

    @cached_property
    def one_prompt(self) -> bool:
        """Whether all of them go on from the same."""
        return not (self.prompts != self.prompts[:1]).any()

    @cached_property
    def prompt_lengths(self) -> NDArray[np.int64]:
        """[N], tokens of each prompt."""
        return lengths_of(self.prompts)

    def prompt(self, i: int) -> tuple[int, ...]:
        """What text `i` goes on from."""
        return tuple(self.prompts[i, self.prompts.shape[1] - self.prompt_lengths[i] :].tolist())

    def ids(self, i: int) -> tuple[int, ...]:
        """Text `i` as a state: its prompt and what was written."""
        return (*self.prompt(i), *self.tokens[i, : self.lengths[i]].tolist())

    def __iter__(self) -> Iterator[tuple[int, ...]]:
        return (self.ids(i) for i in range(len(self)))


def repeated(prompt: Sequence[int], rows: int) -> NDArray[np.int64]:
    """[P] -> [rows, P], the same prompt for every text, without a copy."""
    return np.broadcast_to(np.array(prompt, dtype=np.int64), (rows, len(prompt)))


def side_by_side(prompts: Sequence[Sequence[int]]) -> NDArray[np.int64]:
    """Prompts of whatever lengths -> [N, P], -1 before those that are shorter than the longest."""
    longest = max(map(len, prompts))
    return np.array([[*[-1] * (longest - len(prompt)), *prompt] for prompt in prompts], dtype=np.int64)


def lengths_of(prompts: NDArray[np.int64]) -> NDArray[np.int64]:
    """[N, P] -> [N], the tokens of each prompt."""
    lengths: NDArray[np.int64] = (prompts >= 0).sum(axis=1)
    return lengths


def generate(model: LanguageModel, prompt: ArrayLike, uniforms: ArrayLike, sampling: Sampling | None = None) -> Texts:
    """Write N texts of at most T tokens after `prompt`, [P] for all or [N, P], one for each, -1 before a shorter one.

    `uniforms` [N, T] in [0, 1) draws token t of text n with u[n, t].

    The draw inverts the cumulative distribution in the order of `LMPolicy`, so that a row is the text that the loop
    writes with the same uniforms, but for a draw that falls within float32 rounding (about 1e-5) of an edge. Texts are
    cut at the model's window. Raises ValueError for uniforms or prompts that are not such arrays, and what
    `LanguageModel.logits` raises.
    """
    writing = generate_by_token(model, prompt, uniforms, sampling)
    while True:
        try:
            next(writing)
        except StopIteration as end:
            texts: Texts = end.value
            return texts


def generate_by_token(
    model: LanguageModel, prompt: ArrayLike, uniforms: ArrayLike, sampling: Sampling | None = None
) -> Generator[None, None, Texts]:
    """`generate` with a stop after every token of the texts that are read at once, so that nobody is kept waiting.

    Returns the texts. Raises what `generate` raises, at the first stop.
    """
    u = np.asarray(uniforms, dtype=np.float64)
    if u.ndim != 2 or not u.size or not ((u >= 0) & (u < 1)).all():
        raise ValueError("uniforms must be [N, T], N and T at least 1, each in [0, 1)")
    given = np.asarray(prompt, dtype=np.int64)
    prompts = repeated(given.tolist(), len(u)) if given.ndim == 1 else given
    if prompts.ndim != 2 or len(prompts) != len(u):
        raise ValueError("a prompt must be [P], or [N, P] with a row for every text")
    if (np.diff(prompts >= 0, axis=1).sum(axis=1) > (prompts[:, :1] < 0).sum(axis=1)).any():
        raise ValueError("-1 stands before a prompt only")
    P = lengths_of(prompts)
    room = model.window - P
    if (room < 1).any():
        raise LongPromptError(int(P.max()), model.window - 1, "tokens")
    T = min(u.shape[1], int(room.max()))
    tokens, log_probabilities = np.full((len(u), T), -1), np.zeros((len(u), T))
    most = max(min(ROWS, LOGITS // model.vocabulary_size), 1)
    for length in np.unique(P):  # prompts of one length are read at once
        alike = np.flatnonzero(length == P)
        for n in range(0, len(alike), most):
            rows, t = alike[n : n + most], min(T, int(model.window - length))
            begun = prompts[rows, prompts.shape[1] - length :]
            written = yield from _generate(model, begun, u[rows, :t], sampling or Sampling())
            tokens[rows, :t], log_probabilities[rows, :t] = written
    lengths = (tokens >= 0).sum(axis=1)
    last = tokens[np.arange(len(tokens)), lengths - 1]
    return Texts(prompts, tokens, log_probabilities, lengths, np.isin(last, list(model.end_tokens)))


def _generate(
    model: LanguageModel, prompts: NDArray[np.int64], u: NDArray[np.float64], sampling: Sampling
) -> Generator[None, None, tuple[NDArray[np.int64], NDArray[np.float64]]]:
    N, T = u.shape
    tokens, log_probabilities = np.full((N, T), -1), np.zeros((N, T))
    ends = list(model.end_tokens)
    going = np.arange(N)
    one = not (prompts != prompts[:1]).any()
    begun = model.continuations(prompts[0].tolist(), N, T) if one else model.continuations_of(prompts, T)
    texts = model.recorded(begun, N, prompts.shape[1] + T)
    t = 0

    def step() -> bool:
        """Draw token t of every text and read on; False when all texts have ended."""
        nonlocal going, t
        drawn, log_probability = draw(texts.logits, u[going, t], sampling)
        tokens[going, t], log_probabilities[going, t] = drawn, log_probability
        goes_on = ~np.isin(drawn, ends)
        if t == T - 1 or not goes_on.any():
            return False
        if not goes_on.all():
            going, drawn = going[goes_on], drawn[goes_on]
            texts.keep(torch.from_numpy(np.flatnonzero(goes_on)))
        texts.append(torch.from_numpy(drawn))
        t += 1
        return True

    try:
        while model.in_lane(step):  # a turn for every step, so that others come between
            yield
    finally:
        texts.close()
    return tokens, log_probabilities


def draw(
    logits: torch.Tensor, u: NDArray[np.float64], sampling: Sampling
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """[N, V], [N] -> [N] tokens, [N] log-probabilities: the tokens on which the uniforms fall, the most likely one first.

    Looks at the head of the ranking, where nearly every draw falls, and sorts the vocabulary only for the rows where it
    does not.
    """
    N, V = logits.shape
    tokens, log_probabilities = np.empty(N, dtype=np.int64), np.zeros(N)
    rows = np.arange(N)
    heads = [K for K in _HEADS if sampling.top_k < K < V] if _HEADS[-1] < V else []
    weight = _weight(logits, sampling.temperature) if heads and not sampling.top_k else np.zeros(N)
    for K in (*heads, V):
        ids, values = _head(logits if len(rows) == N else logits[rows], K)
        p = sampling.ranked(values, np.maximum(weight[rows] - sampling.weight(values), 0.0) if K < V else 0.0)
        landed = fallen(np.cumsum(p, axis=1) if K < V else upper_edges(p), u[rows])
        if K < V:
            # Tokens that tie with the last of the head may belong behind tokens outside of it.
            known = (values > values[:, -1:]).sum(axis=1)
            sure = landed < known
            if sampling.top_k:
                sure &= values[:, sampling.top_k - 1] > values[:, -1]
            if sampling.top_p < 1:
                sure &= p[:, -1] == 0
        else:
            sure = np.ones(len(rows), dtype=bool)
        settled = np.flatnonzero(sure)
        tokens[rows[settled]] = ids[settled, landed[settled]]
        log_probabilities[rows[settled]] = np.log(p[settled, landed[settled]])
        rows = rows[~sure]
        if not len(rows):
            break
    return tokens, log_probabilities


def _weight(logits: torch.Tensor, temperature: float) -> NDArray[np.float64]:
    """[N, V] -> [N], `Sampling.weight` on all cores of the lane: a quarter of the time where the vocabulary is large."""
    if temperature == 0:
        return np.ones(len(logits))
    weights = logits.double()
    weights -= weights.amax(dim=1, keepdim=True)
    if temperature != 1:
        weights /= temperature
    result: NDArray[np.float64] = weights.exp_().sum(dim=1).numpy()
    return result


def _head(logits: torch.Tensor, K: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """[N, V] -> the ids [N, K] and logits [N, K] of the K most likely tokens in the order of the ranking."""
    values = logits.numpy()
    if logits.shape[1] == K:
        ids = descending(values)
    else:
        ids = np.sort(torch.topk(logits, K, dim=1, sorted=False).indices.numpy(), axis=1)
        ids = np.take_along_axis(ids, descending(np.take_along_axis(values, ids, axis=1)), axis=1)
    return ids, np.take_along_axis(values, ids, axis=1)
