"""Solving a grid world with the exact methods, one press at a time: what is known of it, and the film of how that came.

A method takes what is known before it, yields a report every few milliseconds, and returns what is known then.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from mdp_core.grid.policies import random_arrows
from mdp_core.grid.world import GridWorld
from mdp_core.solvers.backward_induction import backward_induction
from mdp_core.solvers.ending import Endings, EndlessError
from mdp_core.solvers.iterate import Iterate, enough
from mdp_core.solvers.policy_evaluation import policy_evaluation, policy_values
from mdp_core.solvers.policy_improvement import policy_improvement
from mdp_core.solvers.policy_iteration import policy_iteration
from mdp_core.solvers.reel import Array, Reel, Still
from mdp_core.solvers.value_iteration import value_iteration
from mdp_core.tabular import TabularMDP
from mdp_core.work import Report, Work

TOLERANCE = 1e-6  # relative to the largest reward: where a picture has settled
MAX_SWEEPS = 20_000
EVALUATION_SWEEPS = 1_000  # after which the values of a policy are solved for, since nobody looks at more
UNDISCOUNTED_SWEEPS = 3_000  # after which values that still move are not expected to settle
MAX_HORIZON = 1_000
SMALL = 1_000  # states: up to so many the sweeps from 0 are counted too, to compare
FELT = 0.01  # who felt a change: whose value moved by more than this share of the largest movement


@dataclass(frozen=True)
class Wave:
    """How a change ran through."""

    sweeps: int  # from the old values
    anew: int  # from 0; 0 where that was not counted, since it takes long
    felt: int  # states
    states: int
    largest: float  # the largest movement of a value, with its sign


@dataclass(frozen=True, eq=False)
class Knowledge:
    """What is known of a world for one gamma: a reel, and the values and the policy on its last still."""

    world: GridWorld
    gamma: float
    reel: Reel
    reels: int = 0  # grows with every reel, so that each of them is played once
    method: str = ""  # the one that the reel shows
    settled: bool = False  # v is v*, and the policy optimal
    improvements: int | None = None  # that policy iteration took, from a random policy
    sweeps: int | None = None  # that value iteration took, from 0
    wave: Wave | None = None  # the change that the reel shows

    @property
    def table(self) -> TabularMDP:
        """The world's successor tables."""
        return self.world.tabular()

    @property
    def v(self) -> Array:
        """[S]"""
        return self.reel.stills[-1].v

    @property
    def policy(self) -> Array:
        """[S, A]"""
        policy = self.reel.stills[-1].policy
        return self.greedy(self.v) if policy is None else policy

    @property
    def tolerance(self) -> float:
        """The error of a value that nobody sees."""
        return TOLERANCE * max(float(np.abs(self.table.reward).max(initial=0.0)), 1e-9)

    def greedy(self, v: Array) -> Array:
        """[S, A], the policy that is greedy on `v` [S]."""
        return policy_improvement(self.table, np.nan_to_num(v), self.gamma)

    def new_reel(self) -> Reel:
        """An empty one for this world."""
        return Reel(len(self.world.states))

    def after(self, reel: Reel, method: str, **changes: Any) -> Knowledge:
        """What is known once `method` has made `reel`."""
        # Only of the stills that were kept: most sweeps are not.
        reel.stills = [
            still if still.policy is not None else replace(still, policy=self.greedy(still.v)) for still in reel.stills
        ]
        return replace(self, reel=reel, reels=self.reels + 1, method=method, **{"wave": None, **changes})


Reports = Generator[Report[Knowledge], None, Knowledge]
ON_ITS_WAY = Report[Knowledge](0.0)  # nobody knows how much there is to come


def nothing_known(world: GridWorld, gamma: float) -> Knowledge:
    """Of a world that nobody has looked at: v = 0, and a random policy."""
    knowledge = Knowledge(world, gamma, Reel(len(world.states)))
    knowledge.reel.add(Still("v = 0, random policy", np.zeros(len(world.states)), random_arrows(world)))
    return knowledge


