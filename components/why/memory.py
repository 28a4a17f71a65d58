"""Page Why RL's memory: the path that was looked at, and what was worked out, a slice at a time and kept for all."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Hashable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

import streamlit as st

from components.shell.principle import principle
from mdp_core.kept import Kept
from mdp_core.rlhf.principle import Principle
from mdp_core.rollout import Draws
from mdp_core.scenarios import MAX_PROMPT, TextScenario
from mdp_core.tokens.scores import ScoreSpec

if TYPE_CHECKING:
    from mdp_core.rlhf.backprop import Backward, ForwardPass
    from mdp_core.rlhf.convergence import Convergence
    from mdp_core.rlhf.exact import CountedTexts
    from mdp_core.tokens.generation import Texts
    from mdp_core.tokens.language_model import LanguageModel

TICK = 0.15  # seconds between two slices
SLICE = 0.25  # seconds of work in one
LONGEST = 16  # tokens of the text whose path is drawn
TOKENS = 4  # of the texts that are counted: all but 0.0002 of what Pocket writes after "the movie was"
DRAWN = 4096  # texts that the gradient is estimated from
STEPS = 30  # of both kinds of learning
EVERY = 3  # steps between two looks at them
LOOKED = 512  # texts that are written at each look, always with the same draws
SCORED = 256  # texts that are scored between two stops
BATCH = 64  # texts that RL learns from at a step
RATE = 0.003  # of Adam, for both
PROMPT = TextScenario().prompt
WORDS = 7  # of the wished-for length

FAR_FROM_ZERO = Principle(ScoreSpec(kind="length", length=WORDS))  # where a baseline is worth the most

R = TypeVar("R")

_kept: Kept[Hashable, Any] = Kept(24)  # finished work, and counted texts
_passed: Kept[Hashable, Any] = Kept(256)  # walks and their stations


class Done(NamedTuple):
    """How far a piece of work is."""

    share: float  # in [0, 1]
    saying: str
    so_far: Any = None  # the result as far as there is one


@dataclass
class Job(Generic[R]):
    """A piece of work: `coming` yields how far it is and returns the result."""

    key: Hashable
    coming: Generator[Done, None, R]
    progress: float = 0.0
    saying: str = "beginning"
    result: R | None = None  # as far as there is one
    looks: int = 0  # grows with every new one
    problem: str = ""  # one sentence for the visitor
    done: bool = False
    stopped: bool = False

    def work(self, seconds: float) -> None:
        """Go on for about so long."""
        begun = time.perf_counter()
        while not self.done and time.perf_counter() - begun < seconds:
            try:
                self.progress, self.saying, so_far = next(self.coming)
                if so_far is not None:
                    self.result, self.looks = so_far, self.looks + 1
            except StopIteration as end:
                self.result, self.progress, self.done = end.value, 1.0, True
                _kept.put(self.key, end.value)
            except ValueError as error:
                self.problem, self.done = str(error), True

    def stop(self) -> None:
        """Work no further for now."""
        self.stopped = True

    def go_on(self) -> None:
        """Work on."""
        self.stopped = False


def job(key: Hashable, begin: Callable[[], Generator[Done, None, R]]) -> Job[R]:
    """The work of that name; finished at once where somebody has had it done before."""
    found = _kept.get(key)
    begun = Job(key, begin())
    if found is not None:
        begun.result, begun.progress, begun.done = found, 1.0, True
    return begun


# 1. The path


@dataclass(frozen=True, eq=False)
class Walk:
    """One text of Pocket's, token by token, with the draws that wrote it, and its score."""

    prompt: tuple[int, ...]
    tokens: tuple[int, ...]
    draws: tuple[float, ...]
    text: str
    score: float

    def state(self, t: int) -> tuple[int, ...]:
        """The text before token `t`."""
        return (*self.prompt, *self.tokens[:t])


