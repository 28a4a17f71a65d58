"""What a text is worth: the values of its prefixes and of the tokens that may come next, worked out a bit at a time."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mdp_core.kept import Kept
from mdp_core.rollout import Draws, rollout
from mdp_core.scenarios import TextScenario
from mdp_core.tokens.rewards import longest_text, score_range
from mdp_core.work import Report

if TYPE_CHECKING:
    from mdp_core.tokens.mdp import Text
    from mdp_core.tokens.prefix_values import Effort, PrefixValue
    from mdp_core.tokens.text_model import TextModel

CANDIDATES = 6  # of the likeliest next tokens

# Values are worth keeping: another candidate, another gamma, another visitor asks for the same ones again.
_values: Kept[tuple[TextScenario, tuple[int, ...], Effort], PrefixValue] = Kept(512)


@dataclass(frozen=True)
class Candidate:
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


class TextWorth:
    """The values along one text: `ids` from the prompt on, V of every prefix, and q of what may come behind one of them.

    `values` are by the number of tokens behind the prompt, `candidates` by that number too: those of the prefix that was
    `chosen` to be looked at.
    """

    def __init__(self, model: TextModel, scenario: TextScenario, seed: int, effort: Effort, *, chosen: int = 0) -> None:
        """Raises ValueError for a prompt that cannot be continued."""
        from mdp_core.stage.text import policy_of, token_mdp

        self.model, self.scenario, self.seed, self.effort, self.chosen = model, scenario, seed, effort, chosen
        self.mdp = token_mdp(model, scenario)
        self.policy = policy_of(model, scenario)
        self.ids = self.mdp.prompt
        self.complete = False  # the text is written
        self.values: dict[int, PrefixValue] = {}
        self.candidates: dict[int, list[Candidate]] = {}
        self.low, self.high = _range_of(model, scenario)  # between them lies every score

    @property
    def length(self) -> int:
        """Tokens behind the prompt."""
        return len(self.ids) - len(self.mdp.prompt)

    def prefix(self, t: int) -> Text:
        """The text `t` tokens behind the prompt."""
        return self.ids[: len(self.mdp.prompt) + t]

    def choose(self, t: int) -> bool:
        """Look at what may follow the first `t` tokens; True where that is not worked out yet."""
        self.chosen = min(max(t, 0), max(self.length - 1, 0))
        return self.complete and self.chosen not in self.candidates

    def working(self) -> Generator[Report[TextWorth], None, TextWorth]:
        """Work out all that is not known yet, what is looked at first. Raises ValueError for a text without a score."""
        if not self.complete:
            yield from self._reports(self._write())
        self.chosen = min(self.chosen, max(self.length - 1, 0))
        while not self._is_known(self.chosen):
            yield from self._reports(self._value(self.chosen))
            yield from self._reports(self._look_ahead(self.chosen))
        for t in reversed(range(self.length)):  # the later, the fewer texts there still are
            yield from self._reports(self._value(t))
        return self

    def _reports(self, steps: Iterator[bool]) -> Iterator[Report[TextWorth]]:
        """A report a step; a step says whether it has brought something new."""
        for new in steps:
            yield Report(self._share(), "working out the values", self if new else None)

    def _share(self) -> float:
        if not self.complete:
            return 0.0
        known = sum(t in self.values for t in range(self.length))
        candidates = self.candidates.get(self.chosen, [])
        worked_out = sum(candidate.q(1.0) is not None for candidate in candidates)
        return (known + worked_out) / max(self.length + (len(candidates) or CANDIDATES), 1)

    def _is_known(self, t: int) -> bool:
        return t in self.candidates and all(candidate.q(1.0) is not None for candidate in self.candidates[t])

    def _write(self) -> Iterator[bool]:
        limit, forced = self.scenario.max_tokens, dict(self.scenario.forced)
        for step in rollout(self.mdp, self.policy, rng=Draws(self.seed), max_steps=limit, forced=forced):
            self.ids = step.next_state
            yield True
        self.complete = True

    def _value(self, t: int) -> Iterator[bool]:
        for value in self._worked_out(self.prefix(t)):
            if value is not None:
                new = t not in self.values
                self.values[t] = value
                yield new
            else:
                yield False

    def _look_ahead(self, t: int) -> Iterator[bool]:
        state = self.prefix(t)
        policy = self.policy(state)
        written = self.ids[len(state)]
        likely = [token for token, p in policy.top(CANDIDATES) if p > 0]
        tokens = [token for token in likely if token != written][: CANDIDATES - 1]
        tokens = sorted({*tokens, written}, key=likely.index if written in likely else [*likely, written].index)
        self.candidates[t] = [self._candidate(state, token, policy.probability(token)) for token in tokens]
        yield True
        for i, candidate in enumerate(self.candidates[t]):
            if candidate.score is not None:
                continue
            for value in self._worked_out((*state, candidate.token)):
                if value is not None:
                    new = self.candidates[t][i].value is None
                    self.candidates[t][i] = replace(candidate, value=value)
                    yield new
                else:
                    yield False

    def _candidate(self, state: Text, token: int, p: float) -> Candidate:
        text = (*state, token)
        over = self.mdp.is_terminal(text)
        return Candidate(token, p, None, self.mdp.reward(self.model.decode(text)).total if over else None)

    def _worked_out(self, prefix: Text) -> Iterator[PrefixValue | None]:
        """What is known of V(prefix) after every slice, None for nothing yet; at once where it was asked for lately."""
        from mdp_core.tokens.prefix_values import prefix_value

        key = (replace(self.scenario, forced=()), prefix, self.effort)
        value = _values.get(key)
        if value is not None:
            yield value
            return
        for value in prefix_value(
            self.mdp, self.policy.sampling, prefix, low=self.low, high=self.high, seed=0, effort=self.effort
        ):
            yield value if value.texts or value.sampled else None
        if value is not None:
            _values.put(key, value)


def expect_return(model: TextModel, scenario: TextScenario) -> Generator[Report[PrefixValue], None, PrefixValue]:
    """E[G_0] of a small model's texts after the prompt: enumerated as far as it goes, the remainder drawn.

    Raises ValueError at once for a prompt that cannot be continued, and while it works for a text without a score.
    """
    from mdp_core.stage.text import policy_of, token_mdp
    from mdp_core.tokens.prefix_values import Effort, prefix_value

    mdp, effort = token_mdp(model, scenario), Effort()
    sampling = policy_of(model, scenario).sampling
    low, high = _range_of(model, scenario)
    key = (replace(scenario, forced=()), mdp.prompt, effort)

    def working() -> Generator[Report[PrefixValue], None, PrefixValue]:
        value = _values.get(key)
        if value is not None:
            return value
        for value in prefix_value(mdp, sampling, mdp.prompt, low=low, high=high, effort=effort):
            share = max(0.1, min(value.drawn / effort.samples, 1.0)) if value.drawn else 0.05
            yield Report(share, "working out E[G₀] exactly", value)
        assert value is not None
        return _values.put(key, value)

    return working()


def _range_of(model: TextModel, scenario: TextScenario) -> tuple[float, float]:
    """Between which numbers the score of the scenario's texts lies."""
    if scenario.score != "formula":
        return score_range(scenario.score_spec)
    return score_range(scenario.score_spec, longest_text(model, scenario.prompt, scenario.max_tokens))
