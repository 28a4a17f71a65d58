"""Sums, the built-in model that adds: a class's homework, a small transformer that has read it, and the check.

`AutoModelForCausalLM.from_pretrained(vocabulary.WEIGHTS)` and `AutoTokenizer.from_pretrained(vocabulary.WEIGHTS)` load it;
`python -m mdp_core.tokens.sums.train` makes it anew. `problems` is the function here; the module of that name holds it.
"""

from mdp_core.tokens.sums.problems import answer, held_out, problem, problems
from mdp_core.tokens.sums.scores import RightSum, SumForm

__all__ = [
    "RightSum",
    "SumForm",
    "answer",
    "held_out",
    "problem",
    "problems",
]
