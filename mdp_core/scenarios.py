"""Scenarios: named, frozen data that says exactly what is rolled out. A scenario is a cache key, and it is the link."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeVar

from mdp_core.learners.catalogue import LEARNERS
from mdp_core.tokens.scores import ScoreSpec

GRID_POLICIES = ("greedy", "epsilon", "random", "right", "learned")
EXACT = "exact"  # found by dynamic programming, not from samples
LEARNED_BY = (EXACT, *LEARNERS)
MAX_LEARNED_EPISODES = 5_000
SCORES = ("sentiment", "word", "length", "formula", "sum", "form")
MAX_PROMPT = 2_000  # characters
MAX_SEED = 2**31 - 1

T = TypeVar("T")


@dataclass(frozen=True)
class Learned:
    """How a policy was found, so that it can be found again: the same description in the same world, the same policy.

    What `by` does not listen to changes nothing. Where an exact policy was found, gamma alone counts.
    """

    by: str = "q_learning"  # one of LEARNED_BY
    alpha: float = 0.5
    alpha_v: float = 0.1  # of the baseline or critic
    epsilon: float = 0.1  # while it learned; what it learned is played without exploring
    lambda_: float = 0.0
    gamma: float = 0.99
    episodes: int = 500  # at most MAX_LEARNED_EPISODES
    seed: int = 0


@dataclass(frozen=True)
class GridScenario:
    """The grid's half: which world, who acts in it, and which actions were chosen by hand."""

    world: str = "lake"  # the name of a preset; only a title where own_map is given
    own_map: str = ""  # a map as text (see mdp_core.grid.maps); empty for the preset
    policy: str = "greedy"  # one of GRID_POLICIES
    epsilon: float = 0.1  # of the epsilon-greedy policy
    learned: Learned = Learned()  # of the learned policy
    slip: float | None = None  # None: as the map says
    forced: tuple[tuple[int, str], ...] = ()  # (t, action), ascending in t


@dataclass(frozen=True)
class TextScenario:
    """The text's half: which model continues which prompt, how it samples, what the finished text is scored by."""

    model: str = "pocket"
    prompt: str = "the movie was"
    temperature: float = 1.0
    top_k: int = 0  # 0: off
    top_p: float = 1.0
    max_tokens: int = 16
    score: str = "sentiment"  # one of SCORES
    word: str = "wonderful"
    length: int = 10
    formula: str = ScoreSpec.formula
    forced: tuple[tuple[int, int], ...] = ()  # (t, token id), ascending in t

    @property
    def score_spec(self) -> ScoreSpec:
        """What the finished text is scored by."""
        return ScoreSpec(self.score, self.word, self.length, self.formula)


ADDING = TextScenario(model="sums", prompt="17+25=", max_tokens=22, score="sum")


def first_text(model: str) -> TextScenario:
    """A prompt that the model reads, a length that its texts have, and a score that says something of them."""
    return ADDING if model == ADDING.model else TextScenario(model)


@dataclass(frozen=True)
class Scenario:
    """Both worlds on one clock, drawn from one seed."""

    seed: int = 7
    grid: GridScenario = field(default_factory=GridScenario)
    text: TextScenario = field(default_factory=TextScenario)


@dataclass(frozen=True)
class View:
    """How the visitor looks at it. Never part of what is rolled out."""

    step: int = 0
    gamma: float = 0.9


def force(forced: tuple[tuple[int, T], ...], t: int, action: T) -> tuple[tuple[int, T], ...]:
    """The forced actions after choosing `action` at `t`: choices from t on are dropped, since their future is gone."""
    return (*(item for item in forced if item[0] < t), (t, action))
