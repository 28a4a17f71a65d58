"""What making the built-in models has in common: a small Llama, its training, and the folder it is loaded from."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import cos, pi
from pathlib import Path
from typing import Protocol

import torch
from tokenizers import Tokenizer
from torch import Tensor
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast


class Sizes(Protocol):
    """How large the network is, and how it is trained."""

    @property
    def hidden(self) -> int: ...
    @property
    def inner(self) -> int: ...
    @property
    def layers(self) -> int: ...
    @property
    def heads(self) -> int: ...
    @property
    def steps(self) -> int: ...
    @property
    def learning_rate(self) -> float:
        """At its highest; up over the first 100 steps, down to 0 by a half cosine."""
        ...


def untrained(
    sizes: Sizes, generator: torch.Generator, *, vocabulary: int, begin: int, end: int, context: int
) -> LlamaForCausalLM:
    """A network for that many tokens with weights drawn from `generator`; `begin` and `end` are ids."""
    config = LlamaConfig(
        vocab_size=vocabulary,
        hidden_size=sizes.hidden,
        intermediate_size=sizes.inner,
        num_hidden_layers=sizes.layers,
        num_attention_heads=sizes.heads,
        num_key_value_heads=sizes.heads,
        max_position_embeddings=context,
        tie_word_embeddings=True,
        bos_token_id=begin,
        eos_token_id=end,
        pad_token_id=end,
    )
    # The constructor draws weights from torch's global generator. They are drawn anew below; the fork gives the global
    # generator back as it was.
    with torch.random.fork_rng(devices=[]):
        model = LlamaForCausalLM(config)
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.ndim == 2:
                parameter.normal_(0.0, parameter.shape[1] ** -0.5 / 2, generator=generator)
    return model


def descend(model: LlamaForCausalLM, sizes: Sizes, loss: Callable[[], Tensor]) -> Iterator[tuple[int, float]]:
    """Train `model` in place, each step on a new `loss()`, in nats a token; after it its number from 1, and that loss."""
    optimiser = torch.optim.AdamW(model.parameters(), lr=sizes.learning_rate, betas=(0.9, 0.98), weight_decay=0.01)
    model.train()
    for step in range(sizes.steps):
        rate = min((step + 1) / 100, 0.5 + 0.5 * cos(pi * step / sizes.steps))
        for group in optimiser.param_groups:
            group["lr"] = rate * sizes.learning_rate
        now = loss()
        optimiser.zero_grad()
        torch.autograd.backward(now)
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        yield step + 1, float(now.detach())
    model.eval()


def save(model: LlamaForCausalLM, tokenizer: Tokenizer, folder: Path, *, begin: str, end: str, unknown: str) -> None:
    """Write model, configuration and tokenizer as `transformers` reads them; the last three are tokens of the tokenizer."""
    folder.mkdir(parents=True, exist_ok=True)
    model.save_pretrained(folder)
    (folder / "model.safetensors").chmod(0o644)  # it is written for its owner alone, and everybody may run the app
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        bos_token=begin,
        eos_token=end,
        unk_token=unknown,
        pad_token=end,
        model_max_length=model.config.max_position_embeddings,
        clean_up_tokenization_spaces=False,
        split_special_tokens=True,
    ).save_pretrained(folder)
