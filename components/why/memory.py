"""What page Why RL remembers of one visitor, and what was worked out on it, kept for all."""

from __future__ import annotations

from collections.abc import Callable, Generator, Hashable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

import streamlit as st

from components.shell.principle import principle
from mdp_core.kept import Kept
from mdp_core.rlhf.principle import Principle
from mdp_core.scenarios import MAX_PROMPT, TextScenario
from mdp_core.tokens.scores import ScoreSpec
from mdp_core.work import Report, Work

if TYPE_CHECKING:  # all of it is heavy: not before the language model has woken up
    from mdp_core.rlhf.adapters import Adapter
    from mdp_core.rlhf.contest import Contest
    from mdp_core.rlhf.exact import CountedTexts
    from mdp_core.rlhf.gradient_study import GradientStudy
    from mdp_core.rlhf.gradient_walk import Passage, TextWalk
    from mdp_core.tokens.generation import Texts
    from mdp_core.tokens.language_model import LanguageModel

LONGEST = 16  # tokens of the text whose path is drawn
TOKENS = 4  # of the texts that are counted: all but 0.0002 of what Pocket writes after "the movie was"
DRAWN = 4096  # texts that the gradient is estimated from
STEPS = 30  # of both kinds of learning
EVERY = 3  # steps between two looks at them
LOOKED = 512  # texts that are written at each look, always with the same draws
BATCH = 64  # texts that RL learns from at a step
RATE = 0.003  # of Adam, for both
WORDS = 7  # of the wished-for length

FAR_FROM_ZERO = Principle(ScoreSpec(kind="length", length=WORDS))  # where a baseline is worth the most

R = TypeVar("R")

_walks: Kept[Hashable, TextWalk] = Kept(64)
_passages: Kept[Hashable, Passage] = Kept(256)
_counted: Kept[Hashable, CountedTexts] = Kept(12)
_finished: Kept[Hashable, Work[Any]] = Kept(24)


def walk_of(model: LanguageModel, prompt: str, seed: int, scored: Principle) -> TextWalk:
    """The text that the loop writes with the draws of `seed`. Raises ValueError for what cannot be."""
    from mdp_core.rlhf.gradient_walk import walk_text

    def make() -> TextWalk:
        return walk_text(model, read_prompt(model, prompt), seed, scored.reward(), tokens=LONGEST)

    return _walks.get_or_make((prompt, seed, scored.key), make)


def passage_of(model: LanguageModel, walk: TextWalk, t: int, scored: Principle) -> Passage:
    """Token `t` of `walk`; some twenty milliseconds."""
    from mdp_core.rlhf.gradient_walk import pass_token

    key = (walk.prompt, walk.tokens, walk.draws, t, scored.key)
    return _passages.get_or_make(key, lambda: pass_token(model, walk, t, scored.reward()))


def read_prompt(model: LanguageModel, prompt: str) -> tuple[int, ...]:
    """Its tokens. Raises ValueError for one that cannot be read, or that is too long to go on with."""
    from mdp_core.tokens.prompts import LongPromptError

    if len(prompt) > MAX_PROMPT:
        raise LongPromptError(len(prompt), MAX_PROMPT, "characters")
    ids = model.encode(prompt)
    if len(ids) + LONGEST > model.window:
        raise LongPromptError(len(ids), model.window - LONGEST, "tokens")
    return ids


