"""The tokens of Sums: one for each sign of a sum, and a tokenizer that says which signs of a text it does not know."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

WEIGHTS = Path(__file__).parent / "weights"
"""The folder that `transformers` loads: model, configuration and tokenizer."""

BEGIN, END, UNKNOWN = "<bos>", "<eos>", "<unk>"
CONTEXT = 96  # tokens, the begin token included
SIGNS = "0123456789+=,:"
VOCABULARY = (BEGIN, END, UNKNOWN, *SIGNS)  # the token of every id


@cache
def ids() -> dict[str, int]:
    """token -> id."""
    return {token: i for i, token in enumerate(VOCABULARY)}


def encode(signs: str) -> list[int]:
    """The ids of `signs`, without blanks and without a begin token; raises KeyError for an unknown one."""
    return [ids()[sign] for sign in signs]


@cache
def sign_tokenizer() -> Tokenizer:
    """Text to ids and back: one token a sign, the begin token put before; a blank follows a comma and a colon.

    Blanks that are typed are dropped. A text never holds a special token: "<eos>" is signs that Sums does not know.
    """
    tokenizer = Tokenizer(models.WordLevel(ids(), unk_token=UNKNOWN))
    tokenizer.normalizer = normalizers.NFKC()
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Split(Regex(r"[\d+=,:]"), behavior="isolated")]
    )
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{BEGIN} $A", special_tokens=[(BEGIN, ids()[BEGIN])]
    )
    tokenizer.decoder = decoders.Sequence(
        [decoders.Replace(Regex("^,$"), ", "), decoders.Replace(Regex("^:$"), ": "), decoders.Fuse()]
    )
    tokenizer.add_special_tokens([BEGIN, END, UNKNOWN])
    tokenizer.encode_special_tokens = True
    return tokenizer
