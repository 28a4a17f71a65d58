"""Finite Markov decision processes from arrays or from a table of transitions: what a textbook or a reader writes down."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence, Set
from numbers import Integral
from typing import Any, SupportsFloat, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mdp_core.tabular import TabularMDP

S = TypeVar("S", bound=Hashable)
A = TypeVar("A", bound=Hashable)

SUM_TOLERANCE = 1e-6  # of the probabilities of a pair
MAX_REWARD = 1e12  # in size: sums of more would drown what is added to them

Successor = tuple[float, S, float] | tuple[float, S, float, bool]  # probability, next state, reward, terminated (False)
Start = Hashable | Mapping[Any, float]  # a state, or a distribution over states

_SUCCESSOR = "(probability, next state, reward), with True behind them where the episode ends"


def from_transitions(
    transitions: Mapping[S, Mapping[A, Iterable[Successor[S]]]],
    *,
    terminal: Iterable[S] | S = (),
    start: Start | None = None,
    actions: Sequence[A] | None = None,
) -> TabularMDP:
    """The MDP of `transitions[state][action]` = [(probability, next state, reward), ...].

    A successor may have a fourth entry, True where the episode ends with it. `terminal` is a state or several (a string is
    one state, and so is a tuple that is a state itself). Terminal are these, whose rows are not read, and states
    that only occur as next states; entering one ends the episode. The states are in the order of `transitions`, then the
    rest as they come; `actions` says the order of the actions, as they come by default. `start` is a state or a distribution
    as a dict, the first state by default. Probabilities that sum to 1 within 1e-6 are scaled to.
    Raises ValueError, which names the state and the action, for what is no list of successors, probabilities that are
    negative or do not sum to 1, and rewards that are not finite or over 1e12 in size; for a state without an action, and a
    start that is no state.
    """
    if not isinstance(transitions, Mapping):
        raise ValueError(f"transitions must be a dict, {{state: {{action: [{_SUCCESSOR}]}}}}")
    ends = _ends(terminal, transitions)
    names: dict[S, None] = dict.fromkeys(transitions)
    columns: dict[A, None] = dict.fromkeys(actions or ())
    rows: dict[tuple[S, A], list[tuple[float, S, float, bool]]] = {}
    for state, choices in transitions.items():
        if state in ends:
            continue
        if not isinstance(choices, Mapping):
            raise ValueError(
                f"state {state!r} has {choices!r:.80} where its actions should be; write {{action: [{_SUCCESSOR}]}}"
            )
        for action, successors in choices.items():
            if actions is not None and action not in columns:
                raise ValueError(
                    f"{_where(state, action)} is an action that is none of {', '.join(map(repr, actions))}"
                )
            columns.setdefault(action)
            rows[state, action] = _successors(successors, state, action)
            names.update(dict.fromkeys(to for _, to, _, _ in rows[state, action]))
    if not (isinstance(terminal, tuple) and terminal in names):  # else it is a state that only occurs as a next one
        names.update(ends)
    states, named = tuple(names), tuple(columns) or ("",)
    if not states:
        raise ValueError("there is no state; give at least one")
    index = {state: i for i, state in enumerate(states)}
    column = {action: a for a, action in enumerate(named)}
    shape = (len(states), len(named), max(map(len, rows.values()), default=0) or 1)
    next_state = np.zeros(shape, dtype=np.int32)
    probability, reward = np.zeros(shape), np.zeros(shape)
    terminated, allowed = np.zeros(shape, dtype=np.bool_), np.zeros(shape[:2], dtype=np.bool_)
    for (state, action), row in rows.items():
        i, a = index[state], column[action]
        allowed[i, a] = True
        for k, (p, to, r, over) in enumerate(row):
            next_state[i, a, k], probability[i, a, k], reward[i, a, k] = index[to], p, r
            terminated[i, a, k] = over
    is_terminal = np.array([state in ends or state not in transitions for state in states], dtype=np.bool_)
    return _made(next_state, probability, reward, terminated, allowed, is_terminal, start, states, named)


def from_arrays(
    P: ArrayLike,
    R: ArrayLike,
    *,
    terminal: Iterable[int] | int = (),
    start: Start | None = None,
    allowed: ArrayLike | None = None,
    states: Sequence[Hashable] | None = None,
    actions: Sequence[Hashable] | None = None,
) -> TabularMDP:
    """The MDP of dense arrays: `P` [A, S, S'] the probabilities, `R` [S, A], [S] or [A, S, S'] the rewards.

    `terminal` are the indices of terminal states, whose rows are not read; entering one ends the episode. A string there is
    a name in `states`. `start` is a state or a distribution as a dict (of the names in `states`, else of indices), the first
    state by default. A pair that is not `allowed` [S, A], or whose reward in an [S, A] array is -inf or nan, is no action.
    For P[S, A, S'] pass `P.transpose(1, 0, 2)`. Raises ValueError for what `from_transitions` refuses, and if shapes do not
    fit.
    """
    p = np.array(P, dtype=np.float64)
    if p.ndim != 3 or p.shape[1] != p.shape[2] or not p.size:
        raise ValueError(f"P must have the shape (A, S, S), not {p.shape}")
    p = p.transpose(1, 0, 2)
    size = p.shape[:2]
    r = np.array(R, dtype=np.float64)
    ok = np.ones(size, dtype=np.bool_) if allowed is None else np.array(allowed, dtype=np.bool_)
    if ok.shape != size:
        raise ValueError(f"allowed must have the shape {size}, not {ok.shape}")
    if r.shape == size:
        ok = ok & ~(np.isnan(r) | np.isneginf(r))
        r = np.broadcast_to(np.where(ok, r, 0.0)[:, :, None], p.shape)
    elif r.shape == size[:1]:
        r = np.broadcast_to(r[:, None, None], p.shape)
    elif r.shape == (size[1], size[0], size[0]):
        r = r.transpose(1, 0, 2)
    else:
        raise ValueError(f"R must have the shape {size}, {size[:1]} or {(size[1], size[0], size[0])}, not {r.shape}")
    is_terminal = np.zeros(size[0], dtype=np.bool_)
    for s in _ends(terminal, {}):
        at = list(states or ()).index(s) if isinstance(s, str) and s in (states or ()) else s
        if not isinstance(at, Integral) or isinstance(at, bool) or not 0 <= at < size[0]:
            raise ValueError(f"the terminal state {s!r} is none of the states 0 to {size[0] - 1}")
        is_terminal[at] = True
    used = p != 0
    K = max(int(used.sum(axis=2).max()), 1)
    next_state = np.argsort(~used, axis=2, kind="stable")[:, :, :K]
    return _made(
        next_state.astype(np.int32),
        np.take_along_axis(p, next_state, axis=2),
        np.take_along_axis(r, next_state, axis=2).copy(),
        np.zeros(next_state.shape, dtype=np.bool_),
        ok & ~is_terminal[:, None],
        is_terminal,
        start,
        tuple(range(size[0])) if states is None else tuple(states),
        tuple(range(size[1])) if actions is None else tuple(actions),
    )


def _made(
    next_state: NDArray[np.int32],
    probability: NDArray[np.float64],
    reward: NDArray[np.float64],
    terminated: NDArray[np.bool_],
    allowed: NDArray[np.bool_],
    terminal: NDArray[np.bool_],
    start: Start | None,
    states: Sequence[Hashable],
    actions: Sequence[Hashable],
) -> TabularMDP:
    """Check the tables of the states that are not terminal, write the rows of those that are, and find the start."""
    if len(set(states)) != len(terminal) or len(set(actions)) != allowed.shape[1]:
        raise ValueError(f"{len(terminal)} states and {allowed.shape[1]} actions need as many different names")
    idle = np.flatnonzero(~terminal & ~np.any(allowed, axis=1))
    if len(idle):
        raise ValueError(f"state {states[idle[0]]!r} has no action; give it one, or make it terminal")
    sums = probability.sum(axis=2)
    negative = ~np.all(probability >= 0, axis=2)
    for s, a in np.argwhere(allowed & (negative | ~(np.abs(sums - 1.0) <= SUM_TOLERANCE))).tolist():
        fault = (
            "a negative probability, or one that is no number" if negative[s, a] else f"they sum to {sums[s, a]:.9g}"
        )
        raise ValueError(
            f"the probabilities of {_where(states[s], actions[a])} must not be negative and must sum to 1: {fault}"
        )
    used = (probability > 0) & allowed[:, :, None]
    for s, a, k in np.argwhere(used & ~(np.abs(reward) <= MAX_REWARD)).tolist():
        raise ValueError(
            f"the rewards of {_where(states[s], actions[a])} must be numbers of at most {MAX_REWARD:.0e} in size, "
            f"not {reward[s, a, k]:.6g}"
        )
    itself = np.broadcast_to(np.arange(len(terminal), dtype=np.int32)[:, None, None], next_state.shape)
    certain = np.zeros(next_state.shape)
    certain[:, :, 0] = 1.0
    over = terminal[:, None, None]
    total = np.where(allowed, sums, 1.0)[:, :, None]
    return TabularMDP(
        next_state=np.where(used, next_state, itself),
        probability=np.where(over, certain, np.where(used, probability, 0.0) / total),
        reward=np.where(used, reward, 0.0),
        terminated=np.where(used, terminated | terminal[next_state], over),
        allowed=allowed | terminal[:, None],
        terminal=terminal,
        start=_start(start, states),
        states=states,
        actions_named=actions,
    )


def _ends(terminal: Iterable[S] | S, transitions: Mapping[S, object]) -> dict[S, None]:
    """The states that `terminal` names, in its order; those of a set, which has none, in that of how they are written."""
    one = isinstance(terminal, str | bytes) or not isinstance(terminal, Iterable)
    if one or (isinstance(terminal, tuple) and terminal in transitions):
        return {terminal: None}  # type: ignore[dict-item]  # it is one state: what is iterated below is not
    return dict.fromkeys(sorted(terminal, key=repr) if isinstance(terminal, Set) else terminal)  # type: ignore[arg-type]


def _successors(entries: Iterable[Successor[S]], state: S, action: A) -> list[tuple[float, S, float, bool]]:
    where = _where(state, action)
    if isinstance(entries, str | bytes | Mapping) or not isinstance(entries, Iterable):
        raise ValueError(f"{where} has {entries!r:.80} where its successors should be; write a list of {_SUCCESSOR}")
    listed = list(entries)
    for entry in listed:
        if isinstance(entry, str | bytes | Mapping) or not isinstance(entry, Iterable):
            raise ValueError(f"{where} has {entry!r:.80} as a successor; write a list of {_SUCCESSOR}")
    return [_successor(tuple(entry), where) for entry in listed]


def _successor(entry: tuple[Any, ...], where: str) -> tuple[float, Any, float, bool]:
    if len(entry) not in (3, 4):
        raise ValueError(f"{where} has a successor of {len(entry)} entries; write {_SUCCESSOR}")
    p, to, reward, over = entry if len(entry) == 4 else (*entry, False)
    if not (_is_number(p) and _is_number(reward) and isinstance(to, Hashable) and over in (True, False)):
        raise ValueError(f"{where} has the successor {entry!r:.80}; write {_SUCCESSOR}")
    return float(p), to, float(reward), bool(over)


def _is_number(value: object) -> bool:
    return (
        isinstance(value, SupportsFloat) and getattr(value, "ndim", 0) == 0 and not isinstance(value, bool | np.bool_)
    )


def _start(start: Start | None, states: Sequence[Hashable]) -> NDArray[np.float64]:
    if not isinstance(start, Hashable | Mapping):
        raise ValueError(f"the start {start!r:.80} must be a state, or a dict of states and their probabilities")
    first = {states[0] if start is None else start: 1.0} if not isinstance(start, Mapping) else start
    index = {state: i for i, state in enumerate(states)}
    result = np.zeros(len(states))
    for state, p in first.items():
        if state not in index:
            raise ValueError(f"the start {state!r} is none of the states")
        if not _is_number(p):
            raise ValueError(f"the probability of the start {state!r} must be a number, not {p!r:.80}")
        result[index[state]] += p
    total = float(result.sum())
    if not np.all(result >= 0) or not abs(total - 1.0) <= SUM_TOLERANCE:
        raise ValueError(f"the probabilities of the start must not be negative and must sum to 1, not {total:.9g}")
    return result / total


def _where(state: Hashable, action: Hashable) -> str:
    return f"action {action!r} in state {state!r}"
