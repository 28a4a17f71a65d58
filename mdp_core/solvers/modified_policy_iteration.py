"""Modified policy iteration: improve, evaluate for a while, and again."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mdp_core.returns import check_gamma
from mdp_core.solvers.bellman import Bellman, PolicyEquation
from mdp_core.solvers.ending import Endings, summable
from mdp_core.solvers.in_place import OptimalSweep
from mdp_core.solvers.iterate import Iterate, check_tolerance, enough, first_values
from mdp_core.tabular import TabularMDP

_TURN = 20  # sweeps between two looks at what they still change
_WORTH = 0.3  # of the residual of Bellman's optimality equation: below it, evaluating is less use than improving
_KRYLOV = 200  # turns of BiCGSTAB for a policy that does not settle, where it cannot be factorised
_LONG = 40  # rounds, after which the way from the end is taken to be a long one
_AGAIN = 10  # rounds from one sweep along that way to the next
_UNDECIDED = 0.1  # of the states: fewer are not worth the longer rows of a policy that is uniform there


def modified_policy_iteration(
    mdp: TabularMDP,
    gamma: float,
    *,
    sweeps: int = 20,
    tolerance: float = 1e-9,
    v0: ArrayLike | None = None,
    max_rounds: int = 100_000,
) -> Iterator[Iterate]:
    """Yield v_0, and the values after each round: one sweep of value iteration and `sweeps` - 1 of its greedy policy.

    Puterman and Shin (1978); Sutton & Barto's truncated policy evaluation. `sweeps` = 1 is value iteration. An iterate's
    residual and span are those of Bellman's optimality equation in its round, its `sweep` counts all sweeps. The last
    iterate is a sweep of value iteration, with the same promise as there; arguments and errors are the same as there too,
    and ValueError if `sweeps` is not positive.
    """
    check_gamma(gamma)
    check_tolerance(tolerance)
    if sweeps < 1:
        raise ValueError(f"sweeps must be at least 1, not {sweeps}")
    checked = summable(mdp, gamma)
    v = first_values(checked.mdp, v0)
    bellman = Bellman(checked.mdp, gamma)
    done, residual, span = 0, np.inf, np.inf
    for _ in range(max_rounds + 1):
        yield Iterate(done, checked.shown(v), residual, span)
        if residual <= enough(gamma, tolerance, v):
            return
        step = _Step(bellman, v)
        v, done, residual, span = step.best, done + 1, step.residual, step.span
        if residual > enough(gamma, tolerance, v):
            v, done = bellman.of_actions(step.q.argmax(axis=0)).after(v, sweeps - 1), done + sweeps - 1


def adaptive_policy_iteration(
    mdp: TabularMDP,
    gamma: float,
    *,
    tolerance: float = 1e-9,
    v0: ArrayLike | None = None,
    max_rounds: int = 100_000,
    bellman: Bellman | None = None,
) -> Iterator[Iterate]:
    """Modified policy iteration for gamma < 1 that evaluates as long as it pays: what `solve` runs.

    Each round sweeps until the policy's own residual is a third of that of Bellman's optimality equation, and solves for
    the policy exactly where many sweeps do not get there. A state in which all actions look the same yet is left at random,
    so that news travels through it; where the way is long all the same, it is carried along in a sweep in place, from the
    ends outwards. `bellman` is that of `mdp` and `gamma`, where it is there already. Promise, other arguments and errors are
    those of `modified_policy_iteration`, and ValueError where gamma is 1.
    """
    check_gamma(gamma)
    check_tolerance(tolerance)
    if gamma == 1.0:
        raise ValueError("gamma must be below 1 here")
    v = first_values(mdp, v0)
    bellman = bellman or Bellman(mdp, gamma)
    patience = max(2 * _TURN, 5 * int(len(v) ** 0.5))
    undecided = float(len(v))
    yield Iterate(0, v, np.inf)
    done = 0
    outwards: OptimalSweep | None = None
    for round_ in range(max_rounds):
        step = _Step(bellman, v)
        v, done = step.best, done + 1
        wanted = enough(gamma, tolerance, v)
        if step.residual <= wanted:
            yield Iterate(done, v, step.residual, step.span)
            return
        if round_ >= _LONG and round_ % _AGAIN == 0:
            outwards = outwards or OptimalSweep(mdp, gamma, Endings(mdp).outwards)
            v, done = outwards(v), done + 1
            yield Iterate(done, v, step.residual, step.span)
            continue
        open_ = step.undecided(mdp)
        count = float(open_.sum())
        if _UNDECIDED * len(v) < count < 0.9 * undecided or (done == 1 and count > _UNDECIDED * len(v)):
            undecided = count
            equation = bellman.of_policy(_partly_random(mdp, step, open_))
            v, done = equation.after(v, patience // 2), done + patience // 2
        else:
            equation = bellman.of_actions(step.q.argmax(axis=0))
            v, swept = _evaluated(equation, v, max(_WORTH * step.residual, 0.3 * wanted), patience)
            done += swept
        yield Iterate(done, v, step.residual, step.span)


class _Step:
    """One sweep of value iteration from `v`, and what it tells."""

    def __init__(self, bellman: Bellman, v: NDArray[np.float64]) -> None:
        self.q = bellman.q(v)  # [A, S]
        self.best: NDArray[np.float64] = self.q.max(axis=0)
        change = self.best - v
        low, high = float(change.min(initial=0.0)), float(change.max(initial=0.0))
        self.residual = max(high, -low)
        self.span = float(np.ptp(change)) if len(v) else 0.0

    def undecided(self, mdp: TabularMDP) -> NDArray[np.bool_]:
        """[S], True where all allowed actions are equally good, to the last digit."""
        result: NDArray[np.bool_] = ((self.q == self.best) | ~mdp.allowed.T).all(axis=0) & ~mdp.terminal
        return result


def _partly_random(mdp: TabularMDP, step: _Step, undecided: NDArray[np.bool_]) -> NDArray[np.float64]:
    chosen = np.eye(mdp.shape[1])[step.q.argmax(axis=0)]
    anything = mdp.allowed / np.maximum(mdp.allowed.sum(axis=1, keepdims=True), 1)
    policy: NDArray[np.float64] = np.where(undecided[:, None], anything, chosen)
    return policy


def _evaluated(
    equation: PolicyEquation, v: NDArray[np.float64], wanted: float, patience: int
) -> tuple[NDArray[np.float64], int]:
    """The policy's values to the residual `wanted`, and the sweeps that took; solved for, where those are too many."""
    swept = 0
    while swept < patience:
        before = equation.after(v, _TURN - 1)
        v = equation.after(before, 1)
        swept += _TURN
        if np.abs(v - before).max(initial=0.0) <= wanted:
            return v, swept
    if equation.factorable:
        return equation.solution(), swept + 1
    close = equation.nearly(v, wanted, _KRYLOV)
    return (v, swept) if close is None else (close, swept + 1)
