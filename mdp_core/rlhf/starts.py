"""Where the texts of a tuning run begin: one prompt, or many, of which every group of texts draws one."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mdp_core.rlhf.spec import TuneSpec
from mdp_core.tokens.generation import side_by_side
from mdp_core.tokens.language_model import LanguageModel
from mdp_core.tokens.prompts import LongPromptError


def encoded(model: LanguageModel, prompts: tuple[str, ...]) -> NDArray[np.int64]:
    """[M, P], the prompts as token ids, -1 before the shorter ones. Raises a PromptError for what is no prompt."""
    ids = [model.encode(prompt) for prompt in prompts]
    for tokens in ids:
        if len(tokens) >= model.window:
            raise LongPromptError(len(tokens), model.window - 1, "tokens")
    return side_by_side(ids)


class Starts:
    """The prompts of a run: the distribution that its first state is drawn from."""

    def __init__(self, model: LanguageModel, spec: TuneSpec) -> None:
        """Raises what `encoded` raises."""
        self.spec = spec
        self.prompts = encoded(model, spec.prompts or (spec.prompt,))  # [M, P]

    def of_step(self, step: int, again: int = 0) -> NDArray[np.int64]:
        """[B, P], what the texts of step number `step` go on from, those of a group from the same; the first ones, or
        those of another time. Drawn evenly, by a generator that is seeded by the spec."""
        spec, M = self.spec, len(self.prompts)
        rng = np.random.default_rng([spec.seed, 13, step, again])
        groups = rng.integers(M, size=spec.texts // spec.group_size) if M > 1 else np.zeros(1, dtype=np.int64)
        return self.prompts[np.repeat(groups, spec.texts // len(groups))]
