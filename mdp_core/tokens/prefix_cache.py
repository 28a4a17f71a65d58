"""Keys and values of texts that were read before, found again by their common beginning."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from copy import copy
from typing import Any

import torch
from transformers.cache_utils import DynamicCache, DynamicLayer

KeyValues = tuple[tuple[torch.Tensor | None, torch.Tensor | None], ...]
# one pair a layer, each [texts, heads, tokens, head size]; None for a layer that keeps none of its own


class PrefixCache:
    """The keys and values of a few texts, at most `max_tokens` tokens of them together.

    What was used longest ago is dropped first; the text used last always stays, however long. Tensors are shared and
    never written to: a branch reads a shorter view of its parent's and makes its own, so neither harms the other.
    Not thread-safe: the lane of its model guards it.
    """

    def __init__(self, max_tokens: int) -> None:
        self.max_tokens = max_tokens
        self._texts: OrderedDict[tuple[int, ...], KeyValues] = OrderedDict()  # the one used last comes last

    def __len__(self) -> int:
        return len(self._texts)

    @property
    def tokens(self) -> int:
        """How many tokens are kept, all texts together."""
        return sum(map(len, self._texts))

    def longest(self, ids: Sequence[int]) -> tuple[int, DynamicCache]:
        """A cache that holds the longest known beginning of `ids`, and its length; empty and 0 if none is known."""
        ids = tuple(ids)
        best, source = 0, None
        for text in self._texts:
            n = _common(text, ids)
            if n > best:
                best, source = n, text
        if source is None:
            return 0, DynamicCache()
        self._texts.move_to_end(source)
        return best, cache_of(cropped(self._texts[source], best))

    def add(self, ids: Sequence[int], cache: DynamicCache) -> None:
        """Keep what `cache` holds of `ids`, in place of the beginnings of `ids` that were kept on their own."""
        ids = tuple(ids)
        for text in [text for text in self._texts if ids[: len(text)] == text]:
            del self._texts[text]
        if any(text[: len(ids)] == ids for text in self._texts):
            return  # a longer text has it already
        self._texts[ids] = key_values(cache)
        while len(self._texts) > 1 and self.tokens > self.max_tokens:
            self._texts.popitem(last=False)

    def clear(self) -> None:
        """Forget every text."""
        self._texts.clear()


class GrowingLayer(DynamicLayer):  # type: ignore[misc]
    """A cache layer that writes new tokens into room kept for them, where the library copies all of them every time."""

    def __init__(self, keys: torch.Tensor, values: torch.Tensor, rows: int, room: int) -> None:
        """`rows` texts that grow to `room` tokens and begin with those of `keys`, `values` [rows, heads, L, size], or all
        with the same one [1, heads, L, size]."""
        super().__init__()
        self.lazy_initialization(keys, values)
        self._rooms = tuple(t.new_empty(rows, t.shape[1], room, t.shape[3]) for t in (keys, values))  # a pair
        self._show(0)
        self.update(keys.expand(rows, -1, -1, -1), values.expand(rows, -1, -1, -1))

    def update(
        self, key_states: torch.Tensor, value_states: torch.Tensor, *args: Any, **kwargs: Any
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Write the new tokens behind the old ones; returns both, as views of the room."""
        before, new = self.keys.shape[-2], key_states.shape[-2]
        keys, values = self._rooms
        keys.narrow(2, before, new).copy_(key_states)
        values.narrow(2, before, new).copy_(value_states)
        self._show(before + new)
        return self.keys, self.values

    def batch_select_indices(self, indices: torch.Tensor) -> None:
        """Go on with these rows only."""
        tokens = self.keys.shape[-2]
        self._rooms = tuple(room[indices] for room in self._rooms)
        self._show(tokens)

    def branch(self, indices: torch.Tensor) -> GrowingLayer:
        """Another layer of these rows, each as often as it is named; this one stays as it is."""
        other = copy(self)
        other.batch_select_indices(indices)
        return other

    def _show(self, tokens: int) -> None:
        keys, values = self._rooms
        self.keys, self.values = keys.narrow(2, 0, tokens), values.narrow(2, 0, tokens)


def key_values(cache: DynamicCache) -> KeyValues:
    """The tensors of a cache."""
    return tuple((layer.keys, layer.values) for layer in cache.layers)


def cropped(layers: KeyValues, tokens: int) -> KeyValues:
    """Views of the first `tokens` tokens."""
    return tuple(
        (None, None) if keys is None or values is None else (keys[:, :, :tokens], values[:, :, :tokens])
        for keys, values in layers
    )


def chosen(layers: KeyValues, rows: torch.Tensor) -> KeyValues:
    """Copies of these texts' tensors, each as often as it is named."""
    return tuple(
        (None, None) if keys is None or values is None else (keys[rows], values[rows]) for keys, values in layers
    )


def cache_of(layers: KeyValues) -> DynamicCache:
    """A cache that begins with these tensors. The library grows it by making new ones, so they stay as they are."""
    cache = DynamicCache()
    for keys, values in layers:
        layer = DynamicLayer()
        if keys is not None:
            layer.lazy_initialization(keys, values)
            layer.keys, layer.values = keys, values
        cache.layers.append(layer)
    return cache


def growing_cache(layers: KeyValues, rows: int, room: int) -> DynamicCache:
    """A cache of `rows` texts that begin with those of `layers`, or all with its one, and grow to at most `room` tokens."""
    cache = DynamicCache()
    for keys, values in layers:
        if keys is None or values is None:
            cache.layers.append(DynamicLayer())
        else:
            cache.layers.append(GrowingLayer(keys, values, rows, room))
    return cache


def branched(cache: DynamicCache, rows: torch.Tensor) -> DynamicCache:
    """A growing cache of these rows of another, each as often as it is named; the other stays as it is."""
    result = DynamicCache()
    for layer in cache.layers:
        result.layers.append(layer.branch(rows) if isinstance(layer, GrowingLayer) else DynamicLayer())
    return result


def _common(a: tuple[int, ...], b: tuple[int, ...]) -> int:
    """The length of the common beginning."""
    n = min(len(a), len(b))
    if a[:n] == b[:n]:
        return n
    return next(i for i in range(n) if a[i] != b[i])
