"""Small real language models with weights that nobody trained, and tokenizers of both kinds."""

from __future__ import annotations

import torch
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, processors, trainers
from transformers import (
    GPT2Config,
    GPT2LMHeadModel,
    LlamaConfig,
    LlamaForCausalLM,
    MambaConfig,
    MambaForCausalLM,
    MistralConfig,
    MistralForCausalLM,
    PreTrainedTokenizerFast,
)

from mdp_core.tokens.language_model import LanguageModel

WORDS = [
    "the",
    "movie",
    "was",
    "wonderful",
    "terrible",
    "and",
    "long",
    "it",
    "bored",
    "me",
    "no",
    "words",
    "left",
    ".",
    "!",
]
SENTENCES = ["the movie was wonderful", "the movie was terrible and long", "it bored me, no words left"]


def byte_level_tokenizer():
    """Any text: bytes, a few merges; begins every text with <|start|>."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=300,
        special_tokens=["<|end|>", "<|start|>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(SENTENCES, trainer)
    tokenizer.post_processor = processors.TemplateProcessing(single="<|start|> $A", special_tokens=[("<|start|>", 1)])
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token="<|end|>", bos_token="<|start|>")


def word_level_tokenizer(added=()):
    """WORDS, whole texts that are `added`, and nothing else. The special tokens are in the vocabulary of words, as they are
    in many such tokenizers."""
    vocabulary = {word: i for i, word in enumerate(["<end>", "<unk>", *WORDS])}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    tokenizer.add_tokens([AddedToken(text, normalized=False) for text in added])
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token="<end>", unk_token="<unk>")


def network(kind="llama", vocab_size=300, seed=5, window=64, width=16, layers=2):
    """A causal LM of the kind, whose weights are spread enough that its distributions are not flat."""
    shape = {"vocab_size": vocab_size, "hidden_size": width, "eos_token_id": 0, "bos_token_id": None, "pad_token_id": 0}
    heads = {
        "intermediate_size": 2 * width,
        "num_hidden_layers": layers,
        "num_attention_heads": 4,
        "max_position_embeddings": window,
    }
    spread = {"initializer_range": 0.5}
    with torch.random.fork_rng():
        torch.random.set_rng_state(torch.Generator().manual_seed(seed).get_state())
        if kind == "llama":
            return LlamaForCausalLM(LlamaConfig(**shape, **heads, **spread, num_key_value_heads=2))
        if kind == "sliding":
            return MistralForCausalLM(
                MistralConfig(**shape, **heads, **spread, num_key_value_heads=2, sliding_window=4)
            )
        if kind == "gpt2":
            shape["n_embd"] = shape.pop("hidden_size")
            return GPT2LMHeadModel(GPT2Config(**shape, **spread, n_layer=layers, n_head=2, n_positions=window))
        return MambaForCausalLM(MambaConfig(**shape, **spread, num_hidden_layers=layers, state_size=4))


def byte_level_model(kind="llama", **shape):
    """A LanguageModel that reads any text."""
    return LanguageModel(network(kind, **shape), byte_level_tokenizer(), name="Tiny", id="tiny")


def word_level_model():
    """A LanguageModel that knows WORDS only."""
    return LanguageModel(network(vocab_size=2 + len(WORDS)), word_level_tokenizer(), name="Wordy", id="wordy")


def from_scratch(model, ids):
    """[V], the logits after `ids` by one plain call of the library, with no cache."""
    with torch.inference_mode():
        return model.model(input_ids=torch.tensor([ids]), use_cache=False).logits[0, -1].numpy()


def greedy_by_the_library(model, prompt, n):
    """What `generate` of transformers writes after `prompt`, prompt included."""
    ids = torch.tensor([prompt])
    written = model.model.generate(
        ids, attention_mask=torch.ones_like(ids), do_sample=False, max_new_tokens=n, pad_token_id=0
    )
    return tuple(written[0].tolist())
