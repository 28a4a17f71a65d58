"""Passing: how often an answer is right, and how often one of several is. Several texts answer each of several problems.

What a run sharpened shows in pass@1, what it learned in pass@k: a policy that only draws more often what it could do
before has more of the first, and no more of the second.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import comb

import numpy as np
from numpy.typing import NDArray

from mdp_core.rlhf.redraws import equal_groups
from mdp_core.rlhf.spec import TuneSpec
from mdp_core.rlhf.starts import encoded
from mdp_core.rlhf.totals import checked_totals
from mdp_core.tokens.generation import generate
from mdp_core.tokens.language_model import LanguageModel
from mdp_core.tokens.sampling import Sampling
from mdp_core.tokens.scores import Reward

PASSES = 1.0  # a text with this score or more is right


def pass_at_k(texts: int, right: int, k: int) -> float:
    """An unbiased estimate of the probability that one of `k` texts is right, from `texts` of which `right` are.

    1 - C(n - c, k) / C(n, k): the share of all choices of k among the n that have a right one (Chen et al. 2021, eq. 1).
    Raises ValueError unless 0 <= right <= texts and 1 <= k <= texts.
    """
    if not (0 <= right <= texts and 1 <= k <= texts):
        raise ValueError(f"{right} of {texts} texts cannot be right where {k} of them are drawn")
    return 1.0 - comb(texts - right, k) / comb(texts, k)


@dataclass(frozen=True)
class Passing:
    """How one policy answers N problems, G texts each."""

    at: Mapping[int, float]  # pass@k by k, for k = 1, 2, 4, ... and G
    equal: float  # the share of groups whose texts all score the same, and so teach nothing
    length: float  # tokens, the end token included: how much is written before and with the answer

    @property
    def one(self) -> float:
        """pass@1: the share of texts that are right."""
        return self.at[1]

    @property
    def most(self) -> int:
        """The largest k."""
        return max(self.at)


def passing_of(
    scores: NDArray[np.float64], lengths: NDArray[np.int64], group: int, true: NDArray[np.float64] | None = None
) -> Passing:
    """[B], [B] -> what they say. Right is what `true` [B], or without it the score, says is worth PASSES."""
    right = ((scores if true is None else true) >= PASSES).reshape(-1, group).sum(axis=1).tolist()
    numbers = sorted({2**i for i in range(group.bit_length()) if 2**i <= group} | {group})
    return Passing(
        {k: float(np.mean([pass_at_k(group, c, k) for c in right])) for k in numbers},
        float(equal_groups(scores, group).mean()),
        float(lengths.mean()),
    )


@dataclass(frozen=True, eq=False)
class Exam:
    """Problems that a run does not learn from, and the draws that every policy answers them with: the same ones."""

    name: str
    prompts: tuple[str, ...]
    tokens: int  # an answer has at most so many
    texts: int = 4  # to each problem

    def take(self, model: LanguageModel, spec: TuneSpec, reward: Reward, true: Reward | None = None) -> Passing:
        """How `model` does, right being what `true`, or without it `reward`, says. Raises ValueError for a policy that
        cannot write, and what the scores raise."""
        prompts = np.repeat(encoded(model, self.prompts), self.texts, axis=0)
        uniforms = np.random.default_rng([spec.seed, 17]).random((len(prompts), self.tokens))
        texts = generate(model, prompts, uniforms, Sampling(spec.temperature))
        written = [model.decode(ids) for ids in texts]
        scores = checked_totals(reward, written)
        known = None if true is None else checked_totals(true, written)
        return passing_of(scores, texts.lengths, self.texts, known)
