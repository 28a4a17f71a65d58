"""The agent-environment loop. There is one, and every world and every policy goes through it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from mdp_core.mdp import MDP
from mdp_core.policy import Policy
from mdp_core.trajectory import Step, Trajectory

S = TypeVar("S")
A = TypeVar("A")


@dataclass(frozen=True)
class Draws:
    """The recorded uniforms of one seed: u_t draws the actions, v_t the outcomes, both indexed by the time step.

    Two streams, so that a world with more noise does not shift the agent's draws; indexed by t, so that changing a
    distribution keeps the draw. Raises ValueError for a negative seed.
    """

    seed: int

    def __post_init__(self) -> None:
        if self.seed < 0:
            raise ValueError(f"seed must not be negative, not {self.seed}")

    def actions(self, n: int) -> NDArray[np.float64]:
        """[n], u_0 to u_{n-1} in [0, 1); a longer call begins with the shorter one's numbers."""
        return np.random.default_rng([self.seed, 0]).random(n)

    def outcomes(self, n: int) -> NDArray[np.float64]:
        """[n], v_0 to v_{n-1} in [0, 1)."""
        return np.random.default_rng([self.seed, 1]).random(n)


def rollout(
    mdp: MDP[S, A],
    policy: Policy[S, A],
    *,
    rng: Draws,
    max_steps: int,
    forced: Mapping[int, A] | None = None,
) -> Iterator[Step[S, A]]:
    """Step the loop from the initial state until a terminal state or `max_steps`, yielding each Step.

    `forced[t]` replaces the drawn action of step t. Raises ValueError if `max_steps` is negative or a forced action is not
    allowed where it comes.
    """
    if max_steps < 0:
        raise ValueError(f"max_steps must not be negative, not {max_steps}")
    state = mdp.initial_state()
    u, v = rng.actions(max_steps), rng.outcomes(max_steps)
    chosen = forced or {}
    for t in range(max_steps):
        if mdp.is_terminal(state):
            return
        distribution = policy(state)
        if t in chosen:
            action = chosen[t]
            if action not in mdp.actions(state):
                raise ValueError(f"The action {str(action)[:30]!r} is not allowed at t = {t}.")
        else:
            action = distribution.sample(u[t])
        outcomes = mdp.transition(state, action)
        outcome = outcomes.sample(v[t])
        yield Step(
            t=t,
            state=state,
            policy=distribution,
            u=float(u[t]),
            action=action,
            forced=t in chosen,
            outcomes=outcomes,
            v=float(v[t]),
            reward=outcome.reward,
            next_state=outcome.next_state,
            terminated=outcome.terminated,
            truncated=t == max_steps - 1 and not outcome.terminated,
        )
        if outcome.terminated:
            return
        state = outcome.next_state


def play(
    mdp: MDP[S, A],
    policy: Policy[S, A],
    *,
    rng: Draws,
    max_steps: int,
    forced: Mapping[int, A] | None = None,
) -> Trajectory[S, A]:
    """The whole rollout as a Trajectory. Raises what `rollout` raises."""
    steps = tuple(rollout(mdp, policy, rng=rng, max_steps=max_steps, forced=forced))
    return Trajectory(mdp.initial_state(), steps)
