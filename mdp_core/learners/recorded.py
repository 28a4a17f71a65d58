"""Learning from what was recorded: transitions that somebody else lived through, fed to any learner."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from math import isfinite
from typing import Any, NamedTuple

import numpy as np

from mdp_core.learners.experience import Episode, Experience, Samples
from mdp_core.learners.run import SNAPSHOTS, agent_of, snapshot_of
from mdp_core.learners.snapshot import Snapshot
from mdp_core.learners.spec import MAX_STEPS, LearnerSpec
from mdp_core.names import Names
from mdp_core.tabular import TabularMDP
from mdp_core.trajectory import Trajectory


class Transition(NamedTuple):
    """One recorded step, by the indices of a table's states and actions."""

    state: int
    action: int
    reward: float  # r_{t+1}
    next_state: int
    terminated: bool  # the episode ended in next_state
    truncated: bool = False  # the recording stopped here, though the episode had not ended


def transitions_of(trajectory: Trajectory[Any, Any], names: Names | None = None) -> list[Transition]:
    """The steps of a trajectory. Where its states and actions are `names` of a table, as a grid world's are, they become its
    indices; one that was played in a table has indices already. Raises ValueError for a name that is none."""

    def state(of: Any) -> int:
        return int(of) if names is None else names.state(of)

    def action(of: Any) -> int:
        return int(of) if names is None else names.action(of)

    return [
        Transition(state(s.state), action(s.action), s.reward, state(s.next_state), s.terminated, s.truncated)
        for s in trajectory.steps
    ]


def learn_from(
    mdp: TabularMDP, recorded: Iterable[Transition], spec: LearnerSpec, *, passes: int = 1, every: int | None = None
) -> Iterator[Snapshot]:
    """Yield the snapshots of one agent that lives through what was `recorded`, `passes` times, as `learn` yields them.

    The agent takes the recorded actions and sees what came of them; of `mdp` only the states and the actions that they allow
    are read. `Transition`s, or tuples of the same entries, make one episode as long as each begins where the one before
    ended: any order will do, single transitions too. An episode that is not terminated is truncated, and each learner
    bootstraps its last state. Q-learning and Expected Sarsa (one-step, lambda 0) learn what their own policies are worth,
    whoever acted; Sarsa and Monte Carlo learn what the one that acted is worth; and the policy gradients take the actions
    for draws of their own, without a correction (see `mdp_core.vtrace`).
    `episodes`, `max_steps`, `agents` and `seed` of `spec` are not read. Raises ValueError at once for an empty recording, a
    transition that does not fit `mdp`, and counts that are not positive; `DivergedError` on the way as `learn` does.
    """
    if passes < 1 or (every is not None and every < 1):
        raise ValueError(f"passes and every must be at least 1, not {passes} and {every}.")
    episodes = _episodes(mdp, recorded)
    if not episodes:
        raise ValueError("Nothing was recorded: give at least one transition.")
    spec = replace(spec, episodes=passes * len(episodes), agents=1)
    return _learn_from(mdp, episodes, spec, passes, every or max(1, spec.episodes // SNAPSHOTS))


def _learn_from(
    mdp: TabularMDP, episodes: list[list[Transition]], spec: LearnerSpec, passes: int, every: int
) -> Iterator[Snapshot]:
    samples = Samples(mdp)
    agent, recording = agent_of(samples, spec, spec.seed), _Recording(samples)
    agent.experience, agent.choose = recording, recording.choose
    steps = np.zeros(1, dtype=np.int64)
    yield snapshot_of(mdp, spec, [agent], 0, steps, [])
    since: list[list[Episode]] = []
    for done, episode in enumerate((episode for _ in range(passes) for episode in episodes), start=1):
        recording.begin(episode)
        agent.spec = replace(spec, max_steps=len(episode))
        with np.errstate(over="ignore", invalid="ignore"):  # as in `learn`
            since.append([agent.episode()])
        if len(since) >= every or done == spec.episodes:
            steps = steps + sum(one.length for (one,) in since)
            yield snapshot_of(mdp, spec, [agent], done, steps, since)
            since = []


class _Recording(Experience):
    """What an agent lives through where everything has happened already."""

    def __init__(self, samples: Samples) -> None:
        super().__init__(samples, 0)
        self._steps: Iterator[Transition] = iter(())
        self._now: Transition | None = None

    def begin(self, episode: list[Transition]) -> None:
        """Go back to the start of that episode."""
        self._steps = iter(episode)
        self._now = next(self._steps)

    def start(self) -> int:
        return self._here.state

    def choose(self, *_: Any) -> int:
        """The action that was taken, whatever the policy would do."""
        return self._here.action

    def step(self, state: int, action: int) -> tuple[int, float, bool]:
        here, self._now = self._here, next(self._steps, None)
        return here.next_state, here.reward, here.terminated

    @property
    def _here(self) -> Transition:
        assert self._now is not None, "an agent asks for no step behind an episode's end"
        return self._now


def _episodes(mdp: TabularMDP, recorded: Iterable[Transition]) -> list[list[Transition]]:
    episodes: list[list[Transition]] = []
    before: Transition | None = None
    for i, entry in enumerate(recorded):
        one = _checked(mdp, i, entry)
        goes_on = before is not None and not before.terminated and not before.truncated
        if before is not None and goes_on and before.next_state == one.state and len(episodes[-1]) < MAX_STEPS:
            episodes[-1].append(one)
        else:
            episodes.append([one])
        before = one
    return episodes


def _checked(mdp: TabularMDP, i: int, entry: Transition) -> Transition:
    """The transition, terminated where it leads to a terminal state."""
    try:
        one = Transition(*entry)
        s, a, to = (int(index) for index in (one.state, one.action, one.next_state))
        reward = float(one.reward)
    except (TypeError, ValueError):
        raise ValueError(
            f"Transition {i} is {entry!r:.80}; write (state, action, reward, next state, terminated), states and actions as "
            "the table's indices."
        ) from None
    S, A, _ = mdp.shape
    if not (0 <= s < S and 0 <= to < S and 0 <= a < A):
        raise ValueError(f"Transition {i} goes from {s} by {a} to {to}; there are {S} states and {A} actions, from 0.")
    if mdp.terminal[s] or not mdp.allowed[s, a]:
        raise ValueError(
            f"Transition {i} takes action {mdp.actions_named[a]!r} in state {mdp.states[s]!r}, which does not allow it."
        )
    if not isfinite(reward):
        raise ValueError(f"The reward of transition {i} must be finite, not {reward}.")
    return Transition(s, a, reward, to, bool(one.terminated) or bool(mdp.terminal[to]), bool(one.truncated))