def walk(model: LanguageModel, prompt: str, seed: int, scored: Principle) -> Walk:
    """The text that the loop writes with the draws of `seed` at temperature 1. Raises ValueError for what cannot be."""
    from mdp_core.rollout import play
    from mdp_core.tokens.mdp import TokenMDP
    from mdp_core.tokens.policy import LMPolicy
    from mdp_core.tokens.sampling import Sampling

    key = ("walk", prompt, seed, scored.key)
    found = _passed.get(key)
    if found is None:
        mdp = TokenMDP(model, _read(model, prompt), LONGEST, scored.reward())
        run = play(mdp, LMPolicy(model, Sampling()), rng=Draws(seed), max_steps=LONGEST)
        written = run.states[-1]
        draws = tuple(step.u for step in run.steps)
        made = Walk(mdp.prompt, run.actions, draws, model.decode(written), run.steps[-1].reward)
        found = _passed.put(key, made)
    assert isinstance(found, Walk)
    return found


CALLS = ("log_probability", "token", "score")  # what `backward` may be called on


@dataclass(frozen=True, eq=False)
class Station:
    """Token `t` of a walk: the numbers of the way there, and what came of every call of `backward`."""

    forth: ForwardPass
    back: dict[str, Backward]  # by CALLS


def station(model: LanguageModel, walked: Walk, t: int, scored: Principle) -> Station:
    """Every number is computed for real, every call is made for real; some twenty milliseconds in all."""
    from mdp_core.rlhf.backprop import (
        backward_on_log_probability,
        backward_on_score,
        backward_on_token,
        forward_pass,
    )

    key = ("station", walked.prompt, walked.tokens, walked.draws, t, scored.key)
    found = _passed.get(key)
    if found is None:
        state, u, token = walked.state(t), walked.draws[t], walked.tokens[t]
        rest = walked.tokens[t + 1 :]
        back = {
            "log_probability": backward_on_log_probability(model, state, u),
            "token": backward_on_token(model, state, u, token),
            "score": backward_on_score(model, state, u, rest, scored.reward()),
        }
        found = _passed.put(key, Station(forward_pass(model, state, u), back))
    assert isinstance(found, Station)
    return found


# 2. The estimate


@dataclass(frozen=True, eq=False)
class Estimated:
    """The exact gradient of the expected score, and the way of the sampled one to it."""

    score: float  # E[r] over the counted texts
    rest: float  # the probability of the texts that were not counted
    counted: int
    low: float  # of the counted texts' scores
    high: float
    seconds: float
    convergence: Convergence


def estimating(model: LanguageModel, prompt: str, seed: int, scored: Principle) -> Job[Estimated]:
    """The work of section 2. Raises ValueError for a prompt that cannot be read or a score that cannot be."""
    ids, score = _read(model, prompt), _total(scored)
    return job(("estimate", ids, seed, scored.key, TOKENS, DRAWN), lambda: _estimate(model, ids, seed, scored, score))


def _estimate(
    model: LanguageModel, prompt: tuple[int, ...], seed: int, scored: Principle, score: Callable[[str], float]
) -> Generator[Done, None, Estimated]:
    from mdp_core.rlhf.convergence import converge
    from mdp_core.rlhf.estimators import gradient_moments_by_part

    begun = time.perf_counter()
    yield Done(0.02, "counting all texts")
    counted = yield from _counted(model, prompt, scored, score)
    adapter = _blank(model)
    exact = gradient_moments_by_part(model, adapter, counted)
    moments = None
    while moments is None:
        try:
            done = next(exact)
            yield Done(0.05 + 0.35 * done / len(counted.texts), "the exact gradient, text by text")
        except StopIteration as end:
            moments = end.value
    drawing = converge(model, adapter, prompt, TOKENS, score, moments, texts=DRAWN, seed=seed)
    while True:
        try:
            done = next(drawing)
            yield Done(0.4 + 0.6 * done / DRAWN, f"drawing texts: {done:,} of {DRAWN:,}")
        except StopIteration as end:
            seconds = time.perf_counter() - begun
            return Estimated(
                float(counted.probabilities @ counted.scores) / (1 - counted.rest),
                counted.rest,
                len(counted.texts),
                float(counted.scores.min()),
                float(counted.scores.max()),
                seconds,
                end.value,
            )


# 3. Both kinds of learning


@dataclass(frozen=True)
class Reading:
    """Where a policy stands after so many steps."""

    step: int
    target: float | None  # p(target); None where there is no target
    score: float  # mean of LOOKED texts
    error: float  # standard error of it
    text: str  # the first of these
    best: tuple[str, float]  # of these