def evaluation(known: Knowledge) -> Reports:
    """Value the policy that is there (Sutton & Barto, section 4.1)."""
    table, policy, reel = known.table, known.policy, known.new_reel()
    v0, tolerance = np.nan_to_num(known.v), known.tolerance
    with _endless_in_words(known.world):
        for iterate in policy_evaluation(
            table, policy, known.gamma, tolerance=tolerance, v0=v0, max_sweeps=EVALUATION_SWEEPS
        ):
            reel.add(Still(_sweep(iterate), iterate.v, policy), _residual(iterate))
            yield ON_ITS_WAY
        if not _has_settled(iterate, known.gamma, tolerance):
            reel.add(Still("in the limit, solved", policy_values(table, policy, known.gamma), policy))
    return known.after(reel, "policy evaluation", settled=False)


def improvement(known: Knowledge) -> Reports:
    """Make the policy greedy on the values that are there (section 4.2)."""
    yield ON_ITS_WAY
    reel, better = known.new_reel(), known.greedy(known.v)
    changed = int((np.abs(known.policy - better).max(axis=1)[~known.table.terminal] > 1e-12).sum())
    reel.add(Still("before", known.v, known.policy))
    reel.add(Still(f"greedy on v: {_states(changed)} changed", known.v, better))
    return known.after(reel, "policy improvement")


def iteration_of_values(known: Knowledge) -> Reports:
    """Value iteration, from 0 (section 4.4)."""
    reel = known.new_reel()
    for iterate in _sweeps(known, None, known.tolerance):
        reel.add(Still(_sweep(iterate), iterate.v), _residual(iterate))
        yield ON_ITS_WAY
    return known.after(reel, "value iteration", settled=True, sweeps=len(reel.residuals))


def iteration_of_policies(known: Knowledge) -> Reports:
    """Policy iteration, from a random policy (section 4.3)."""
    reel, improvements = nothing_known(known.world, known.gamma).reel, 0
    v = reel.stills[0].v
    with _endless_in_words(known.world):
        for half in policy_iteration(known.table, known.gamma):
            if half.phase == "improvement":
                improvements += half.changed > 0
                name = f"improvement {half.round}: {_states(half.changed)} changed"
                label = name if half.changed else f"evaluation {half.round}: v = v*, no state changes"
                reel.add(Still(label, half.v, half.policy), float(np.nanmax(np.abs(half.v - v))))
                v = half.v
            yield ON_ITS_WAY
    return known.after(reel, "policy iteration", settled=True, improvements=improvements)


def looking_ahead(known: Knowledge, horizon: int) -> Reports:
    """Backward induction over `horizon` steps, undiscounted: a sum of finitely many rewards always exists."""
    horizon = min(max(horizon, 1), MAX_HORIZON)
    reel, before = known.new_reel(), None
    for stage in backward_induction(known.table, 1.0, horizon):
        to_go = horizon - stage.step
        policy = random_arrows(known.world) if stage.policy is None else stage.policy
        residual = None if before is None else float(np.abs(stage.v - before).max())
        reel.add(Still("1 step to go" if to_go == 1 else f"{to_go} steps to go", stage.v, policy), residual)
        before = stage.v
        yield ON_ITS_WAY
    return known.after(reel, f"backward induction over {horizon} steps", settled=False)


