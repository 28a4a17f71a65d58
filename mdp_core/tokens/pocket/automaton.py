"""A probabilistic right-linear grammar as a weighted automaton: everything about its texts is exact."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import log

import numpy as np

from mdp_core.distribution import Categorical

State = str


class UngrammaticalError(ValueError):
    """A text that the grammar cannot write; `position` is the index of the first token that does not fit."""

    def __init__(self, tokens: Sequence[str], position: int) -> None:
        before = " ".join(tokens[max(position - 5, 0) : position])
        where = f"after “{before}”" if before else "at the beginning"
        super().__init__(f"Pocket's grammar has no “{tokens[position]}” {where}.")
        self.position = position


@dataclass(frozen=True)
class Arc:
    """Write `token` with `probability` in (0, 1] and go on in `target`."""

    token: str
    probability: float
    target: State


@dataclass(frozen=True, eq=False)
class Automaton:
    """States and the arcs that leave them; deterministic (no two arcs of a state write the same token) and acyclic.

    A text is the sequence of tokens on a path from `start` to a state without arcs. Since the automaton is deterministic
    each text has exactly one path, so its probability is the product along it, and sums over the (very many) texts are
    sums over the (few) states, from the last to the first.
    Raises ValueError if a state's tokens repeat, its probabilities do not sum to one or are not positive, a target is no
    state, or a path returns to where it was.
    """

    start: State
    arcs: Mapping[State, tuple[Arc, ...]]

    def __post_init__(self) -> None:
        if self.start not in self.arcs:
            raise ValueError(f"the start {self.start!r} is no state")
        for state, arcs in self.arcs.items():
            tokens = [arc.token for arc in arcs]
            if len(set(tokens)) < len(tokens):
                raise ValueError(f"state {state!r} writes a token on two arcs")
            if any(arc.probability <= 0 for arc in arcs):
                raise ValueError(f"state {state!r} has an arc without probability")
            if arcs and abs(sum(arc.probability for arc in arcs) - 1.0) > 1e-9:
                raise ValueError(f"the probabilities of state {state!r} do not sum to 1")
            for arc in arcs:
                if arc.target not in self.arcs:
                    raise ValueError(f"state {state!r} leads to {arc.target!r}, which is no state")
        self.ordered  # noqa: B018  (raises on a cycle)

    @cached_property
    def ordered(self) -> tuple[State, ...]:
        """The states that can be reached from the start, every state before those that it leads to."""
        finished: list[State] = []
        entered: set[State] = set()
        done: set[State] = set()

        def visit(state: State) -> None:
            if state in done:
                return
            if state in entered:
                raise ValueError(f"a path returns to state {state!r}")
            entered.add(state)
            for arc in self.arcs[state]:
                visit(arc.target)
            done.add(state)
            finished.append(state)

        visit(self.start)
        return tuple(reversed(finished))

    @cached_property
    def tokens(self) -> tuple[str, ...]:
        """Every token that some text contains, in alphabetical order."""
        return tuple(sorted({arc.token for state in self.ordered for arc in self.arcs[state]}))

    @cached_property
    def distributions(self) -> Mapping[State, Categorical[str]]:
        """P(next token | state) of every state that has arcs."""
        return {
            state: Categorical([arc.token for arc in arcs], [arc.probability for arc in arcs])
            for state, arcs in self.arcs.items()
            if arcs
        }

    @cached_property
    def targets(self) -> Mapping[State, Mapping[str, State]]:
        """state -> token -> where it leads."""
        return {state: {arc.token: arc.target for arc in arcs} for state, arcs in self.arcs.items()}

    def walk(self, tokens: Sequence[str], start: State | None = None) -> State:
        """The state after `tokens`, from `start` (default: the automaton's own); raises UngrammaticalError."""
        state = self.start if start is None else start
        for position, token in enumerate(tokens):
            if token not in self.targets[state]:
                raise UngrammaticalError(tokens, position)
            state = self.targets[state][token]
        return state

    def log_probability(self, tokens: Sequence[str]) -> float:
        """log P(a text begins with `tokens`) in nats; -inf where none does."""
        state, total = self.start, 0.0
        for token in tokens:
            if token not in self.targets[state]:
                return float("-inf")
            total += log(self.distributions[state].probability(token))
            state = self.targets[state][token]
        return total

    def expected_total(self, of: Callable[[Arc], float]) -> Mapping[State, float]:
        """For every state the expected sum of `of` over the arcs still to be taken: V(s) = sum_a p_a (of(a) + V(s_a))."""
        value: dict[State, float] = {}
        for state in reversed(self.ordered):
            value[state] = sum(arc.probability * (of(arc) + value[arc.target]) for arc in self.arcs[state])
        return value

    @cached_property
    def entropy(self) -> Mapping[State, float]:
        """For every state the Shannon entropy, in nats, of the rest of the text."""
        return self.expected_total(lambda arc: -log(arc.probability))

    @cached_property
    def length(self) -> Mapping[State, float]:
        """For every state the expected number of tokens in the rest of the text, the end token included."""
        return self.expected_total(lambda arc: 1.0)

    @property
    def entropy_per_token(self) -> float:
        """Entropy of a text over its expected length, nats: what a perfect model's cross-entropy a token comes to."""
        return self.entropy[self.start] / self.length[self.start]

    @cached_property
    def number(self) -> Mapping[State, int]:
        """For every state the exact number of distinct ways in which the text may go on."""
        count: dict[State, int] = {}
        for state in reversed(self.ordered):
            count[state] = sum(count[arc.target] for arc in self.arcs[state]) if self.arcs[state] else 1
        return count

    def texts(self, start: State | None = None) -> Iterator[tuple[tuple[str, ...], float]]:
        """Every text from `start` on with its probability, depth first. There may be very many: see `number`."""
        state = self.start if start is None else start
        if not self.arcs[state]:
            yield (), 1.0
        for arc in self.arcs[state]:
            for rest, probability in self.texts(arc.target):
                yield (arc.token, *rest), arc.probability * probability

    def sample(self, rng: np.random.Generator, start: State | None = None) -> tuple[str, ...]:
        """One text from `start` on, one uniform of `rng` a token."""
        state = self.start if start is None else start
        text: list[str] = []
        while self.arcs[state]:
            token = self.distributions[state].sample(rng.random())
            text.append(token)
            state = self.targets[state][token]
        return tuple(text)
