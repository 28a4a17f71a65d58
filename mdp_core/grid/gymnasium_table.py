"""Gymnasium in: an environment that shows its tables, as a tabular MDP."""

from __future__ import annotations

from typing import Any

import numpy as np
from gymnasium import Env
from gymnasium.spaces import Discrete

from mdp_core.tabular import TabularMDP
from mdp_core.transitions import from_transitions

_Table = dict[int, dict[int, list[tuple[float, int, float, bool]]]]


def from_gymnasium(env: Env[Any, Any]) -> TabularMDP:
    """The MDP in `env.unwrapped.P`, where `P[state][action]` = [(probability, next state, reward, terminated), ...].

    FrozenLake, CliffWalking and Taxi have one. States and actions keep their numbers. A state in which an episode ends is
    terminal here, whatever the table says of leaving it: nothing is read behind the flag. (One that an episode can also walk
    through without the flag stays an ordinary state, and only the flagged successors are cut off.) A limit of steps is no
    part of P.
    The start is `initial_state_distrib`, where the environment has one, else state 0.
    Raises ValueError for an environment without P or without discrete spaces, and, naming the row, for probabilities that do
    not sum to 1 within 1e-6, next states that are none, and what else `from_transitions` refuses.
    """
    inside: Any = env.unwrapped
    name = inside.spec.id if getattr(inside, "spec", None) is not None else type(inside).__name__
    P = getattr(inside, "P", None)
    if P is None:
        raise ValueError(
            f"{name} does not show its transition probabilities (it has no P), so it cannot be solved exactly; "
            "FrozenLake-v1, CliffWalking-v1 and Taxi-v4 do."
        )
    spaces = (inside.observation_space, inside.action_space)
    if not all(isinstance(space, Discrete) and space.start == 0 for space in spaces):
        raise ValueError(f"{name} needs discrete states and actions, counted from 0.")
    S, A = (int(space.n) for space in spaces)
    table: _Table = {}
    for s in range(S):
        table[s] = {}
        for a in range(A):
            try:
                row = P[s][a]
            except (KeyError, IndexError):
                continue
            table[s][a] = [(float(p), _state(to, S, s, a), float(r), bool(over)) for p, to, r, over in row]
    start = getattr(inside, "initial_state_distrib", None)
    first: Any = 0
    if start is not None:
        given = np.asarray(start, dtype=np.float64)
        if given.shape != (S,):
            raise ValueError(f"the initial_state_distrib of {name} must be {S} probabilities, not shape {given.shape}.")
        first = dict(enumerate(given.tolist()))
    starts = [0] if start is None else np.flatnonzero(given > 0).tolist()
    return from_transitions(table, terminal=_ends(table, starts), start=first, actions=range(A))


def _ends(table: _Table, starts: list[int]) -> set[int]:
    """The states in which an episode can end, without those through which one from `starts` can go on."""
    passed, waiting = set(starts), list(starts)
    while waiting:
        for row in table[waiting.pop()].values():
            following = {to for p, to, _, over in row if p > 0 and not over} - passed
            passed |= following
            waiting += following
    ends = {to for choices in table.values() for row in choices.values() for p, to, _, over in row if p > 0 and over}
    return ends - passed


def _state(to: Any, S: int, state: int, action: int) -> int:
    if not 0 <= int(to) < S:
        raise ValueError(f"action {action} in state {state} leads to {to}, which is none of the states 0 to {S - 1}.")
    return int(to)
