"""Reading finished texts: all next-token distributions of a text by one forward pass (teacher forcing).

Everything here goes through a network, so it is called in the lane of its model, a few texts at a time.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from functools import lru_cache, partial
from math import ceil
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from transformers.cache_utils import DynamicCache

from mdp_core.rlhf.adapters import Adapter
from mdp_core.rlhf.logits import entropy, token_logp
from mdp_core.tokens.device import back
from mdp_core.tokens.generation import Texts
from mdp_core.tokens.language_model import LanguageModel, remembers
from mdp_core.tokens.prefix_cache import cache_of, key_values

# How much is read in one go, so that memory is bounded and somebody else's click comes between two parts: on SmolLM2 twenty
# texts of sixteen tokens, about half a second of two cores, and a little more for the backward pass. Half of that at a time
# would take a third longer in all.
TOKENS = 4096
LOGITS = 2**24
# A prompt is read once for all texts of a part where that saves more tokens than these: they pay for one more pass.
SHARED = 256


def rows_at_once(model: LanguageModel, texts: Texts) -> Iterator[slice]:
    """The texts in parts small enough for memory and for the others who wait for the lane."""
    N, T = texts.tokens.shape
    longest, least = int(texts.prompt_lengths.max()), int(texts.prompt_lengths.min())
    logits, tokens = (model.device.breadth * most for most in (LOGITS, TOKENS))
    most = max(min(logits // ((longest - least + T) * model.vocabulary_size), tokens // (longest + T)), 1)
    rows = ceil(N / ceil(N / most))  # parts of about the same size
    return (slice(n, n + rows) for n in range(0, N, rows))


def mask_of(texts: Texts) -> Tensor:
    """[N, T], true on the tokens that were written, the end token included."""
    return torch.from_numpy(texts.tokens >= 0)


def text_logits(network: nn.Module, texts: Texts, rows: slice, *, temperature: float = 1.0) -> Tensor:
    """[n, T, V], the logits over temperature that token t of each text was drawn from; behind its end they mean nothing.

    They stay on the network's device, for there are many of them; `drawn_logp` and `entropies` bring back what they say.
    """
    before = texts.prompts.shape[1] - 1  # the prompt's last token is read with each text
    if (len(texts.tokens[rows]) - 1) * before <= SHARED or not texts.one_prompt or not remembers(network):
        return separate_logits(network, texts, rows, temperature=temperature)
    ids, _ = _ids(texts, rows)
    cache = DynamicCache()
    _answer(network, ids[:1, :before], 1, temperature, cache)
    spread = tuple((_repeated(keys, len(ids)), _repeated(values, len(ids))) for keys, values in key_values(cache))
    return _answer(network, ids[:, before:-1], texts.tokens.shape[1], temperature, cache_of(spread))


def separate_logits(network: nn.Module, texts: Texts, rows: slice, *, temperature: float = 1.0) -> Tensor:
    """As `text_logits`, each text read from the first token of its prompt: for a network that differs from row to row."""
    ids, begun = _ids(texts, rows)
    last = ids.shape[1] - int(begun.min())
    return _written(_answer(network, ids[:, :-1], last, temperature, None), texts, rows)


def _repeated(state: Tensor | None, rows: int) -> Tensor | None:
    """[1, heads, L, size] -> [rows, heads, L, size], without a copy."""
    return None if state is None else state.expand(rows, -1, -1, -1)


def _answer(network: nn.Module, ids: Tensor, last: int, temperature: float, cache: DynamicCache | None) -> Tensor:
    """[n, L] -> [n, last, V], the logits over temperature after the last tokens; `cache` has the tokens before these, and
    then these too.
    """
    kept = {"logits_to_keep": last} if _keeps(type(network).forward) else {}
    ids = ids.to(next(network.parameters()).device)
    answer: Any = network(input_ids=ids, past_key_values=cache, use_cache=cache is not None, return_dict=True, **kept)
    logits: Tensor = answer.logits
    if logits.shape[1] > last:  # a cut of nothing would cost a copy on the way back
        logits = logits[:, -last:]
    return logits if temperature == 1 else logits / temperature


def logits_and_features(network: Any, texts: Texts, rows: slice, *, temperature: float = 1.0) -> tuple[Tensor, Tensor]:
    """[n, T, V] as `text_logits`, and [n, T, H], what the network's last layer makes them from: its last hidden state,
    on the CPU."""
    seen: list[Tensor] = []
    # The library can hand out hidden states too, but leaves hooks of its own on the shared network when it is asked to.
    hook = network.get_output_embeddings().register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0]))
    try:
        logits = text_logits(network, texts, rows, temperature=temperature)
    finally:
        hook.remove()
    return logits, back(_written(seen[-1], texts, rows))


def drawn_logp(logits: Tensor, texts: Texts, rows: slice) -> Tensor:
    """[n, T, V] -> [n, T]: log pi of the tokens that were written; 0 behind a text's end. On the CPU."""
    tokens = torch.from_numpy(texts.tokens[rows])
    logp = back(token_logp(logits, tokens.clamp(min=0).to(logits.device)))
    return torch.where(tokens >= 0, logp, 0.0)


