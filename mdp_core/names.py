"""A table's numbers by the names of its states and actions, and back."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

_BEST = 1e-9  # probabilities that are this close to the largest are as large


@dataclass(frozen=True, eq=False)
class Names:
    """What the indices of a table stand for. Raises ValueError, which says the name, for a state or an action that is none,
    and for an array of another shape."""

    states: Sequence[Hashable]  # [S]
    actions: Sequence[Hashable]  # [A]
    allowed: NDArray[np.bool_]  # [S, A]
    terminal: NDArray[np.bool_]  # [S]

    def state(self, name: Hashable) -> int:
        """The index of that state."""
        return _found(self._states, name, "state")

    def action(self, name: Hashable) -> int:
        """The index of that action."""
        return _found(self._actions, name, "action")

    def values(self, v: ArrayLike) -> dict[Any, float]:
        """[S] -> {state: v(s)}."""
        return dict(zip(self.states, _shaped(v, self.terminal.shape).tolist(), strict=True))

    def by_action(self, q: ArrayLike) -> dict[Any, dict[Any, float]]:
        """[S, A] -> {state: {action: q(s, a) or pi(a | s)}}, the allowed actions of the states that are not terminal."""
        rows = zip(self.states, _shaped(q, self.allowed.shape).tolist(), self.allowed, self.terminal, strict=True)
        return {
            state: {self.actions[a]: row[a] for a in np.flatnonzero(allowed).tolist()}
            for state, row, allowed, terminal in rows
            if not terminal
        }

    def best(self, table: ArrayLike) -> dict[Any, tuple[Any, ...]]:
        """[S, A] -> {state: the actions that `table` has most of}, equals together; of q(s, a) the greedy, of a policy the
        most probable ones."""
        return {
            state: tuple(a for a, x in row.items() if x >= max(row.values()) - _BEST * max(1.0, abs(max(row.values()))))
            for state, row in self.by_action(table).items()
        }

    def vector(self, values: Mapping[Any, float], default: float = 0.0) -> NDArray[np.float64]:
        """{state: number} -> [S], `default` where nothing is said: such as the values that a solver starts from."""
        result = np.full(self.terminal.shape, default, dtype=np.float64)
        _named(values, "{state: number}")
        for state, value in values.items():
            result[self.state(state)] = value
        return result

    def policy(self, choices: Mapping[Any, Any]) -> NDArray[np.float64]:
        """{state: an action, or {action: probability}} -> [S, A], a policy for the solvers; rows of 0 for terminal states.

        Raises ValueError, too, where a state that is not terminal is left out, an action is not allowed, or probabilities
        are negative or do not sum to 1 within 1e-6.
        """
        result = np.zeros(self.allowed.shape)
        _named(choices, "{state: action} or {state: {action: probability}}; an array is one already")
        for state, choice in choices.items():
            s = self.state(state)
            for action, p in (choice if isinstance(choice, Mapping) else {choice: 1.0}).items():
                a = self.action(action)
                if p and not self.allowed[s, a]:
                    raise ValueError(f"action {action!r} is not allowed in state {state!r}")
                result[s, a] = p
        sums = result.sum(axis=1)
        bad = ~self.terminal & ~(np.all(result >= 0, axis=1) & (np.abs(sums - 1.0) <= 1e-6))
        if bad.any():
            state = self.states[int(np.argmax(bad))]
            raise ValueError(f"in state {state!r} the policy needs an action, or probabilities that sum to 1")
        return result

    @cached_property
    def _states(self) -> dict[Hashable, int]:
        return {name: i for i, name in enumerate(self.states)}

    @cached_property
    def _actions(self) -> dict[Hashable, int]:
        return {name: i for i, name in enumerate(self.actions)}


def _found(index: Mapping[Hashable, int], name: Hashable, kind: str) -> int:
    if name not in index:
        some = ", ".join(map(repr, list(index)[:6]))
        raise ValueError(
            f"{name!r} is no {kind}: there {'are' if len(index) > 1 else 'is'} {some}"
            + (f" and {len(index) - 6} more" if len(index) > 6 else "")
        )
    return index[name]


def _named(value: object, wanted: str) -> None:
    if not isinstance(value, Mapping):
        raise ValueError(f"by names comes a dict {wanted}, not {type(value).__name__}")


def _shaped(array: ArrayLike, shape: tuple[int, ...]) -> NDArray[np.float64]:
    result = np.asarray(array, dtype=np.float64)
    if result.shape != shape:
        raise ValueError(f"by names goes an array of shape {shape}, not {result.shape}")
    return result
