"""What page Why RL remembers of one visitor: the path that was looked at, the guesses, and the work of its sections."""

from __future__ import annotations

from collections.abc import Collection, Hashable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import streamlit as st

from components.shell.principle import principle
from mdp_core.kept import Kept
from mdp_core.rlhf.principle import Principle
from mdp_core.scenarios import MAX_PROMPT, TextScenario
from mdp_core.tokens.prompts import LongPromptError
from mdp_core.tokens.scores import ScoreSpec
from mdp_core.work import Work

if TYPE_CHECKING:
    from mdp_core.rlhf.contest import Contest
    from mdp_core.rlhf.estimated_gradient import EstimatedGradient
    from mdp_core.rlhf.gradient_walk import GradientWalk, Passed
    from mdp_core.tokens.language_model import LanguageModel

LONGEST = 16  # tokens of the text whose path is drawn
TOKENS = 4  # of the texts that are counted: all but 0.0002 of what Pocket writes after "the movie was"
DRAWN = 4096  # texts that the gradient is estimated from
STEPS, EVERY = 30, 3  # of both kinds of learning, and steps between two looks at them
LOOKED = 512  # texts that are written at each look
BATCH = 64  # texts that RL learns from at a step
WORDS = 7  # of the wished-for length

FAR_FROM_ZERO = Principle(ScoreSpec(kind="length", length=WORDS))  # where a baseline is worth the most

# What all visitors share.
_estimates: Kept[Hashable, EstimatedGradient] = Kept(12)
_contests: Kept[Hashable, Contest] = Kept(12)
_walks: Kept[Hashable, GradientWalk] = Kept(64)
_passed: Kept[Hashable, Passed] = Kept(256)


@dataclass
class WhyMemory:
    """Kept in session state under one key."""

    guesses: dict[str, Any] = field(default_factory=dict)
    prompt: str = TextScenario().prompt  # the last one that Pocket could read
    t: int = 0  # the token that is looked at
    called: set[str] = field(default_factory=set)  # of CALLS
    called_of: str | None = None  # the prompt that they were called on; None: the next one that there is
    far: bool = False  # section 2 scores by the wished-for length
    estimating: Work[EstimatedGradient] | None = None
    estimating_of: Hashable = None
    target: str = "wonderful."
    contest: Work[Contest] | None = None
    contest_of: Hashable = None
    began: bool = False  # the contest was asked for
    step: int | None = None  # of the learning, that is looked at; None: the last one

    def see(self, model: LanguageModel, prompt: str) -> str:
        """Take `prompt` up; why it cannot be read, or nothing. The last good one stays then."""
        try:
            _read(model, prompt)
        except ValueError as error:
            return str(error)
        self.prompt = prompt
        if self.called_of not in (None, prompt):
            self.called.clear()
        self.called_of = prompt
        return ""

    def call(self, calls: Collection[str]) -> None:
        """`backward` was called on these, with whatever prompt there is."""
        self.called, self.called_of = set(calls), None

    @property
    def calls(self) -> tuple[str, ...]:
        """What was called, in an order of its own."""
        return tuple(sorted(self.called))

    def scored(self) -> Principle:
        """What section 2 scores by."""
        return FAR_FROM_ZERO if self.far else principle()

    def see_walk(self, model: LanguageModel, seed: int) -> tuple[GradientWalk, Passed]:
        """Section 1's text, and its token that is looked at. Raises ValueError for a score that cannot be."""
        from mdp_core.rlhf.gradient_walk import pass_through, walk

        ids, chosen = _read(model, self.prompt), principle()
        key = (ids, seed, chosen.key)
        walked = _walks.get_or_make(key, lambda: walk(model, ids, seed, chosen, LONGEST))
        self.t = min(self.t, len(walked.tokens) - 1)
        return walked, _passed.get_or_make((*key, self.t), lambda: pass_through(model, walked, self.t, chosen))

    def see_estimate(self, model: LanguageModel, seed: int) -> Work[EstimatedGradient]:
        """Section 2's work. Raises ValueError for a score that cannot be."""
        from mdp_core.rlhf.estimated_gradient import estimate_gradient

        ids, chosen = _read(model, self.prompt), self.scored()
        chosen.reward()
        key = (ids, seed, chosen.key, TOKENS, DRAWN)
        if self.estimating is None or self.estimating_of != key:
            self.estimating_of = key
            self.estimating = _estimates.work(
                key, lambda: estimate_gradient(model, ids, seed, chosen, max_tokens=TOKENS, texts=DRAWN)
            )
        return self.estimating

    def see_contest(self, model: LanguageModel, seed: int) -> Work[Contest]:
        """Section 3's work; an empty target is none. Raises ValueError for a target or a score that cannot be."""
        from mdp_core.rlhf.contest import ContestSize, hold_contest
        from mdp_core.rlhf.supervised import NoTargetError, target_text

        ids, chosen, prompt = _read(model, self.prompt), principle(), self.prompt
        chosen.reward()
        try:
            target = target_text(model, prompt, self.target, TOKENS)
        except NoTargetError:
            target = None
        size = ContestSize(TOKENS, STEPS, EVERY, LOOKED, BATCH)
        key = (ids, seed, chosen.key, None if target is None else tuple(target.tokens[0].tolist()), size)
        if self.contest is None or self.contest_of != key:
            self.contest_of = key
            self.contest = _contests.work(key, lambda: hold_contest(model, prompt, seed, chosen, target, size))
            self.began = self.contest.done
        return self.contest


def _read(model: LanguageModel, prompt: str) -> tuple[int, ...]:
    if len(prompt) > MAX_PROMPT:
        raise LongPromptError(len(prompt), MAX_PROMPT, "characters")
    ids = model.encode(prompt)
    if len(ids) + LONGEST > model.window:
        raise LongPromptError(len(ids), model.window - LONGEST, "tokens")
    return ids


def why_memory() -> WhyMemory:
    """This visitor's; the first call of a tab begins it."""
    memory: WhyMemory = st.session_state.setdefault("why", WhyMemory())
    return memory
