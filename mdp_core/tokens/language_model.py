"""A causal language model of `transformers`, as text in, numbers out."""

from __future__ import annotations

import inspect
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from transformers.cache_utils import DynamicCache, DynamicLayer, DynamicSlidingWindowLayer

from mdp_core.tokens.device import CPU, Device, DeviceFullError, back, is_full
from mdp_core.tokens.lane import Lane
from mdp_core.tokens.linear import freeze
from mdp_core.tokens.prefix_cache import KeyValues, PrefixCache, branched, chosen, growing_cache, key_values
from mdp_core.tokens.prompts import LongPromptError
from mdp_core.tokens.recording import Growing, Recordings, as_graph
from mdp_core.tokens.rounding import Rounding
from mdp_core.tokens.sampling import descending
from mdp_core.tokens.wording import Wording

T = TypeVar("T")

KEPT_TOKENS = 4096  # of which keys and values are kept; for SmolLM2-135M (46 KB a token) 190 MB at most
SMALL = 5_000_000  # parameters; a model below is fastest on one core
SLOW = 5_000_000  # parameters; a model that has more takes so long that a visitor wants to see its texts grow
NICE = 10  # a larger one takes a tenth of a core that a click wants too, and all of it in between
KEPT_LOGITS = 64 * 2**20  # bytes of answers kept: 170 states of SmolLM2's 49,152 tokens, their ranking included


@dataclass
class _Answer:
    logits: NDArray[np.float32]  # [V]
    ranking: NDArray[np.int32] | None = None  # [V], made when it is first asked for


