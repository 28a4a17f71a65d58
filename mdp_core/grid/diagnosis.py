"""What is odd about a grid world, in sentences for whoever painted it."""

from __future__ import annotations

import numpy as np

from mdp_core.grid.world import GridWorld
from mdp_core.reach import reachable


def remarks(world: GridWorld) -> tuple[str, ...]:
    """A sentence each for a walled-in start, a world without a goal, goals that cannot be reached, and rewards that are
    all 0. Such worlds are allowed: they are Markov decision processes like any other, and this is what they lack."""
    table = world.tabular()
    seen = reachable(table)
    if seen.sum() == 1:
        return ("The start is walled in: no move leads away from S. Open a cell beside it.",)
    is_goal = world.standing({"goal"})
    goals, lost = int(is_goal.sum()), int((is_goal & ~seen).sum())
    sentences = []
    if not goals:
        ends = bool(table.terminal[seen].any() | table.terminated[seen & ~table.terminal].any())
        way = "only a pit ends an episode" if ends else "an episode never ends"
        sentences.append(f"This world has no goal: {way}. With gamma below 1 every return is still finite.")
    elif lost == goals:
        what = "The goal" if goals == 1 else f"None of the {goals} goals"
        can = "cannot" if goals == 1 else "can"
        sentences.append(f"{what} {can} be reached from the start: walls or pits are in every way. Open one.")
    elif lost:
        sentences.append(f"{lost} of the {goals} goals cannot be reached from the start.")
    if not np.any(table.reward[seen][table.probability[seen] > 0]):
        sentences.append("Every reward that can be reached is 0: here all policies are equally good.")
    return tuple(sentences)
