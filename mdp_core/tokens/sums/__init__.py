"""Sums, the built-in model that adds: a class's homework, a small transformer that has read it, and the check.

`AutoModelForCausalLM.from_pretrained(vocabulary.WEIGHTS)` and `AutoTokenizer.from_pretrained(vocabulary.WEIGHTS)` load it;
`python -m mdp_core.tokens.sums.train` makes it anew.
"""