@dataclass(frozen=True, eq=False)
class Contest:
    """Learning from a target text and learning from a score, from the same policy on; as far as they are."""

    supervised: tuple[Reading, ...]  # empty where there is no target to learn from
    rl: tuple[Reading, ...]
    target_score: float | None  # r(y*)
    best: tuple[str, float]  # the best of all texts that were counted or written, and its score
    signal: bool  # False as long as all texts scored the same
    seconds: float


def contest(model: LanguageModel, prompt: str, seed: int, scored: Principle, target: str) -> Job[Contest]:
    """The work of section 3; an empty target is none. Raises ValueError for a prompt, a target or a score that cannot be."""
    from mdp_core.rlhf.supervised import NoTargetError, target_text

    ids, score = _read(model, prompt), _total(scored)
    try:
        wanted = target_text(model, prompt, target, TOKENS)
        name: Hashable = tuple(wanted.tokens[0].tolist())
    except NoTargetError:
        wanted, name = None, None
    key = ("contest", ids, seed, scored.key, name)
    return job(key, lambda: _contest(model, prompt, seed, scored, score, wanted))


def _contest(
    model: LanguageModel,
    prompt: str,
    seed: int,
    scored: Principle,
    score: Callable[[str], float],
    target: Texts | None,
) -> Generator[Done, None, Contest]:
    from mdp_core.rlhf.spec import preset
    from mdp_core.rlhf.supervised import imitate
    from mdp_core.rlhf.trainer import tune

    begun = time.perf_counter()
    yield Done(0.01, "counting all texts")
    ids = model.encode(prompt)
    counted = yield from _counted(model, ids, scored, score)
    top = int(counted.scores.argmax())
    best = (model.decode(counted.texts.ids(top)), float(counted.scores[top]))
    adapter = _blank(model)
    first = _look(model, adapter, ids, seed, score, target, 0)
    spec = preset(
        "rloo", prompt=prompt, texts=BATCH, tokens=TOKENS, steps=STEPS, beta=0.0, learning_rate=RATE, seed=_small(seed)
    )
    running = tune(model, spec, scored.reward(), adapter)
    imitating = imitate(model, adapter, target, learning_rate=RATE) if target is not None else None
    supervised, rl, signal = [first], [first], False
    target_score = None if target is None else score(model.decode(target.ids(0)))

    def so_far() -> Contest:
        learned = tuple(supervised) if target is not None else ()
        found = max(best, *(reading.best for reading in rl), key=lambda one: one[1])
        return Contest(learned, tuple(rl), target_score, found, signal, time.perf_counter() - begun)

    yield Done(0.05, "before", so_far())
    for step in range(1, STEPS + 1):
        snapshot = next(running)
        signal = signal or snapshot.signal
        said = f"both learn: step {step} of {STEPS}"
        yield Done(0.05 + 0.95 * (step - 0.6) / STEPS, said)
        imitated = next(imitating)[1] if imitating is not None else None
        looked = step % EVERY == 0
        if looked:
            rl.append(_look(model, snapshot.adapter, ids, seed, score, target, step))
            if imitated is not None:
                supervised.append(_look(model, imitated, ids, seed, score, target, step))
        yield Done(0.05 + 0.95 * step / STEPS, said, so_far() if looked else None)
    running.close()
    return so_far()


def _look(
    model: LanguageModel,
    adapter: Any,
    prompt: tuple[int, ...],
    seed: int,
    score: Callable[[str], float],
    target: Texts | None,
    step: int,
) -> Reading:
    import numpy as np

    from mdp_core.rlhf.adapted_model import AdaptedModel
    from mdp_core.rlhf.reading import log_probabilities
    from mdp_core.tokens.generation import generate

    uniforms = np.random.default_rng([seed, 13]).random((LOOKED, TOKENS))
    written = generate(AdaptedModel(model, adapter), prompt, uniforms)
    scores = np.array([score(model.decode(ids)) for ids in written])
    p = None if target is None else float(np.exp(float(log_probabilities(model, target, adapter).sum())))
    error = float(scores.std(ddof=1) / np.sqrt(LOOKED))
    top = int(scores.argmax())
    best = (model.decode(written.ids(top)), float(scores[top]))
    return Reading(step, p, float(scores.mean()), error, model.decode(written.ids(0)), best)


