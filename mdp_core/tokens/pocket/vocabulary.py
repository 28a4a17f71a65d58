"""Pocket's tokens: one for each word of its grammar, and a tokenizer that says which words of a text it does not know."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

from mdp_core.tokens.pocket.grammar import END, review_grammar

WEIGHTS = Path(__file__).parent / "weights"
"""The folder that `transformers` loads: model, configuration and tokenizer."""

BEGIN = "<bos>"
UNKNOWN = "<unk>"
CONTEXT = 128  # tokens, the begin token included: the length that Pocket is trained on
SPECIAL = (BEGIN, END, UNKNOWN)  # ids 0, 1, 2; the words follow in alphabetical order


@cache
def vocabulary() -> tuple[str, ...]:
    """[V], the token of every id."""
    return (*SPECIAL, *(token for token in review_grammar().tokens if token != END))


@cache
def ids() -> dict[str, int]:
    """token -> id."""
    return {token: i for i, token in enumerate(vocabulary())}


@cache
def word_tokenizer() -> Tokenizer:
    """Text to ids and back: lower case, one token a word or sign, the begin token put before.

    A text never holds a special token: "<eos>" typed by somebody is three signs and a word that Pocket does not know.
    """
    tokenizer = Tokenizer(models.WordLevel(ids(), unk_token=UNKNOWN))
    tokenizer.normalizer = normalizers.Lowercase()
    # Signs stand alone, except inside of don't and well-made; < and > do too, which takes "<eos>" apart.
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Split(Regex(r"[^\w'’-]"), behavior="isolated")]
    )
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{BEGIN} $A", special_tokens=[(BEGIN, ids()[BEGIN])]
    )
    # A space before every token but a full stop, a comma, an exclamation mark; none at the beginning of the text.
    tokenizer.decoder = decoders.Sequence(
        [decoders.Replace(Regex(r"^(?![.,!]$)"), " "), decoders.Fuse(), decoders.Strip(" ", 1, 0)]
    )
    tokenizer.add_special_tokens(list(SPECIAL))
    tokenizer.encode_special_tokens = True
    return tokenizer


def encode(words: Sequence[str]) -> list[int]:
    """The ids of `words` and signs (or special tokens), without a begin token; raises KeyError for an unknown one."""
    return [ids()[word] for word in words]
