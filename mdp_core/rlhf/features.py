"""Frozen features of a text: what a language model knows of it after reading it, as a vector."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from mdp_core.kept import Kept
from mdp_core.tokens.device import back
from mdp_core.tokens.language_model import SMALL, LanguageModel
from mdp_core.tokens.prompts import EmptyPromptError, LongPromptError, PromptError

TOKENS = 4096  # that a small model reads at once, at most
TOKENS_OF_A_LARGE_ONE = 512  # so that others come between: half a second of SmolLM2 on two cores
KEPT_BYTES = 4 * 2**20  # of features, the least recently used dropped first: 8,192 texts of Pocket


class UnreadableTextError(ValueError):
    """A text that a language model cannot read, so that it has no features: `text`, and a sentence that says `why`."""

    def __init__(self, text: str, why: str) -> None:
        self.text, self.why = text, why
        super().__init__(f"{why} A text is scored as soon as the language model can read it.")


class TextFeatures:
    """Features of finished texts by a language model whose weights stay as they are.

    Of the hidden states h_1, ..., h_L that go into the network's last block (H numbers for each of L tokens): their mean
    over all tokens, and the one of the last token; together [2 H]. The last block turns them into the next token's
    distribution, in which less is left of what was read: on Pocket, 200 choices recover a taste for exclamation marks with
    rank correlation 0.78 from its input and 0.50 from its output, and three other tastes about as well from both.

    Safe to use from several threads: reading goes through the model's lane, many texts in one pass. An adapter is never
    on, so that a model and its adapted ones have the same features.
    """

    def __init__(self, model: LanguageModel) -> None:
        self.model = model
        self._reader: Any = model.model.base_model  # all but the layer that makes logits
        self._block = _last_block(self._reader)
        self.size = 2 * int(model.model.config.get_text_config().hidden_size)  # d
        small = model.model.num_parameters() < SMALL
        self._tokens = TOKENS if small else model.device.breadth * TOKENS_OF_A_LARGE_ONE
        self._kept: Kept[str, NDArray[np.float32]] = Kept(max(KEPT_BYTES // (4 * self.size), 64))

    def __call__(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """[N, d], the features of each text. Raises UnreadableTextError for one that is empty, longer than the window, or
        has a word that the model does not know."""
        known = {text: vector for text in texts if (vector := self._kept.get(text)) is not None}
        new = [text for text in dict.fromkeys(texts) if text not in known]
        ids = [self._ids(text) for text in new]
        for rows in _parts([len(tokens) for tokens in ids], self._tokens):
            vectors = self.model.in_lane(partial(self._read, [ids[i] for i in rows]))
            for i, vector in zip(rows, vectors, strict=True):
                known[new[i]] = self._kept.put(new[i], vector.copy())  # not a view that keeps all of its pass alive
        if not texts:
            return np.zeros((0, self.size))
        return np.stack([known[text] for text in texts]).astype(np.float64)

    def check(self, text: str) -> None:
        """Raises what reading `text` would raise."""
        if self._kept.get(text) is None:
            self._ids(text)

    def _ids(self, text: str) -> tuple[int, ...]:
        try:
            return self.model.wording.plain.encode("".join(map(_readable, text)))
        except EmptyPromptError as error:
            raise UnreadableTextError(text, "This text is empty.") from error
        except LongPromptError as error:
            raise UnreadableTextError(
                text, f"This text has {error.count:,} {error.unit}, and {error.limit:,} fit into the model's window."
            ) from error
        except PromptError as error:
            raise UnreadableTextError(text, str(error)) from error

    @torch.no_grad()
    def _read(self, ids: Sequence[tuple[int, ...]]) -> NDArray[np.float32]:
        """[n, d] of n texts of token ids. Only in the lane. What stands behind a text's end is not seen from before it."""
        lengths = torch.tensor([len(tokens) for tokens in ids])
        L = int(lengths.max())
        tokens = torch.tensor([[*row, *[0] * (L - len(row))] for row in ids])
        with _hidden(self._block) as seen:
            self._reader(input_ids=self.model.device.place(tokens), use_cache=False, return_dict=True)
        h = back(seen[0]).float()  # [n, L, H]
        inside = (torch.arange(L) < lengths[:, None])[..., None]
        mean = torch.where(inside, h, 0.0).sum(1) / lengths[:, None]
        last = h[torch.arange(len(ids)), lengths - 1]
        result: NDArray[np.float32] = torch.cat([mean, last], dim=1).numpy()
        return result


def _last_block(network: nn.Module) -> nn.Module:
    """The last of the blocks that the network is a stack of. Raises ValueError where it is no such stack."""
    stacks = [module for module in network.modules() if isinstance(module, nn.ModuleList) and len(module)]
    if not stacks:
        raise ValueError(
            "This model is no stack of blocks, so it has no features for a reward model: take another one."
        )
    return max(stacks, key=len)[-1]


@contextmanager
def _hidden(block: nn.Module) -> Iterator[list[Tensor]]:
    """Inside, what goes into `block` in every forward pass is put into the list."""
    seen: list[Tensor] = []

    def look(_: nn.Module, inputs: tuple[Any, ...], named: dict[str, Any]) -> None:
        seen.append(inputs[0] if inputs else named["hidden_states"])

    hook = block.register_forward_pre_hook(look, with_kwargs=True)
    try:
        yield seen
    finally:
        hook.remove()


def _parts(lengths: Sequence[int], most: int) -> Iterator[list[int]]:
    """The texts' numbers in parts of at most `most` tokens, filled up to the longest; of about equal lengths."""
    part: list[int] = []
    for i in sorted(range(len(lengths)), key=lengths.__getitem__):
        if part and (len(part) + 1) * lengths[i] > most:
            yield part
            part = []
        part.append(i)
    if part:
        yield part


def _readable(character: str) -> str:
    """The character, or � for one that a model may write and nobody may type."""
    return "�" if unicodedata.category(character) in ("Cc", "Cs") and character not in "\n\t" else character
