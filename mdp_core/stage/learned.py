"""The policy that was learned: found again from its description, a slice at a time, and kept for a while."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mdp_core.grid.policies import random_arrows
from mdp_core.grid.world import GridWorld
from mdp_core.kept import Kept
from mdp_core.learners import LEARNERS, LearnerSpec, learn
from mdp_core.reach import end_in_reach
from mdp_core.scenarios import EXACT, LEARNED_BY, MAX_LEARNED_EPISODES, Learned
from mdp_core.solvers.ending import EndlessError
from mdp_core.solvers.policy_iteration import policy_iteration

if TYPE_CHECKING:  # it needs more of SciPy than the Stage does
    from mdp_core.learners.lesson import Lesson

MAX_STEPS = 300_000  # of one learning, whatever a link asks for: about two seconds of one core
MAX_TRACED_STEPS = 100_000  # where traces move the whole table at every step
KEPT = 32  # policies; [S, 4] floats each, 320 KB on the largest map

Arrows = NDArray[np.float64]  # [S, 4]


def episode_limit(world: GridWorld) -> int:
    """The steps after which a learner's episode is cut off: generous where there is an end to be found, else 100."""
    if not end_in_reach(world.tabular()):
        return 100
    return min(max(20 * len(world.states), 1_000), 2_000)


def step_limit(spec: LearnerSpec) -> int:
    """The steps of one agent after which its learning is over, so that no link keeps a server busy."""
    return MAX_TRACED_STEPS if spec.lambda_ > 0 and LEARNERS[spec.algorithm].traces else MAX_STEPS


def spec_of(world: GridWorld, learned: Learned, agents: int = 1) -> LearnerSpec:
    """What a learner is asked to do. Raises ValueError, in a visitor's words, for a number out of its range."""
    if learned.by == EXACT or learned.by not in LEARNED_BY:
        raise ValueError(f"There is no learner “{learned.by[:30]}”: choose one of {', '.join(LEARNERS)}.")
    if learned.episodes > MAX_LEARNED_EPISODES:
        raise ValueError(f"Choose at most {MAX_LEARNED_EPISODES:,} episodes: more keep you waiting.")
    return LearnerSpec(
        learned.by,
        alpha=learned.alpha,
        alpha_v=learned.alpha_v,
        epsilon=learned.epsilon,
        lambda_=learned.lambda_ if LEARNERS[learned.by].traces else 0.0,
        gamma=learned.gamma,
        episodes=learned.episodes,
        max_steps=episode_limit(world),
        seed=learned.seed,
        agents=agents,
    )


def description_of(lesson: Lesson) -> Learned | None:
    """What a link can ask for of a lesson: the last milestone that is within `step_limit`; None where there is none."""
    spec = lesson.spec
    within = [then for then in lesson.milestones if then.episodes and then.steps <= step_limit(spec)]
    if not within:
        return None
    numbers = (spec.alpha, spec.alpha_v, spec.epsilon, spec.lambda_, spec.gamma, within[-1].episodes, spec.seed)
    return Learned(spec.algorithm, *numbers)


def name_of(learned: Learned) -> str:
    """The learned policy in a few words."""
    if learned.by == EXACT:
        return f"optimal for gamma {learned.gamma:.2f}"
    return f"{LEARNERS[learned.by].title}, {learned.episodes} episodes"


def short_name(learned: Learned) -> str:
    """The learned policy in a word or two."""
    return "optimal" if learned.by == EXACT else LEARNERS[learned.by].title


def details_of(learned: Learned) -> str:
    """Everything that the learned policy depends on, symbol and number together."""
    if learned.by == EXACT:
        return f"greedy on v*, gamma {learned.gamma:g}"
    symbols = {
        "alpha": f"alpha {learned.alpha:g}",
        "alpha_v": f"alpha of the baseline {learned.alpha_v:g}",
        "epsilon": f"epsilon {learned.epsilon:g}",
        "lambda_": f"lambda {learned.lambda_:g}" if learned.lambda_ else "",
    }
    own = [symbols[name] for name in LEARNERS[learned.by].parameters if symbols.get(name)]
    return ", ".join([*own, f"gamma {learned.gamma:g}", f"seed {learned.seed}"])


def learning(world: GridWorld, learned: Learned) -> Generator[float, None, Arrows]:
    """Find the policy again: yields how much is done, in [0, 1], every few ms; returns the arrows [S, 4].

    Learning ends early, always at the same episode, where it takes more steps than `step_limit`.
    Raises ValueError, in a visitor's words, for what cannot be learned or solved.
    """
    if learned.by == EXACT:
        return (yield from _solving(world, learned.gamma))
    spec, last = spec_of(world, learned), None
    for last in learn(world.tabular(), spec):
        yield last.progress
        if last.steps[0] >= step_limit(spec):
            break
    assert last is not None  # there is a snapshot before the first episode
    arrows: Arrows = last.learned_policy[0]
    return arrows


def _solving(world: GridWorld, gamma: float) -> Generator[float, None, Arrows]:
    table, arrows = world.tabular(), random_arrows(world)
    try:
        for half in policy_iteration(table, gamma):
            yield 1 - 0.8**half.round  # nobody knows how many rounds there are; mostly a few
            arrows = half.policy
    except EndlessError as error:
        raise ValueError(
            f"With gamma {gamma:g} the sum of rewards need not exist in this world, so no policy is optimal: take a gamma "
            "below 1."
        ) from error
    return arrows


_learned: Kept[tuple[GridWorld, Learned], Arrows] = Kept(KEPT)


def kept_arrows(world: GridWorld, learned: Learned) -> Arrows | None:
    """[S, 4], the policy that was learned, if somebody has asked for it lately."""
    return _learned.get((world, learned))


def relearning(world: GridWorld, learned: Learned) -> Generator[float, None, Arrows]:
    """`learning`, unless its outcome is kept from before; keeps it."""
    arrows = kept_arrows(world, learned)
    if arrows is None:
        arrows = yield from learning(world, learned)
        _learned.put((world, learned), arrows)
    return arrows


def learned_arrows(world: GridWorld, learned: Learned) -> Arrows:
    """`learning` from its beginning to its end, unless it is kept from before. Raises what `learning` raises."""
    again = relearning(world, learned)
    while True:
        try:
            next(again)
        except StopIteration as end:
            arrows: Arrows = end.value
            return arrows