# What they share


def _counted(
    model: LanguageModel, prompt: tuple[int, ...], scored: Principle, score: Callable[[str], float]
) -> Generator[Done, None, CountedTexts]:
    import numpy as np

    from mdp_core.rlhf.exact import count_texts

    key = ("counted", prompt, scored.key, TOKENS)
    found = _kept.get(key)
    if found is None:
        low, high = scored.range(TOKENS)
        counted = count_texts(model, prompt, TOKENS, lambda _: 0.0, low=low, high=high)
        scores = np.zeros(len(counted.texts))
        for i, ids in enumerate(counted.texts):  # a score may be slow
            if i % SCORED == 0:
                yield Done(0.05 * i / len(scores), f"scoring all texts: {i:,} of {len(scores):,}")
            scores[i] = score(model.decode(ids))
        found = _kept.put(key, replace(counted, scores=scores))
    result: CountedTexts = found
    return result


def _blank(model: LanguageModel) -> Any:
    """An adapter that changes nothing yet."""
    import torch

    from mdp_core.rlhf.adapters import AdapterSpec, new_adapter

    return new_adapter(model.model, AdapterSpec(), torch.Generator().manual_seed(0), model.id)


def _read(model: LanguageModel, prompt: str) -> tuple[int, ...]:
    from mdp_core.tokens.prompts import LongPromptError

    if len(prompt) > MAX_PROMPT:
        raise LongPromptError(len(prompt), MAX_PROMPT, "characters")
    ids = model.encode(prompt)
    if len(ids) + LONGEST > model.window:
        raise LongPromptError(len(ids), model.window - LONGEST, "tokens")
    return ids


def _total(scored: Principle) -> Callable[[str], float]:
    reward = scored.reward()

    def score(text: str) -> float:
        from math import isfinite

        from mdp_core.rlhf.snapshot import ScoreError

        total = reward(text).total
        if not isfinite(total):
            raise ScoreError(total, text)
        return float(total)

    return score


def _small(seed: int) -> int:
    from mdp_core.rlhf.spec import MAX_SEED

    return min(seed, MAX_SEED)


@dataclass
class Why:
    """Kept in session state under one key."""

    guesses: dict[str, Any] = field(default_factory=dict)
    prompt: str = PROMPT  # the last one that Pocket could read
    t: int = 0  # the token that is looked at
    called: set[str] = field(default_factory=set)  # of CALLS
    far: bool = False  # section 2 scores by the wished-for length
    estimating: Job[Estimated] | None = None
    target: str = "wonderful."
    contest: Job[Contest] | None = None
    began: bool = False  # the contest was asked for
    due: set[str] = field(default_factory=set)  # fragments whose next run is a tick, and works

    def see(self, model: LanguageModel, prompt: str) -> str:
        """Take `prompt` up; why it cannot be read, or nothing. The last good one stays then."""
        try:
            _read(model, prompt)
        except ValueError as error:
            return str(error)
        if prompt != self.prompt:
            self.prompt = prompt
            self.called.clear()
        return ""

    def scored(self) -> Principle:
        """What section 2 scores by."""
        return FAR_FROM_ZERO if self.far else principle()

    def see_estimate(self, model: LanguageModel, seed: int) -> Job[Estimated]:
        """Section 2's work. Raises ValueError for a score that cannot be."""
        wanted = estimating(model, self.prompt, seed, self.scored())
        if self.estimating is None or self.estimating.key != wanted.key:
            self.estimating = wanted
        return self.estimating

    def see_contest(self, model: LanguageModel, seed: int) -> Job[Contest]:
        """Section 3's work. Raises ValueError for a target or a score that cannot be."""
        wanted = contest(model, self.prompt, seed, principle(), self.target)
        if self.contest is None or self.contest.key != wanted.key:
            self.contest = wanted
            self.began = wanted.done
        return self.contest


def why() -> Why:
    """This visitor's page Why RL; the first call of a tab begins it."""
    if "why" not in st.session_state:
        st.session_state["why"] = Why()
    found: Why = st.session_state["why"]
    return found