def entropies(logits: Tensor) -> Tensor:
    """[n, T, V] -> [n, T], float64, the entropy of each distribution in nats. On the CPU."""
    return back(entropy(logits)).double()


def log_probabilities(
    model: LanguageModel, texts: Texts, adapter: Adapter | None = None, *, temperature: float = 1.0
) -> Tensor:
    """[N, T], float64, log pi of every written token under `model`, with the adapter on if one is given; 0 behind the end.

    `temperature` divides the logits; top-k and top-p are off: a policy that can be tuned gives every token a chance.
    """

    @torch.no_grad()
    def read(rows: slice) -> Tensor:
        with laid_over(model, adapter):
            return drawn_logp(text_logits(model.model, texts, rows, temperature=temperature), texts, rows)

    return torch.cat([model.in_lane(partial(read, rows)) for rows in rows_at_once(model, texts)]).double()


def mean_entropy(
    model: LanguageModel, texts: Texts, adapter: Adapter | None = None, *, temperature: float = 1.0
) -> float:
    """Nats: of the next token's distribution, the mean over the states that the texts passed through."""

    @torch.no_grad()
    def read(rows: slice) -> Tensor:
        with laid_over(model, adapter):
            return entropies(text_logits(model.model, texts, rows, temperature=temperature))

    mask = mask_of(texts)
    nats = torch.cat([model.in_lane(partial(read, rows)) for rows in rows_at_once(model, texts)])
    return float((nats * mask).sum() / mask.sum())


def laid_over(model: LanguageModel, adapter: Adapter | None) -> AbstractContextManager[None]:
    """A context in which the adapter is on, if there is one. Only in the lane."""
    return nullcontext() if adapter is None else adapter.on(model.device).over(model.model)


def _ids(texts: Texts, rows: slice) -> tuple[Tensor, Tensor]:
    """[n, P + T], prompt and text, and [n], how many of these are the prompt: P in the longest.

    Behind a text's end stands token 0: with attention to the left nothing sees it, and a shorter prompt is read as it is
    alone, at the same places.
    """
    lengths = texts.prompt_lengths[rows]
    P, T = int(lengths.max()), texts.tokens.shape[1]
    whole = np.concatenate([texts.prompts[rows][:, texts.prompts.shape[1] - P :], texts.tokens[rows]], axis=1)
    if (lengths < P).any():
        at = np.arange(P + T) + (P - lengths)[:, None]
        whole = np.where(at < P + T, np.take_along_axis(whole, at % (P + T), axis=1), -1)
        whole = whole[:, : int((lengths + texts.lengths[rows]).max())]  # no further than the window
    return torch.from_numpy(whole).clamp(min=0), torch.from_numpy(lengths)


def _written(states: Tensor, texts: Texts, rows: slice) -> Tensor:
    """[n, L, size], of the last tokens that were read -> [n, T, size], of the states that each text's were drawn from."""
    lengths, T = texts.prompt_lengths[rows], texts.tokens.shape[1]
    P, least = int(lengths.max()), int(lengths.min())
    if least == P:
        return states if states.shape[1] == T else states[:, -T:]  # a cut of nothing would cost a copy on the way back
    read = int((lengths + texts.lengths[rows]).max()) - 1
    at = torch.from_numpy(lengths[:, None] - 1 - (read - states.shape[1]) + np.arange(T)).clamp(max=states.shape[1] - 1)
    return states.gather(1, at.to(states.device)[..., None].expand(-1, -1, states.shape[2]))


@lru_cache
def _keeps(forward: Any) -> bool:
    return "logits_to_keep" in inspect.signature(forward).parameters
