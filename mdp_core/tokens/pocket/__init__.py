"""Pocket, the built-in language model: a grammar of reviews, a small transformer trained on it, and its tokenizer.

`AutoModelForCausalLM.from_pretrained(vocabulary.WEIGHTS)` and `AutoTokenizer.from_pretrained(vocabulary.WEIGHTS)` load it;
`python -m mdp_core.tokens.pocket.train` makes it anew.
"""

from typing import TYPE_CHECKING

from mdp_core.exports import on_demand

if TYPE_CHECKING:
    from mdp_core.tokens.pocket.grammar import is_grammatical, next_distribution, review_grammar
    from mdp_core.tokens.pocket.vocabulary import WEIGHTS, word_tokenizer
else:
    __getattr__, __dir__ = on_demand(
        __name__,
        {
            "grammar": "is_grammatical next_distribution review_grammar",
            "vocabulary": "WEIGHTS word_tokenizer",
        },
    )

__all__ = [
    "WEIGHTS",
    "is_grammatical",
    "next_distribution",
    "review_grammar",
    "word_tokenizer",
]
