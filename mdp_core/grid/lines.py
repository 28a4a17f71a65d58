"""Ways made to measure: two rewards at chosen distances, or one reward far away."""

from __future__ import annotations

from mdp_core.grid.presets import world
from mdp_core.grid.world import GridWorld

MOVES = (1, 60)  # of a way to a goal, at least and at most


def two_goals(near: float, near_moves: int, far: float, far_moves: int) -> GridWorld:
    """A line with a goal that pays `near`, `near_moves` to the left of the start, and one that pays `far` to the right.

    With 1, 2, 4 and 10 it is the preset "chain". Raises ValueError if a number of moves is not in 1..60 or a reward is
    larger than a map may say.
    """
    left, right = _moves(near_moves), _moves(far_moves)
    return world("", f"n: goal, reward {near!r}\nf: goal, reward {far!r}\n\nn{'.' * (left - 1)}S{'.' * (right - 1)}f\n")


def bent(near: float, near_moves: int, far: float, far_moves: int) -> GridWorld:
    """The same way, bent in its middle round a wall: three rows high, with both goals on the left, the near one above.

    Raises ValueError as `two_goals` does.
    """
    left, right = _moves(near_moves), _moves(far_moves)
    way = f"n{'.' * (left - 1)}S{'.' * (right - 1)}f"
    cols = len(way) // 2
    there, turn, back = way[:cols], way[cols], way[cols + 1 :]
    rows = (there, turn.rjust(cols, "#"), back[::-1].rjust(cols, "#"))
    return world("", f"n: goal, reward {near!r}\nf: goal, reward {far!r}\n\n" + "\n".join(rows) + "\n")


def corridor(moves: int) -> GridWorld:
    """A line with one goal that pays 1, `moves` to the right of the start; with 20 it is the preset "corridor".

    Raises ValueError if `moves` is not in 1..60.
    """
    return world("", f"S{'.' * (_moves(moves) - 1)}G\n")


def _moves(n: int) -> int:
    low, high = MOVES
    if not low <= n <= high:
        raise ValueError(f"A goal is {low} to {high} moves away here, not {n}.")
    return n
