"""What texts are worth: the values of prefixes and of next tokens, worked out a slice at a time and kept for all."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from components.server.pictures import is_slow
from mdp_core.kept import Kept
from mdp_core.rollout import Draws, rollout
from mdp_core.scenarios import TextScenario

if TYPE_CHECKING:
    from mdp_core.tokens.language_model import LanguageModel
    from mdp_core.tokens.mdp import Text
    from mdp_core.tokens.prefix_values import Effort, PrefixValue

CANDIDATES = 6  # of the likeliest next tokens
ROLLOUTS = (4, 64)  # of a slow model, for each prefix
SLOW_BATCH = 8  # texts of a slow model between two looks

_kept: Kept[tuple[TextScenario, tuple[int, ...], Effort], PrefixValue] = Kept(512)


@dataclass(frozen=True)
class Next:
    """A token that may come next."""

    token: int
    p: float
    value: PrefixValue | None  # of the text with it; None where it is not worked out yet
    score: float | None  # where the text ends with it

    def q(self, gamma: float) -> float | None:
        """q(s, a): the score where the text ends, else gamma V of the longer text."""
        if self.score is not None:
            return self.score
        return None if self.value is None else gamma * self.value.value(gamma)

    def half(self, gamma: float) -> float:
        """How far off it may be."""
        return 0.0 if self.value is None else gamma * self.value.half_width(gamma)


@dataclass
class Worth:
    """The values along one text: `ids` from the prompt on, V of every prefix, and q of what may come behind one of them."""

    model: LanguageModel
    scenario: TextScenario
    seed: int
    rollouts: int  # of a slow model
    chosen: int = 0  # the prefix whose next tokens are looked at: so many tokens behind the prompt
    ids: tuple[int, ...] = ()
    complete: bool = False  # the text is written
    values: dict[int, PrefixValue] = field(default_factory=dict)  # by the tokens behind the prompt
    tokens: dict[int, list[Next]] = field(default_factory=dict)
    done: bool = False
    stopped: bool = False
    error: ValueError | None = None  # why no more can be known

    def __post_init__(self) -> None:
        """Raises ValueError for a prompt that cannot be continued."""
        from mdp_core.stage.text import policy_of, token_mdp
        from mdp_core.tokens.prefix_values import Effort

        self.mdp = token_mdp(self.model, self.scenario)
        self.policy = policy_of(self.model, self.scenario)
        self.slow = is_slow(self.model)
        self.effort = (
            Effort(0.0, 0, self.rollouts, SLOW_BATCH)
            if self.slow
            else Effort(tolerance=0.003, prefixes=20_000, samples=1_000, batch=250)
        )
        self.ids = self.mdp.prompt
        self._working = self._work()

    @property
    def length(self) -> int:
        """Tokens behind the prompt."""
        return len(self.ids) - len(self.mdp.prompt)

    @property
    def low(self) -> float:
        """The lowest score that there can be."""
        return self._range()[0]

    @property
    def high(self) -> float:
        """The highest score that there can be."""
        return self._range()[1]

    @property
    def progress(self) -> float:
        """How much of it is done, in [0, 1]."""
        if not self.complete:
            return 0.0
        known = sum(t in self.values for t in range(self.length))
        here = self.tokens.get(self.chosen, [])
        found = sum(1 for item in here if item.q(1.0) is not None)
        return (known + found) / max(self.length + (len(here) or CANDIDATES), 1)

    @property
    def far(self) -> int:
        """A number that grows with everything that becomes known."""
        found = [item for items in self.tokens.values() for item in items if item.q(1.0) is not None]
        return len(self.ids) + len(self.values) + len(found)

    def prefix(self, t: int) -> Text:
        """The text `t` tokens behind the prompt."""
        return self.ids[: len(self.mdp.prompt) + t]

    def choose(self, t: int) -> None:
        """Look at what may follow the first `t` tokens."""
        self.chosen = min(max(t, 0), max(self.length - 1, 0))
        if self.complete and self.chosen not in self.tokens:
            self.done = self.stopped = False
            self._working = self._work()

    def stop(self) -> None:
        """Work no further; what is known stays."""
        self.done = self.stopped = True

    def go_on(self) -> None:
        """Work on."""
        self.done = self.stopped = False

    def work(self, seconds: float) -> None:
        """Go on for about so long."""
        begun = time.perf_counter()
        while not self.done and time.perf_counter() - begun < seconds:
            try:
                self.done = next(self._working, None) is None
            except ValueError as error:  # a text without a score
                self.error, self.done = error, True

    def _work(self) -> Iterator[bool]:
        if not self.complete:
            yield from self._write()
        self.chosen = min(self.chosen, max(self.length - 1, 0))
        while self.chosen not in self.tokens or not all(item.q(1.0) is not None for item in self.tokens[self.chosen]):
            yield from self._value(self.chosen)
            yield from self._next(self.chosen)
        for t in reversed(range(self.length)):  # the later, the fewer texts there still are
            yield from self._value(t)

    def _write(self) -> Iterator[bool]:
        limit, forced = self.scenario.max_tokens, dict(self.scenario.forced)
        for step in rollout(self.mdp, self.policy, rng=Draws(self.seed), max_steps=limit, forced=forced):
            self.ids = step.next_state
            yield True
        self.complete = True

    def _value(self, t: int) -> Iterator[bool]:
        for value in self._worked_out(self.prefix(t)):
            if value is not None:
                self.values[t] = value
            yield True

    def _next(self, t: int) -> Iterator[bool]:
        state = self.prefix(t)
        policy = self.policy(state)
        written = self.ids[len(state)]
        likely = [token for token, p in policy.top(CANDIDATES) if p > 0]
        found = [token for token in likely if token != written][: CANDIDATES - 1]
        found = sorted({*found, written}, key=likely.index if written in likely else [*likely, written].index)
        self.tokens[t] = [self._candidate(state, token, policy.probability(token)) for token in found]
        yield True
        for i, item in enumerate(self.tokens[t]):
            if item.score is None:
                for value in self._worked_out((*state, item.token)):
                    if value is not None:
                        self.tokens[t][i] = replace(item, value=value)
                    yield True

    def _candidate(self, state: Text, token: int, p: float) -> Next:
        text = (*state, token)
        over = self.mdp.is_terminal(text)
        return Next(token, p, None, self.mdp.reward(self.model.decode(text)).total if over else None)

    def _worked_out(self, prefix: Text) -> Iterator[PrefixValue | None]:
        """What is known of V(prefix) after every slice, None for nothing yet; at once where it was asked for lately."""
        from mdp_core.tokens.prefix_values import prefix_value

        key = (replace(self.scenario, forced=()), prefix, self.effort)
        kept = _kept.get(key)
        if kept is not None:
            yield kept
            return
        low, high = self._range()
        value = None
        for value in prefix_value(
            self.mdp, self.policy.sampling, prefix, low=low, high=high, seed=0, effort=self.effort
        ):
            yield value if value.texts or value.sampled else None
        if value is not None:
            _kept.put(key, value)

    def _range(self) -> tuple[float, float]:
        return _range_of(self.model, self.scenario)


@dataclass
class Objective:
    """E[G_0] of a small model's texts after the prompt: enumerated as far as it goes, the remainder drawn."""

    model: LanguageModel
    scenario: TextScenario
    value: PrefixValue | None = None
    done: bool = False

    def __post_init__(self) -> None:
        """Raises ValueError for a prompt that cannot be continued."""
        from mdp_core.stage.text import policy_of, token_mdp
        from mdp_core.tokens.prefix_values import Effort, prefix_value

        mdp = token_mdp(self.model, self.scenario)
        low, high = _range_of(self.model, self.scenario)
        effort = Effort()
        self._key = (replace(self.scenario, forced=()), mdp.prompt, effort)
        self.value = _kept.get(self._key)
        self.done = self.value is not None
        sampling = policy_of(self.model, self.scenario).sampling
        self._coming = prefix_value(mdp, sampling, mdp.prompt, low=low, high=high, effort=effort)
        self.effort = effort

    @property
    def progress(self) -> float:
        """How much of it is done, in [0, 1]."""
        if self.done:
            return 1.0
        if self.value is None or not self.value.drawn:
            return 0.05
        return max(0.1, min(self.value.drawn / self.effort.samples, 1.0))

    def stop(self) -> None:
        """Work no further; what is known stays."""
        self.done = True

    def work(self, seconds: float) -> None:
        """Go on for about so long."""
        begun = time.perf_counter()
        while not self.done and time.perf_counter() - begun < seconds:
            try:
                value = next(self._coming, None)
            except ValueError:  # a text without a score: the sample, which shows it, says so
                self.done = True
                return
            if value is None:
                self.done = True
                if self.value is not None:
                    _kept.put(self._key, self.value)
            else:
                self.value = value


def _range_of(model: LanguageModel, scenario: TextScenario) -> tuple[float, float]:
    """Between which numbers the score of the scenario's texts lies."""
    from mdp_core.tokens.prefix_values import longest_text, score_range

    if scenario.score != "formula":
        return score_range(scenario.score_spec)
    return score_range(scenario.score_spec, longest_text(model, scenario.prompt, scenario.max_tokens))
