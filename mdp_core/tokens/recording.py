"""Steps of writing that are recorded once and then replayed, where a GPU has them as one piece (a CUDA graph).

A step of one token is a thousand small operations, and to ask a GPU for them one by one takes about ten times as long as
they do. A recording asks once. It has fixed places: a number of texts, and room for a number of tokens; what is not written
yet is masked. It answers as the ordinary step does, up to rounding, which is looked at when it is made; where it does not,
or cannot be recorded, the ordinary step goes on.
"""

from __future__ import annotations

import threading
from collections import Counter, OrderedDict
from collections.abc import Callable
from typing import Any, Protocol

import torch
from torch import Tensor
from transformers.cache_utils import DynamicCache, DynamicLayer

from mdp_core.tokens.device import back
from mdp_core.tokens.prefix_cache import KeyValues

Step = Callable[[], Tensor]  # the logits of what lies in its places
Ask = Callable[..., Tensor]  # a network's logits of the last token, [N, V], by the names of its inputs

KEPT = 2  # recordings of one model


class Growing(Protocol):
    """Texts that grow side by side, as `LanguageModel.continuations` begins them."""

    logits: Tensor  # [N, V], of each text's next token

    def append(self, tokens: Tensor) -> None:
        """Add `tokens` [N] to the texts, and read on."""
        ...

    def keep(self, rows: Tensor) -> None:
        """Go on with these rows only."""
        ...

    def read(self) -> KeyValues:
        """The keys and values of what is read; none where the model has no such memory."""
        ...

    def close(self) -> None:
        """Nothing more is written: for those that have borrowed something."""
        ...


class FixedLayer(DynamicLayer):  # type: ignore[misc]
    """A cache layer that always has all of its room, and writes at `place` [1]."""

    def __init__(self, keys: Tensor, values: Tensor, rows: int, room: int, place: Tensor) -> None:
        """Of `rows` texts, for tensors like `keys` and `values` [..., heads, L, size]."""
        super().__init__()
        self.lazy_initialization(keys, values)
        # Zeros: what is masked counts nothing, but nothing times what is no number is no number.
        self.keys, self.values = (t.new_zeros(rows, t.shape[1], room, t.shape[3]) for t in (keys, values))
        self._place = place

    def update(self, key_states: Tensor, value_states: Tensor, *args: Any, **kwargs: Any) -> tuple[Tensor, Tensor]:
        """Write one token of each text; returns all of the room."""
        self.keys.index_copy_(2, self._place, key_states)
        self.values.index_copy_(2, self._place, value_states)
        return self.keys, self.values


class Recording:
    """The step of `rows` texts with room for `room` tokens. Only in the lane."""

    @torch.inference_mode()
    def __init__(self, like: KeyValues, rows: int, room: int, capture: Callable[[Step], Step]) -> None:
        """`like` are keys and values of the model; `capture` records a step that was made with what lies in its places."""
        keys = like[0][0]
        assert keys is not None
        self._capture = capture
        self._replay: Step | None = None
        self.checked = False  # whether it has answered as the ordinary step does
        self._tokens = torch.zeros(rows, 1, dtype=torch.long, device=keys.device)
        self._place = torch.zeros(1, dtype=torch.long, device=keys.device)
        self._mask = keys.new_zeros(1, 1, 1, room)
        self._cache = DynamicCache()
        for k, v in like:
            assert k is not None
            assert v is not None
            self._cache.layers.append(FixedLayer(k, v, rows, room, self._place))

    @torch.inference_mode()
    def begin(self, layers: KeyValues) -> int:
        """Take in what was read, [1 or rows, heads, L, size]; returns L."""
        length = 0
        for layer, (keys, values) in zip(self._cache.layers, layers, strict=True):
            assert keys is not None
            assert values is not None
            length = keys.shape[2]
            layer.keys[:, :, :length] = keys
            layer.values[:, :, :length] = values
        self._mask.fill_(torch.finfo(self._mask.dtype).min)
        self._mask[..., :length] = 0
        return length

    @torch.inference_mode()
    def step(self, tokens: Tensor, at: int, ask: Ask) -> Tensor:
        """[rows] -> [rows, V], on the CPU: write these as token number `at` of each text, and read on. `ask` is the model's,
        for the recording: nothing here keeps a model alive."""
        self._tokens.copy_(tokens[:, None])
        self._place.fill_(at)
        self._mask[..., at] = 0
        if self._replay is None:
            self._replay = self._capture(
                lambda: ask(
                    input_ids=self._tokens,
                    position_ids=self._place[None],
                    attention_mask=self._mask,
                    past_key_values=self._cache,
                    use_cache=True,
                )
            )
        return back(self._replay().clone())


