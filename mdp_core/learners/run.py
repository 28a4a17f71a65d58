"""Learning: N independent agents, one snapshot after another.

Every agent lives its own life on plain lists. Measured against agents that step together as NumPy arrays (Q-learning on
FrozenLake) that is twenty times as fast for one agent, 1.3 times for twenty, and slower from about thirty on; and it keeps
all agents at the same episode, which is where a learning curve compares them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from mdp_core.learners.agents import Agent, Rows
from mdp_core.learners.experience import Episode, Samples
from mdp_core.learners.monte_carlo import MonteCarlo
from mdp_core.learners.policy_gradient import ActorCritic, PolicyGradientAgent, Reinforce
from mdp_core.learners.snapshot import Snapshot
from mdp_core.learners.spec import DivergedError, LearnerSpec
from mdp_core.learners.temporal_difference import ExpectedSarsa, QLearning, Sarsa
from mdp_core.learners.traces import ExpectedSarsaLambda, SarsaLambda, WatkinsQ
from mdp_core.reach import end_in_reach
from mdp_core.tabular import TabularMDP

SNAPSHOTS = 100  # of one run, unless asked for otherwise
STEPS_BETWEEN = 20_000  # of all agents together, after which a snapshot comes early: about 60 ms
STEPS_BETWEEN_PAUSES = 4_000

_ONE_STEP: Mapping[str, type[Agent]] = MappingProxyType(
    {
        "monte_carlo": MonteCarlo,
        "sarsa": Sarsa,
        "expected_sarsa": ExpectedSarsa,
        "q_learning": QLearning,
        "reinforce": Reinforce,
        "actor_critic": ActorCritic,
    }
)
_WITH_TRACES: Mapping[str, type[Agent]] = MappingProxyType(
    {"sarsa": SarsaLambda, "expected_sarsa": ExpectedSarsaLambda, "q_learning": WatkinsQ}
)


def learn(mdp: TabularMDP, spec: LearnerSpec, *, every: int | None = None) -> Iterator[Snapshot]:
    """Yield a snapshot before the first episode, one at least `every` so many episodes, and one after the last.

    `every` is a hundredth of the episodes by default. Where episodes are long, snapshots come earlier, so that there is
    always something new to show and a moment to stop; when they come depends on counts alone, never on the clock.
    Raises ValueError at once if `every` is not positive, every start is terminal, or gamma is 1 and no end is in reach
    (the sum of rewards need not exist then); `DivergedError` on the way if the learned values grow beyond all bounds.
    """
    return (snapshot for snapshot in learn_with_pauses(mdp, spec, every=every) if snapshot is not None)


def learn_with_pauses(mdp: TabularMDP, spec: LearnerSpec, *, every: int | None = None) -> Iterator[Snapshot | None]:
    """What `learn` yields, and None in between whenever some 10 ms have gone into it: on a large map two snapshots may be a
    second apart, and whoever shows something else meanwhile cannot wait for that. Raises what `learn` raises."""
    if every is not None and every < 1:
        raise ValueError(f"every must be at least 1 episode, not {every}.")
    if not np.any(mdp.start[~mdp.terminal] > 0):
        raise ValueError("The start is already the end: there is nothing to learn; put the start elsewhere.")
    if spec.gamma == 1.0 and not end_in_reach(mdp):
        raise ValueError(
            "With gamma 1 and no end that can be reached, the sum of the rewards need not exist: "
            "choose a gamma below 1, or open a way to a goal."
        )
    return _learn(mdp, spec, every or spec.episodes // SNAPSHOTS)


def _learn(mdp: TabularMDP, spec: LearnerSpec, every: int) -> Iterator[Snapshot | None]:
    samples = Samples(mdp)
    agents = []
    for i in range(spec.agents):
        yield None
        agents.append(agent_of(samples, spec, spec.seed + i))
    # A snapshot of large tables takes long itself: keep it a small part of the whole.
    patience = max(STEPS_BETWEEN, len(agents) * mdp.allowed.size // 4)
    yield None
    steps = np.zeros(len(agents), dtype=np.int64)
    yield snapshot_of(mdp, spec, agents, 0, steps, [])
    since: list[list[Episode]] = []
    waited = 0
    unpaused = 0
    for episode in range(1, spec.episodes + 1):
        lived: list[Episode] = []
        for agent in agents:
            # Values that grow without bound are reported as such, by the snapshot: NumPy need not warn of them too.
            with np.errstate(over="ignore", invalid="ignore"):
                lived.append(agent.episode())
            unpaused += lived[-1].length
            if unpaused >= STEPS_BETWEEN_PAUSES:
                unpaused = 0
                yield None
        since.append(lived)
        waited += sum(one.length for one in lived)
        if len(since) >= every or waited >= patience or episode == spec.episodes:
            steps = steps + np.sum([[one.length for one in all_agents] for all_agents in since], axis=0)
            yield snapshot_of(mdp, spec, agents, episode, steps, since)
            since, waited = [], 0


def agent_of(samples: Samples, spec: LearnerSpec, seed: int) -> Agent:
    """A new agent of the algorithm that `spec` names."""
    kind = _WITH_TRACES.get(spec.algorithm) if spec.lambda_ > 0 else None
    return (kind or _ONE_STEP[spec.algorithm])(samples, spec, seed)


def snapshot_of(
    mdp: TabularMDP,
    spec: LearnerSpec,
    agents: list[Agent],
    episode: int,
    steps: np.ndarray[tuple[int, ...], np.dtype[np.int64]],
    since: list[list[Episode]],
) -> Snapshot:
    """What the agents know after so many episodes, of which those `since` the last snapshot are told one by one."""
    table = np.array([_as_array(agent.table, mdp.allowed.shape) for agent in agents])  # [N, S, A]
    critics = [agent.v for agent in agents if isinstance(agent, PolicyGradientAgent)]
    if not np.all(np.isfinite(table[:, mdp.allowed])) or not np.all(np.isfinite(critics)):
        raise DivergedError
    by_agent = list(zip(*since, strict=True)) if since else [()] * len(agents)
    return Snapshot(
        spec=spec,
        allowed=mdp.allowed,
        episodes=episode,
        steps=steps,
        returns=np.array([[one.total for one in row] for row in by_agent], dtype=np.float64),
        lengths=np.array([[one.length for one in row] for row in by_agent], dtype=np.int64),
        terminated=np.array([[one.terminated for one in row] for row in by_agent], dtype=np.bool_),
        q=None if critics else table,
        preferences=table if critics else None,
        baseline=np.array(critics) if critics else None,
    )


def _as_array(table: Rows | NDArray[np.float64], shape: tuple[int, ...]) -> NDArray[np.float64]:
    if isinstance(table, np.ndarray):
        return table
    # Lists of lists are read twice as fast as one long row.
    return np.fromiter(chain.from_iterable(table), dtype=np.float64, count=shape[0] * shape[1]).reshape(shape)
