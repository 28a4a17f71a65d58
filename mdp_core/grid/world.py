"""Grid worlds: an agent on a map, as a Markov decision process."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mdp_core.distribution import Categorical
from mdp_core.grid.maps import WALL, GridMap, Kind, Sign
from mdp_core.mdp import Outcome
from mdp_core.tabular import TabularMDP

Cell = tuple[int, int]  # (row, column), row 0 at the top

ACTIONS = ("up", "right", "down", "left")  # clockwise, so that the neighbours in this ring are the perpendiculars
MOVES = ((-1, 0), (0, 1), (1, 0), (0, -1))
END: Cell = (-1, -1)  # where an agent goes that leaves a goal which pays on leaving: off the map, the episode over


class _Ground(NamedTuple):
    """What the map says of each cell, [rows, columns] each."""

    wall: NDArray[np.bool_]
    cliff: NDArray[np.bool_]
    ends: NDArray[np.bool_]
    pays: NDArray[np.float64]  # for being entered, or for being left; a jump pays for that alone, and elsewhere


class _Move(NamedTuple):
    """Where each state leads if the agent really goes in one direction."""

    next_state: NDArray[np.int32]  # [S]
    reward: NDArray[np.float64]  # [S]
    terminated: NDArray[np.bool_]  # [S]
    inside: NDArray[np.bool_]  # [S], the direction does not lead off the map


@dataclass(frozen=True)
class GridWorld:
    """The world of a map: states are cells (row, column), actions are "up", "right", "down", "left".

    With probability 1 - slip the agent goes where it wants, with slip / 2 to each side, or with slip to the one side that
    the map names. A wall or the border keeps it
    where it is. Walls and cliffs are no states: nobody ever stands there. A world that pays on entering ends in its goals
    and pits, which are terminal states. One that pays on leaving (Russell & Norvig, 3rd edition) lets the agent stand
    there once more: any action pays the cell's reward and leads to END, so the value of a goal is its reward.
    """

    map: GridMap

    def initial_state(self) -> Cell:
        """The start of the map."""
        return self.map.start

    def actions(self, state: Cell) -> tuple[str, ...]:
        """The allowed actions, clockwise from up: all four, or those that stay on the map where its edges are forbidden.

        Raises ValueError if `state` is no state of the world.
        """
        return self._allowed[self.index(state)]

    def transition(self, state: Cell, action: str) -> Categorical[Outcome[Cell]]:
        """P(. | s, a): the direction that was wanted first, then its left and its right; equal outcomes are one.

        Raises ValueError if the state is terminal or none, or the action is not allowed there.
        """
        known = self._transitions.get((state, action))
        if known is not None:
            return known
        table, s = self.tabular(), self.index(state)
        if table.terminal[s]:
            raise ValueError(f"the episode is over in {state}")
        if action not in self._allowed[s]:
            raise ValueError(f"action {action!r} is not allowed in {state}")
        outcomes = table.transition(s, ACTIONS.index(action))
        named = [Outcome(self.states[o.next_state], o.reward, o.terminated) for o in outcomes.outcomes]
        made = Categorical(tuple(named), outcomes.probabilities)
        self._transitions[state, action] = made
        return made

    def is_terminal(self, state: Cell) -> bool:
        """True where no further step is taken. Raises ValueError if `state` is no state of the world."""
        return bool(self.tabular().terminal[self.index(state)])

    def index(self, state: Cell) -> int:
        """The place of `state` in `states`. Raises ValueError if it is none."""
        try:
            return self._indices[state]
        except (KeyError, TypeError):
            raise ValueError(f"{state!r} is no state of this world") from None

    def tabular(self) -> TabularMDP:
        """The successor tables: S = len(states), A = 4 in the order of ACTIONS, K = 3 with slip (to one side
        2) and 1 without."""
        return self._tabular

    def with_slip(self, slip: float) -> GridWorld:
        """The same map with another chance of going sideways. Raises ValueError if `slip` is not in [0, 1]."""
        if not 0.0 <= slip <= 1.0:
            raise ValueError(f"slip is a probability, from 0 to 1, not {slip}")
        return replace(self, map=replace(self.map, slip=float(slip)))

    def sign(self, cell: Cell) -> Sign | None:
        """What the map says of a cell; None for a wall."""
        return self.map.legend.get(self.map.rows[cell[0]][cell[1]])

    def on_map(self, values: ArrayLike) -> NDArray[np.float64]:
        """[S, ...] -> [rows, columns, ...]: values of the states laid out on the map, nan where no state is."""
        v = np.asarray(values, dtype=np.float64)
        laid = np.full((*self.map.shape, *v.shape[1:]), np.nan)
        r, c = self._at
        laid[r, c] = v[: len(r)]
        return laid

    def standing(self, kinds: Collection[Kind]) -> NDArray[np.bool_]:
        """[S], True for the cells whose sign is of one of `kinds`; END has none."""
        marks = [mark for mark, sign in self.map.legend.items() if sign.kind in kinds]
        result = np.zeros(len(self.states), dtype=np.bool_)
        result[: len(self._at[0])] = self._marked(marks)[self._at]
        return result

    @cached_property
    def states(self) -> tuple[Cell, ...]:
        """[S], the cells on which an agent can stand, row by row; then END, where the world has one."""
        r, c = self._at
        cells = tuple(zip(r.tolist(), c.tolist(), strict=True))
        ending = any(sign.ends for _, sign in self.map.signs)
        return (*cells, END) if self.map.pays == "leaving" and ending else cells

    @cached_property
    def coordinates(self) -> NDArray[np.int64]:
        """[S, 2], the rows and columns of `states`."""
        r, c = self._at
        return np.concatenate([np.stack([r, c], axis=1), np.full((len(self.states) - len(r), 2), END)])

    @cached_property
    def _at(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The rows and the columns of the cells that are states."""
        r, c = np.nonzero(~self._ground.wall & ~self._ground.cliff)
        return r, c

    @cached_property
    def _signs(self) -> NDArray[np.uint32]:
        """[rows, columns], the signs by their number in Unicode: numbers are compared faster than letters."""
        return np.array(self.map.rows).view(np.uint32).reshape(self.map.shape)

    def _marked(self, marks: Iterable[str]) -> NDArray[np.bool_]:
        """[rows, columns], True where one of `marks` is."""
        return np.isin(self._signs, [ord(mark) for mark in marks])

    @cached_property
    def _ground(self) -> _Ground:
        legend, step = self.map.legend, self.map.step
        pays = np.full(self.map.shape, step)
        for mark, sign in legend.items():
            if sign.kind != "jump" and sign.reward is not None:
                pays[self._signs == ord(mark)] = sign.reward
        return _Ground(
            self._signs == ord(WALL),
            self._marked(mark for mark, sign in legend.items() if sign.kind == "cliff"),
            self._marked(mark for mark, sign in legend.items() if sign.ends),
            pays,
        )

    @cached_property
    def _indices(self) -> dict[Cell, int]:
        return {cell: i for i, cell in enumerate(self.states)}

    @cached_property
    def _transitions(self) -> dict[tuple[Cell, str], Categorical[Outcome[Cell]]]:
        return {}  # of the pairs that were asked for: a robot that wanders asks for the same few again and again

    @cached_property
    def _allowed(self) -> list[tuple[str, ...]]:
        return [tuple(a for a, ok in zip(ACTIONS, row, strict=True) if ok) for row in self._tabular.allowed.tolist()]

    @cached_property
    def _tabular(self) -> TabularMDP:
        S, slip = len(self.states), self.map.slip
        moves = [self._move(a) for a in range(4)]
        turns: tuple[int, ...] = (0,)
        chances: tuple[float, ...] = (1.0,)
        if slip > 0:
            turns = {"both": (0, -1, 1), "left": (0, -1), "right": (0, 1)}[self.map.side]
            chances = (1 - slip, *(slip / (len(turns) - 1) for _ in turns[1:]))

        def table(name: str) -> NDArray[np.generic]:
            return np.stack(
                [np.stack([getattr(moves[(a + k) % 4], name) for k in turns], axis=1) for a in range(4)], axis=1
            )

        terminal = np.ones(S, dtype=np.bool_)  # as END is
        terminal[: len(self._at[0])] = self._ground.ends[self._at] & (self.map.pays == "entering")
        allowed = np.ones((S, 4), dtype=np.bool_)
        if self.map.edges == "forbidden":
            allowed = np.stack([move.inside for move in moves], axis=1)
        start = np.zeros(S)
        start[self.index(self.map.start)] = 1.0
        return TabularMDP(
            next_state=table("next_state").astype(np.int32),
            probability=np.broadcast_to(np.array(chances), (S, 4, len(turns))).copy(),
            reward=table("reward").astype(np.float64),
            terminated=table("terminated").astype(np.bool_),
            allowed=allowed,
            terminal=terminal,
            start=start,
            states=self.states,
            actions_named=ACTIONS,
        )

    def _move(self, direction: int) -> _Move:
        """Really going in `direction`, from every state at once."""
        grid, (R, C) = self.map, self.map.shape
        leaving = grid.pays == "leaving"
        (r, c), (wall, cliff, ends, pays) = self._at, self._ground
        number = np.full((R, C), -1, dtype=np.int32)
        number[r, c] = np.arange(len(r))
        to_r, to_c = r + MOVES[direction][0], c + MOVES[direction][1]
        inside = (to_r >= 0) & (to_r < R) & (to_c >= 0) & (to_c < C)
        stopped = ~inside | wall[to_r.clip(0, R - 1), to_c.clip(0, C - 1)]
        to_r, to_c = np.where(stopped, r, to_r), np.where(stopped, c, to_c)
        wind = np.array(grid.wind or (0,) * C)[c]
        for blow in range(1, int(wind.max()) + 1):
            up = (wind >= blow) & (to_r > 0) & ~wall[to_r - 1, to_c]
            to_r = to_r - up

        reward = pays[r, c] if leaving else pays[to_r, to_c]
        stayed = stopped & (to_r == r) & (to_c == c)
        if grid.bump is not None:
            reward = np.where(stayed, grid.bump, reward)
        elif not leaving:
            reward = np.where(stayed, grid.step, reward)  # who stays enters nothing
        fallen = cliff[to_r, to_c]
        reward = np.where(fallen, pays[to_r, to_c], reward)
        next_state = np.where(fallen, number[grid.start], number[to_r, to_c])
        terminated = ends[to_r, to_c] & (not leaving)

        for mark, sign in grid.signs:
            if sign.target is not None:
                on_sign = self._signs[r, c] == ord(mark)
                target = grid.find(sign.target)
                next_state[on_sign] = number[target]
                reward[on_sign] = grid.step if sign.reward is None else sign.reward
                terminated[on_sign] = bool(ends[target]) and not leaving
                inside = inside | on_sign
        over = ends[r, c]
        next_state[over] = len(r) if leaving else number[r, c][over]
        reward[over] = pays[r, c][over] if leaving else 0.0
        terminated[over] = True
        inside = inside | over
        if len(self.states) > len(r):  # END leads to itself
            next_state = np.append(next_state, len(r))
            reward, terminated, inside = np.append(reward, 0.0), np.append(terminated, True), np.append(inside, True)
        return _Move(next_state.astype(np.int32), reward, terminated, inside)