class Recordings:
    """The recordings of one model. Each is lent to one generation at a time."""

    def __init__(self, capture: Callable[[Step], Step] | None, far: float) -> None:
        """`capture` None: nothing is recorded. `far` is the total variation that is more than rounding."""
        self.capture, self.far = capture, far
        self._books = threading.RLock()  # whoever gives back may be a generator that is being collected
        self._asked: Counter[tuple[int, int]] = Counter()
        self._kept: OrderedDict[tuple[int, int], Recording] = OrderedDict()  # the one used last comes last

    def over(self, texts: Growing, rows: int, room: int, ask: Ask) -> Growing:
        """`texts`, of which nothing is written yet, by a recording where there is one: from the second time on that so many
        texts with so much room are asked for, as one costs more than it saves once. Only in the lane."""
        if self.capture is None:
            return texts
        size, layers = (rows, room), texts.read()
        with self._books:
            self._asked[size] += 1
            recording = self._kept.pop(size, None)
            if recording is None and self._asked[size] != 2:
                return texts  # the first time, or somebody else has it, or it was no good
        if recording is None:
            recording = Recording(layers, rows, room, self.capture)
        return Recorded(self, size, recording, texts, layers, ask)

    def give_back(self, size: tuple[int, int], recording: Recording) -> None:
        """It may be lent again."""
        with self._books:
            self._kept[size] = recording
            while len(self._kept) > KEPT:
                old, _ = self._kept.popitem(last=False)
                self._asked.pop(old, None)

    def clear(self) -> None:
        """Forget all of them."""
        with self._books:
            self._kept.clear()
            self._asked.clear()


class Recorded:
    """Texts that grow by a recording."""

    def __init__(
        self,
        recordings: Recordings,
        size: tuple[int, int],
        recording: Recording,
        texts: Growing,
        layers: KeyValues,
        ask: Ask,
    ) -> None:
        self._recordings, self._size, self._texts, self._layers, self._ask = recordings, size, texts, layers, ask
        self._recording: Recording | None = recording
        self._at = recording.begin(layers)
        self._tokens = torch.zeros(size[0], dtype=torch.long)
        self._rows = torch.arange(size[0])  # those that go on; the others are written on too, and nobody looks
        self.logits = texts.logits  # [N, V], of each text's next token

    def append(self, tokens: Tensor) -> None:
        """Add `tokens` [N] to the texts, and read on."""
        recording = self._recording
        if recording is None:
            self._texts.append(tokens)
            self.logits = self._texts.logits
            return
        self._tokens[self._rows] = tokens
        if recording.checked:
            self.logits = recording.step(self._tokens, self._at, self._ask)[self._rows]
        else:
            self._texts.append(tokens)
            self.logits = self._texts.logits
            recording.checked = self._is_right(recording)
            if not recording.checked:
                self._recording = None
        self._at += 1

    def _is_right(self, recording: Recording) -> bool:
        """Whether the recording says what was read; its answer is not used yet."""
        try:
            logits = recording.step(self._tokens, self._at, self._ask)[self._rows]
        except (RuntimeError, TypeError, ValueError):  # a network that cannot be recorded
            return False
        far = (torch.softmax(logits, -1) - torch.softmax(self.logits, -1)).abs().sum(-1).amax() / 2
        return bool(far <= self._recordings.far)

    def keep(self, rows: Tensor) -> None:
        """Go on with these rows only."""
        if self._recording is None or not self._recording.checked:
            self._texts.keep(rows)
        self._rows, self.logits = self._rows[rows], self.logits[rows]

    def read(self) -> KeyValues:
        """The keys and values that the texts began with."""
        return self._layers

    def close(self) -> None:
        """Nothing more is written: let others have the recording."""
        if self._recording is not None:
            self._recordings.give_back(self._size, self._recording)
            self._recording = None


def as_graph(step: Step) -> Step:
    """The step as a CUDA graph, as torch's notes on these have it: a few times on a stream of its own, then recorded."""
    now, beside = torch.cuda.current_stream(), torch.cuda.Stream()  # type: ignore[no-untyped-call]
    beside.wait_stream(now)
    with torch.cuda.stream(beside):
        for _ in range(3):
            step()
    now.wait_stream(beside)
    graph = torch.cuda.CUDAGraph()
    # Other models' lanes go on meanwhile, each in a thread of its own.
    with torch.cuda.graph(graph, capture_error_mode="thread_local"):
        answer = step()

    def replay() -> Tensor:
        graph.replay()
        return answer

    return replay