def running_through(known: Knowledge, before: Knowledge) -> Reports:
    """Value iteration in an edited world, from the values `before` the edit, after those have settled."""
    old, table = before.v, known.table
    for iterate in _sweeps(before, None if known.gamma == 1.0 else before.v, known.tolerance):
        old = iterate.v
        yield ON_ITS_WAY
    places = {cell: i for i, cell in enumerate(before.world.states)}
    place = np.array([places.get(cell, -1) for cell in known.world.states])
    old = np.where((place < 0) | table.terminal, 0.0, np.nan_to_num(old)[place])
    # Undiscounted, a circle in which nothing is paid would keep its old values for ever.
    cold = known.gamma == 1.0 and bool(Endings(table).idle.any())
    reel, anew = known.new_reel(), 0
    for iterate in _sweeps(known, None if cold else old, known.tolerance):
        reel.add(Still(_sweep(iterate), iterate.v, change=iterate.v - old), _residual(iterate))
        yield ON_ITS_WAY
    if len(old) <= SMALL:
        for iterate in _sweeps(known, None, known.tolerance):
            anew = iterate.sweep
            yield ON_ITS_WAY
    moved = np.nan_to_num(reel.stills[-1].v - old)
    largest = float(moved[np.abs(moved).argmax()])
    felt = int((np.abs(moved) > FELT * abs(largest)).sum()) if abs(largest) > 10 * known.tolerance else 0
    wave = Wave(len(reel.residuals), anew, felt, len(moved), largest)
    return known.after(reel, "value iteration, from the old values", settled=True, wave=wave)


class Solving:
    """One method after another on one world."""

    def __init__(self, world: GridWorld, gamma: float, reels: int = 0) -> None:
        """Nothing is known yet; `reels` were shown before."""
        self._before = replace(nothing_known(world, gamma), reels=reels)
        self.work: Work[Knowledge] = Work.finished(self._before)

    @property
    def known(self) -> Knowledge:
        """What is known now. While a method is at work, after one that failed, or was left, it is what was known before."""
        return self.work.result or self._before

    def begin(self, method: Callable[[Knowledge], Reports]) -> None:
        """Begin a method. What cannot be solved is a sentence for a visitor, in `work.error`."""
        self._before = self.known
        self.work = Work(method(self._before))

    def edited(self, world: GridWorld) -> Solving:
        """The same for another world, about to show how the change runs through what is known of this one."""
        before = self.known
        following = Solving(world, before.gamma, before.reels)
        following.begin(lambda known: running_through(known, before))
        return following


@contextmanager
def _endless_in_words(world: GridWorld) -> Iterator[None]:
    """Raises ValueError, in a visitor's words, for an EndlessError."""
    try:
        yield
    except EndlessError as error:
        states = [s for s in error.states if world.tabular().start[s] > 0] or list(error.states)
        row, column = world.states[states[0]]
        raise ValueError(
            f"With gamma 1 the sum of rewards need not exist: from row {row + 1}, column {column + 1} an episode may go on "
            "for ever and be paid. Take gamma below 1, or look a number of steps ahead."
        ) from error


def _sweeps(known: Knowledge, v0: Array | None, tolerance: float) -> Iterator[Iterate]:
    """Value iteration until it settles. Raises ValueError, in a visitor's words, where it does not."""
    most = UNDISCOUNTED_SWEEPS if known.gamma == 1.0 else MAX_SWEEPS
    with _endless_in_words(known.world):
        for iterate in value_iteration(known.table, known.gamma, tolerance=tolerance, v0=v0, max_sweeps=most):
            yield iterate
    if not _has_settled(iterate, known.gamma, tolerance):
        raise ValueError(
            f"After {most:,} sweeps the values still move by {iterate.residual:.2g}: take a smaller gamma, or look "
            "a number of steps ahead."
        )


def _has_settled(iterate: Iterate, gamma: float, tolerance: float) -> bool:
    return iterate.residual <= enough(gamma, tolerance, np.nan_to_num(iterate.v))


def _residual(iterate: Iterate) -> float | None:
    """None before the first sweep."""
    return iterate.residual if iterate.sweep else None


def _sweep(iterate: Iterate) -> str:
    return f"sweep {iterate.sweep}, residual {iterate.residual:.2g}" if iterate.sweep else "sweep 0"


def _states(n: int) -> str:
    return "1 state" if n == 1 else f"{n} states"
