"""Solving: the exact methods on one world, one press at a time, and what each of them showed on its way as a film."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mdp_core.grid.policies import random_arrows
from mdp_core.grid.world import GridWorld
from mdp_core.solvers.backward_induction import backward_induction
from mdp_core.solvers.ending import Endings, EndlessError
from mdp_core.solvers.iterate import enough
from mdp_core.solvers.policy_evaluation import policy_evaluation, policy_values
from mdp_core.solvers.policy_improvement import policy_improvement
from mdp_core.solvers.policy_iteration import policy_iteration
from mdp_core.solvers.value_iteration import value_iteration
from mdp_core.tabular import TabularMDP

CELLS = 15_000  # of all frames of a film together: about 1 MB on its way to the browser
FRAMES = 60  # of a film at most
TOLERANCE = 1e-6  # relative to the largest reward: where a picture has settled
MAX_SWEEPS = 20_000
EVALUATION_SWEEPS = 1_000  # after which the values of a policy are solved for, since nobody looks at more
UNDISCOUNTED_SWEEPS = 3_000  # after which values that still move are not expected to settle
MAX_HORIZON = 1_000
SMALL = 1_000  # states: up to so many the sweeps from 0 are counted too, to compare
FELT = 0.01  # who felt a change: whose value moved by more than this share of the largest movement

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Frame:
    """One iterate, as the board shows it."""

    label: str
    v: Array  # [S]
    policy: Array | None  # [S, A]; None until the film is shown: greedy on v
    change: Array | None = None  # [S], against the values before an edit


@dataclass(frozen=True)
class Wave:
    """How a change ran through."""

    sweeps: int  # from the old values
    anew: int  # from 0; 0 where that was not counted, since it takes long
    felt: int  # states
    states: int
    largest: float  # the largest movement of a value, with its sign


class Film:
    """Frames, the first ones all and then fewer and fewer, since they differ less and less; the last one always."""

    def __init__(self, most: int) -> None:
        self.frames: list[Frame] = []
        self.residuals: list[float] = []  # of every sweep, or of every improvement
        self._early = max(most // 2, 1)
        self._ratio = (2_000 / self._early) ** (1 / self._early)
        self._due = 0.0
        self._spare = False  # the last frame is there only because it is the last

    def add(self, frame: Frame, residual: float | None = None) -> None:
        """The next frame; `residual` is how far the values moved to get there."""
        if residual is not None:
            self.residuals.append(residual)
        if self._spare:
            self.frames.pop()
        self.frames.append(frame)
        n = len(self.residuals)
        self._spare = n >= self._early and n < self._due
        if not self._spare:
            self._due = n * self._ratio


class Solving:
    """What is known of a world for one gamma: values, a policy, and the film of how they came about."""

    def __init__(self, world: GridWorld, gamma: float) -> None:
        self.world, self.gamma = world, gamma
        self.table = world.tabular()
        self.v: Array = np.zeros(self.table.shape[0])
        self.policy: Array = random_arrows(world)
        self.method = ""
        self.film = self._new_film()
        self.film.add(Frame("v = 0, random policy", self.v, self.policy))
        self.films = 0  # grows with every film, so that the board plays each of them once
        self.settled = False  # v is v*, and the policy optimal
        self.improvements: int | None = None  # that policy iteration took, from a random policy
        self.sweeps: int | None = None  # that value iteration took, from 0
        self.wave: Wave | None = None
        self.problem = ""
        self.drawn: tuple[Film, Any] | None = None  # a film as the board shows it: laid out once, not at every run
        self._work: Iterator[None] | None = None

    @property
    def busy(self) -> bool:
        """True while a film is being made."""
        return self._work is not None

    def work(self, seconds: float) -> None:
        """Go on for about so long. What cannot be solved is said in `problem`; the last film stays."""
        begun = time.perf_counter()
        while self._work is not None and time.perf_counter() - begun < seconds:
            try:
                next(self._work)
            except StopIteration:
                self._work = None
            except EndlessError as error:
                self._work, self.problem = None, self._endless(error)
            except ValueError as error:
                self._work, self.problem = None, str(error)

    def stop(self) -> None:
        """Leave it at what is there."""
        self._work = None

    def evaluate(self) -> None:
        """Begin to value the policy that is there (Sutton & Barto, section 4.1)."""
        self._begin(self._evaluation())

    def improve(self) -> None:
        """Begin to make the policy greedy on the values that are there (section 4.2)."""
        self._begin(self._improvement())

    def iterate_values(self) -> None:
        """Begin value iteration, from 0 (section 4.4)."""
        self._begin(self._value_iteration())

    def iterate_policies(self) -> None:
        """Begin policy iteration, from a random policy (section 4.3)."""
        self._begin(self._policy_iteration())

    def look_ahead(self, horizon: int) -> None:
        """Begin backward induction over `horizon` steps, undiscounted: a sum of finitely many rewards always exists."""
        self._begin(self._backward_induction(min(max(horizon, 1), MAX_HORIZON)))

    def edited(self, world: GridWorld) -> Solving:
        """The same for another world, about to show how the change runs through what is known of this one."""
        following = Solving(world, self.gamma)
        following.films = self.films
        following._begin(following._ripple(self))
        return following

    # What a turn of the following generators does takes a few milliseconds.

    def _begin(self, work: Iterator[None]) -> None:
        self.problem = ""
        self._work = work

    def _new_film(self) -> Film:
        return Film(int(np.clip(CELLS // self.table.shape[0], 4, FRAMES)))

    def _show(self, film: Film, method: str) -> None:
        """From now on this is the film, and its last frame is what is known."""
        # Only of the frames that were kept: most sweeps are not.
        film.frames = [
            frame if frame.policy is not None else replace(frame, policy=self._greedy(frame.v)) for frame in film.frames
        ]
        self.film, self.method = film, method
        self.films += 1
        last = film.frames[-1]
        self.v, self.policy = last.v, last.policy if last.policy is not None else self.policy

    def _evaluation(self) -> Iterator[None]:
        policy, film = self.policy, self._new_film()
        sweeps = policy_evaluation(
            self.table,
            policy,
            self.gamma,
            tolerance=self._tolerance,
            v0=np.nan_to_num(self.v),
            max_sweeps=EVALUATION_SWEEPS,
        )
        for iterate in sweeps:
            residual = iterate.residual if iterate.sweep else None
            film.add(Frame(_sweep(iterate.sweep, residual), iterate.v, policy), residual)
            yield
        if iterate.residual > enough(self.gamma, self._tolerance, np.nan_to_num(iterate.v)):
            film.add(Frame("in the limit, solved", policy_values(self.table, policy, self.gamma), policy))
        self.settled, self.wave = False, None
        self._show(film, "policy evaluation")

    def _improvement(self) -> Iterator[None]:
        film = self._new_film()
        better = self._greedy(self.v)
        changed = int((np.abs(self.policy - better).max(axis=1)[~self.table.terminal] > 1e-12).sum())
        film.add(Frame("before", self.v, self.policy))
        film.add(Frame(f"greedy on v: {_states(changed)} changed", self.v, better))
        self.wave = None
        self._show(film, "policy improvement")
        yield

    def _value_iteration(self) -> Iterator[None]:
        film = self._new_film()
        for label, v, residual in self._sweeps(self.table, None):
            film.add(Frame(label, v, None), residual)
            yield
        self.settled, self.wave, self.sweeps = True, None, len(film.residuals)
        self._show(film, "value iteration")

    def _policy_iteration(self) -> Iterator[None]:
        film, improvements = self._new_film(), 0
        v: Array = np.zeros(len(self.v))
        film.add(Frame("v = 0, random policy", v, random_arrows(self.world)))
        for half in policy_iteration(self.table, self.gamma):
            if half.phase == "improvement":
                improvements += half.changed > 0
                name = f"improvement {half.round}: {_states(half.changed)} changed"
                label = name if half.changed else f"evaluation {half.round}: v = v*, no state changes"
                film.add(Frame(label, half.v, half.policy), float(np.nanmax(np.abs(half.v - v))))
                v = half.v
            yield
        self.settled, self.wave, self.improvements = True, None, improvements
        self._show(film, "policy iteration")

    def _backward_induction(self, horizon: int) -> Iterator[None]:
        film, before = self._new_film(), None
        for stage in backward_induction(self.table, 1.0, horizon):
            to_go = horizon - stage.step
            policy = random_arrows(self.world) if stage.policy is None else stage.policy
            residual = None if before is None else float(np.abs(stage.v - before).max())
            film.add(Frame("1 step to go" if to_go == 1 else f"{to_go} steps to go", stage.v, policy), residual)
            before = stage.v
            yield
        self.settled, self.wave = False, None
        self._show(film, f"backward induction over {horizon} steps")

    def _ripple(self, before: Solving) -> Iterator[None]:
        """Value iteration again, from the old values, after those have settled."""
        old = before.v
        for _, values, _ in self._sweeps(before.table, None if self.gamma == 1.0 else before.v):
            old = values
            yield
        places = {cell: i for i, cell in enumerate(before.world.states)}
        known = np.array([places.get(cell, -1) for cell in self.world.states])
        old = np.where((known < 0) | self.table.terminal, 0.0, np.nan_to_num(old)[known])
        # Undiscounted, a circle in which nothing is paid would keep its old values for ever.
        cold = self.gamma == 1.0 and bool(Endings(self.table).idle.any())
        film, anew = self._new_film(), 0
        for label, v, residual in self._sweeps(self.table, None if cold else old):
            film.add(Frame(label, v, None, v - old), residual)
            yield
        if len(old) <= SMALL:
            for _ in self._sweeps(self.table, None):
                anew += 1
                yield
        moved = np.nan_to_num(film.frames[-1].v - old)
        largest = float(moved[np.abs(moved).argmax()])
        felt = int((np.abs(moved) > FELT * abs(largest)).sum()) if abs(largest) > 10 * self._tolerance else 0
        self.wave = Wave(len(film.residuals), max(anew - 1, 0), felt, len(moved), largest)
        self.settled = True
        self._show(film, "value iteration, from the old values")

    def _sweeps(self, table: TabularMDP, v0: Array | None) -> Iterator[tuple[str, Array, float | None]]:
        """Value iteration: label, values, residual (None before the first sweep)."""
        most = UNDISCOUNTED_SWEEPS if self.gamma == 1.0 else MAX_SWEEPS
        for iterate in value_iteration(table, self.gamma, tolerance=self._tolerance, v0=v0, max_sweeps=most):
            residual = iterate.residual if iterate.sweep else None
            yield _sweep(iterate.sweep, residual), iterate.v, residual
        if iterate.residual > enough(self.gamma, self._tolerance, np.nan_to_num(iterate.v)):
            raise ValueError(
                f"After {most:,} sweeps the values still move by {iterate.residual:.2g}: take a smaller gamma, or look "
                "a number of steps ahead."
            )

    def _endless(self, error: EndlessError) -> str:
        states = [s for s in error.states if self.table.start[s] > 0] or list(error.states)
        cell = self.table.states[states[0]]
        where = f"row {cell[0] + 1}, column {cell[1] + 1}"  # type: ignore[index]
        return (
            f"With gamma 1 the sum of rewards need not exist: from {where} an episode may go on for ever and be paid. "
            "Take gamma below 1, or look a number of steps ahead."
        )

    def _greedy(self, v: Array) -> Array:
        return policy_improvement(self.table, np.nan_to_num(v), self.gamma)

    @property
    def _tolerance(self) -> float:
        return TOLERANCE * max(float(np.abs(self.table.reward).max(initial=0.0)), 1e-9)


def _sweep(n: int, residual: float | None) -> str:
    return f"sweep {n}" if residual is None else f"sweep {n}, residual {residual:.2g}"


def _states(n: int) -> str:
    return "1 state" if n == 1 else f"{n} states"
