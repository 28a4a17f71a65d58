"""Pocket, the built-in language model: a grammar of reviews, a small transformer trained on it, and its tokenizer.

`AutoModelForCausalLM.from_pretrained(vocabulary.WEIGHTS)` and `AutoTokenizer.from_pretrained(vocabulary.WEIGHTS)` load it;
`python -m mdp_core.tokens.pocket.train` makes it anew.
"""