class LanguageModel:
    """A causal LM and its tokenizer, in evaluation mode, on its device. What it answers is on the CPU, in float32.

    A state is a tuple of token ids. Asking for the logits of a state whose beginning was asked for before costs a forward
    pass of the tokens behind it only: one more token one token's pass, and so does another token after any earlier
    prefix. Bounds: keys and values of at most KEPT_TOKENS tokens, logits of at most KEPT_LOGITS bytes, the least recently
    used dropped first. A model whose memory cannot be cut back to a prefix (a recurrent one) reads every state anew.

    Safe to use from several threads: forward passes go through one lane, first come, first served. How a state was come
    by (read at once, or token by token) moves its logits by rounding only: about 1e-5 in float32, 0.1 in bfloat16.
    """

    rounding: Rounding | None = (
        None  # of a model whose weights were rounded for writing: no gradient flows through them
    )

    def __init__(self, model: Any, tokenizer: Any, name: str, id: str, device: Device = CPU) -> None:
        """`model` is a transformers causal LM and becomes this object's own, on `device`; `name` is for the screen, `id` for
        caches."""
        self.device = device
        device.hold(model)
        self.model = model.eval()
        small = model.num_parameters() < SMALL
        self.tokenizer = tokenizer
        self.name, self.id = name, id
        config = model.config.get_text_config()
        self.vocabulary_size = int(config.vocab_size)
        self.window = _window(config, tokenizer)
        self.wording = Wording(tokenizer, name, self.window)
        self.end_tokens: frozenset[int] = _end_tokens(model, tokenizer)
        self.remembers = remembers(model)  # its keys and values can be kept by prefix
        accepts = inspect.signature(model.forward).parameters
        self._last_only = {"logits_to_keep": 1} if "logits_to_keep" in accepts else {}
        # Whoever only tells a GPU what to do does not keep others from their core.
        self._lane = Lane(cores=1) if small else Lane(niceness=NICE if device.is_cpu else 0)
        if not small:  # the small have other costs
            self.in_lane(lambda: freeze(self.model, torch.zeros(1, 1, dtype=torch.long)))
        recordable = device.name == "cuda" and sees_all(model)
        self._recordings = Recordings(as_graph if recordable else None, device.far)
        self._books = threading.Lock()  # of the answers; the prefixes are touched in the lane only
        self._prefixes = PrefixCache(KEPT_TOKENS)
        self._answers: OrderedDict[tuple[int, ...], _Answer] = OrderedDict()

    @cached_property
    def is_slow(self) -> bool:
        """True for a model whose texts take so long that a visitor wants to see them grow: by its number of parameters."""
        return bool(sum(weights.numel() for weights in self.model.parameters()) > SLOW)

    @property
    def start(self) -> tuple[int, ...]:
        """The special tokens that every text of this model begins with."""
        return self.wording.start

    @property
    def longest_piece(self) -> int:
        """More characters than a token adds to a text: a word, or bytes that its name spells with a character each or more,
        and a blank before it.
        """
        return 1 + self.wording.longest

    @cached_property
    def unused(self) -> int:
        """How many of the network's outputs are no token: many vocabularies are filled up to a round number."""
        known = {i for i in self.tokenizer.get_vocab().values() if i < self.vocabulary_size}
        return self.vocabulary_size - len(known)

    # Text, in the words of `wording`

    def encode(self, prompt: str) -> tuple[int, ...]:
        """The token ids that the model goes on from. Raises a PromptError; see `Wording.encode`."""
        return self.wording.encode(prompt)

    def decode(self, ids: Sequence[int]) -> str:
        """The text as a visitor reads it: without special tokens; � for bytes that are no character yet."""
        return self.wording.decode(ids)

    def pieces(self, ids: Sequence[int]) -> list[str]:
        """What each token adds to `decode(ids)`; they join to it. See `mdp_core.tokens.pieces` for split characters."""
        return self.wording.pieces(ids)

    def piece(self, token: int) -> str:
        """A token on its own: its text, � for a part of a character, its name for a special one, such as <|im_end|>."""
        return self.wording.piece(token)

    def named(self, token: int) -> str:
        """A token as it is named on the screen, so that no two look the same. See `Wording.named`."""
        return self.wording.named(token)

    # Numbers

    def logits(self, ids: Sequence[int]) -> NDArray[np.float32]:
        """[V], the logits of the token after `ids`; read-only.

        Raises ValueError if `ids` is empty, longer than the window, or has an id that is no token.
        """
        return self._answer(tuple(ids)).logits

    def ranking(self, ids: Sequence[int]) -> NDArray[np.int32]:
        """[V], all tokens after `ids`, the most likely first, of equals the lower id first; read-only. Raises as above."""
        answer = self._answer(tuple(ids))
        if answer.ranking is None:
            ranking = descending(answer.logits).astype(np.int32)
            ranking.setflags(write=False)
            answer.ranking = ranking
        return answer.ranking

    def continuations(self, ids: Sequence[int], rows: int, max_tokens: int) -> Continuations:
        """`rows` texts that begin with `ids` and grow side by side by at most `max_tokens`. Raises as `logits` does."""
        state = tuple(ids)
        self._check(state)

        def begin() -> Continuations:
            logits, layers = self._read(state)
            cache = growing_cache(layers, rows, len(state) + max_tokens) if self.remembers else None
            return Continuations(self, torch.tensor(state).repeat(rows, 1), logits.repeat(rows, 1), cache)

        return self.in_lane(begin)

    def continuations_of(self, prompts: NDArray[np.int64], max_tokens: int) -> Continuations:
        """Texts that grow side by side by at most `max_tokens`, from `prompts` [N, P]. Each different one is read once, and
        nothing of them is kept. Raises as `logits` does."""
        different, whose = np.unique(prompts, axis=0, return_inverse=True)
        for row in different:
            self._check(tuple(row.tolist()))
        rows = torch.from_numpy(whose.reshape(-1))

        def begin() -> Continuations:
            cache = DynamicCache() if self.remembers else None
            logits = self._pass(torch.from_numpy(different), cache)
            room = prompts.shape[1] + max_tokens
            grown = None
            if cache is not None:
                grown = growing_cache(chosen(key_values(cache), self.device.place(rows)), len(rows), room)
            return Continuations(self, torch.tensor(prompts), logits[rows], grown)

        return self.in_lane(begin)

    def recorded(self, texts: Growing, rows: int, room: int) -> Growing:
        """`texts`, of which nothing is written yet, by a recording of their step, where the device has such and it pays:
        `rows` of them, to grow to `room` tokens, the prompt included."""
        return self.in_lane(lambda: self._recordings.over(texts, rows, room, self._ask))

    def laid(self) -> AbstractContextManager[None]:
        """A context in which the network answers as this model does. Only in the lane."""
        return nullcontext()

    def forget(self) -> None:
        """Drop everything that is kept; to be called when the model's weights have changed."""
        self.in_lane(self._prefixes.clear)
        with self._books:
            self._answers.clear()

    def in_lane(self, work: Callable[[], T]) -> T:
        """What `work()` returns, done in this model's own thread when its turn has come: where tensors are cheapest.

        Raises DeviceFullError where the memory of its device did not suffice. What is kept of texts is dropped then, so that
        there is room for the next.
        """
        try:
            return self._lane.run(work)
        except (RuntimeError, MemoryError) as error:
            if not is_full(error):
                raise
        # Here the error is gone, and with it the tensors that its frames held.
        self._lane.run(self._make_room)
        raise DeviceFullError(self.device)

    def _make_room(self) -> None:
        self._prefixes.clear()
        self._recordings.clear()
        self.device.give_back()

    def _answer(self, ids: tuple[int, ...]) -> _Answer:
        self._check(ids)
        return self._known(ids) or self.in_lane(lambda: self._work_out(ids))

    def _work_out(self, ids: tuple[int, ...]) -> _Answer:
        known = self._known(ids)  # somebody may have asked the same while this one waited
        if known is not None:
            return known
        logits = self._read(ids)[0].numpy()
        logits.setflags(write=False)
        return self._keep(ids, _Answer(logits))

    def _check(self, ids: tuple[int, ...]) -> None:
        if not ids:
            raise ValueError("a text needs at least one token before the model can go on")
        if len(ids) > self.window:
            raise LongPromptError(len(ids), self.window, "tokens")
        if min(ids) < 0 or max(ids) >= self.vocabulary_size:
            raise ValueError(f"token ids go from 0 to {self.vocabulary_size - 1}")

    def _known(self, ids: tuple[int, ...]) -> _Answer | None:
        with self._books:
            if ids in self._answers:
                self._answers.move_to_end(ids)
            return self._answers.get(ids)

    def _keep(self, ids: tuple[int, ...], answer: _Answer) -> _Answer:
        with self._books:
            self._answers[ids] = answer
            most = max(KEPT_LOGITS // (8 * self.vocabulary_size), 1)  # four bytes a logit, four a rank
            while len(self._answers) > most:
                self._answers.popitem(last=False)
        return answer

    def _read(self, ids: tuple[int, ...]) -> tuple[torch.Tensor, KeyValues]:
        """([V], keys and values): a forward pass of what the kept prefixes do not have. Only in the lane."""
        if not self.remembers:
            return self._pass(torch.tensor([ids]), None)[0], ()
        # The last token is read in any case: the keys and values are kept of it, and what it answered is not.
        known, cache = self._prefixes.longest(ids[:-1])
        logits = self._pass(torch.tensor([ids[known:]]), cache)
        self._prefixes.add(ids, cache)
        return logits[0], key_values(cache)

    @torch.inference_mode()
    def _pass(self, tokens: torch.Tensor, cache: DynamicCache | None) -> torch.Tensor:
        """[B, L] -> [B, V] after the last token. Only in the lane."""
        ids = self.device.place(tokens)
        return back(self._ask(input_ids=ids, past_key_values=cache, use_cache=cache is not None).clone())

    def _ask(self, **inputs: Any) -> torch.Tensor:
        """[B, V] after the last token, on the device. Only in the lane."""
        with self.laid():
            answer = self.model(**inputs, return_dict=True, **self._last_only)
        result: torch.Tensor = answer.logits[:, -1]
        return result


class Continuations:
    """Several texts of one model that grow side by side, one token each at a time. The lane is free between two calls."""

    def __init__(
        self, model: LanguageModel, ids: torch.Tensor, logits: torch.Tensor, cache: DynamicCache | None
    ) -> None:
        self._model = model
        self.ids = ids  # [N, L]
        self.logits = logits  # [N, V], of each text's next token
        self._cache = cache

    def append(self, tokens: torch.Tensor) -> None:
        """Add `tokens` [N] to the texts, and read on."""

        def read() -> None:
            self.ids = torch.cat([self.ids, tokens[:, None]], dim=1)
            new = self.ids if self._cache is None else tokens[:, None]
            self.logits = self._model._pass(new, self._cache)

        self._model.in_lane(read)

    def read(self) -> KeyValues:
        """The keys and values of what is read; none where the model has no such memory."""
        return () if self._cache is None else key_values(self._cache)

    def close(self) -> None:
        """Nothing more is written: for those that have borrowed something."""

    def branch(self, rows: torch.Tensor) -> Continuations:
        """Other texts that begin with these rows, each as often as it is named; these stay as they are."""

        @torch.inference_mode()
        def chosen() -> Continuations:
            cache = None if self._cache is None else branched(self._cache, self._model.device.place(rows))
            return Continuations(self._model, self.ids[rows], self.logits[rows], cache)

        return self._model.in_lane(chosen)

    def keep(self, rows: torch.Tensor) -> None:
        """Go on with these rows only."""

        @torch.inference_mode()
        def cut() -> None:
            self.ids, self.logits = self.ids[rows], self.logits[rows]
            if self._cache is not None:
                self._cache.batch_select_indices(self._model.device.place(rows))

        self._model.in_lane(cut)


def _window(config: Any, tokenizer: Any) -> int:
    """The most tokens that the model can look at; 1024 where it does not say."""
    names = ("max_position_embeddings", "n_positions", "max_seq_len", "seq_length", "n_ctx")
    model = next((getattr(config, name) for name in names if getattr(config, name, None)), 1024)
    return min(int(model), int(tokenizer.model_max_length))


def _end_tokens(model: Any, tokenizer: Any) -> frozenset[int]:
    """What the model's own generation stops at; the tokenizer's end token where it does not say."""
    generation = getattr(model, "generation_config", None)
    configured = getattr(generation, "eos_token_id", None)
    if configured is None:
        configured = tokenizer.eos_token_id
    if configured is None:
        return frozenset()
    return frozenset(configured) if isinstance(configured, (list, tuple)) else frozenset({int(configured)})


def remembers(model: Any) -> bool:
    """Whether the model keeps nothing but keys and values, which can be cut back to any prefix."""
    if getattr(model, "_is_stateful", False):
        return False
    layers = DynamicCache(config=model.config).layers
    return all(type(layer) in (DynamicLayer, DynamicSlidingWindowLayer) for layer in layers)


def sees_all(model: Any) -> bool:
    """Whether every layer of the model looks at the whole text, by keys and values."""
    return remembers(model) and all(type(layer) is DynamicLayer for layer in DynamicCache(config=model.config).layers)