@dataclass
class WhyMemory:
    """Kept in session state under one key."""

    guesses: dict[str, Any] = field(default_factory=dict)
    prompt: str = TextScenario().prompt  # the last one that Pocket could read
    t: int = 0  # the token that is looked at
    called: set[str] = field(default_factory=set)  # what `backward` was called on
    far: bool = False  # section 2 scores by the wished-for length
    target: str = "wonderful."
    began: bool = False  # the contest was asked for
    study: Work[GradientStudy] | None = None
    study_of: Hashable = None
    contest: Work[Contest] | None = None
    contest_of: Hashable = None

    @property
    def scored(self) -> Principle:
        """What section 2 scores by."""
        return FAR_FROM_ZERO if self.far else principle()

    def see(self, model: LanguageModel, prompt: str) -> str:
        """Take `prompt` up; why it cannot be read, or nothing. The last good one stays then."""
        try:
            read_prompt(model, prompt)
        except ValueError as error:
            return str(error)
        if prompt != self.prompt:
            self.prompt = prompt
            self.called.clear()
        return ""

    def see_study(self, model: LanguageModel, seed: int) -> Work[GradientStudy]:
        """Section 2's work. Raises ValueError for a score that cannot be."""
        ids, scored = read_prompt(model, self.prompt), self.scored
        scored.reward()
        key = ("study", ids, seed, scored.key, TOKENS, DRAWN)
        before = self.study if self.study_of == key else None
        self.study, self.study_of = _shared(key, before, lambda: _study(model, ids, seed, scored)), key
        return self.study

    def see_contest(self, model: LanguageModel, seed: int) -> Work[Contest]:
        """Section 3's work; an empty target is none. Raises ValueError for a target or a score that cannot be."""
        from mdp_core.rlhf.supervised import NoTargetError, target_text

        ids, prompt, scored = read_prompt(model, self.prompt), self.prompt, principle()
        scored.reward()
        try:
            target = target_text(model, prompt, self.target, TOKENS)
        except NoTargetError:
            target = None
        key = ("contest", ids, seed, scored.key, None if target is None else tuple(target.tokens[0].tolist()))
        before = self.contest if self.contest_of == key else None
        self.contest = _shared(key, before, lambda: _contest(model, prompt, seed, scored, target))
        if self.contest_of != key:
            self.contest_of, self.began = key, self.contest.done
        return self.contest


def why_memory() -> WhyMemory:
    """This visitor's."""
    memory: WhyMemory = st.session_state.setdefault("why", WhyMemory())
    return memory


def _shared(key: Hashable, before: Work[R] | None, begin: Callable[[], Generator[Report[R], None, R]]) -> Work[R]:
    """The work of that key: `before`, where it was begun; somebody else's, where it is finished."""
    if before is not None:
        if before.done and before.error is None:
            _finished.put(key, before)
        return before
    return _finished.get(key) or Work(begin())


def _study(
    model: LanguageModel, ids: tuple[int, ...], seed: int, scored: Principle
) -> Generator[Report[GradientStudy], None, GradientStudy]:
    from mdp_core.rlhf.gradient_study import study_gradient

    counted = yield from _counting(model, ids, scored)
    return (yield from study_gradient(model, _blank(model), counted, scored.reward(), drawn=DRAWN, seed=seed))


def _contest(
    model: LanguageModel, prompt: str, seed: int, scored: Principle, target: Texts | None
) -> Generator[Report[Contest], None, Contest]:
    from mdp_core.rlhf.contest import hold_contest
    from mdp_core.rlhf.spec import MAX_SEED, preset

    counted = yield from _counting(model, model.encode(prompt), scored)
    size = {"texts": BATCH, "tokens": TOKENS, "steps": STEPS}
    spec = preset("rloo", prompt=prompt, beta=0.0, learning_rate=RATE, seed=min(seed, MAX_SEED), **size)
    contest = hold_contest(
        model, _blank(model), counted, target, scored.reward(), spec, every=EVERY, looked=LOOKED, seed=seed
    )
    return (yield from contest)


def _counting(
    model: LanguageModel, ids: tuple[int, ...], scored: Principle
) -> Generator[Report[Any], None, CountedTexts]:
    from mdp_core.rlhf.gradient_study import score_all_texts

    key = (ids, scored.key, TOKENS)
    counted = _counted.get(key)
    if counted is None:
        low, high = scored.range(TOKENS)
        counted = yield from score_all_texts(model, ids, TOKENS, scored.reward(), low=low, high=high)
    return _counted.put(key, counted)


def _blank(model: LanguageModel) -> Adapter:
    """An adapter that changes nothing yet."""
    import torch

    from mdp_core.rlhf.adapters import AdapterSpec, new_adapter

    return new_adapter(model.model, AdapterSpec(), torch.Generator().manual_seed(0), model.id)
