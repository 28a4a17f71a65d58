"""Sutton & Barto, example 6.6 and figure 6.6: Sarsa's safe path against Q-learning's edge.

alpha 0.5, epsilon 0.1, 500 episodes, 30 agents. The figure shows sums of rewards of about -25 for Sarsa and about -50 for
Q-learning in the end; the standard errors of our means are about 1.
"""

from functools import lru_cache

import numpy as np
import pytest

from mdp_core.grid.policies import ArrowPolicy
from mdp_core.grid.presets import world as preset_world
from mdp_core.learners import LearnerSpec, learn
from mdp_core.learners.policy_value import start_values
from mdp_core.rollout import Draws, play

AGENTS = 30
CLIFF = preset_world("cliff")


@lru_cache
def learned(algorithm):
    """(sums of rewards per episode [N, 500], the last snapshot)."""
    spec = LearnerSpec(algorithm, alpha=0.5, epsilon=0.1, gamma=1.0, episodes=500, max_steps=10_000, agents=AGENTS)
    snapshots = list(learn(CLIFF.tabular(), spec))
    return np.concatenate([snapshot.returns for snapshot in snapshots], axis=1), snapshots[-1]


def online(algorithm):
    """[N], each agent's mean sum of rewards over the last 100 episodes."""
    return learned(algorithm)[0][:, 400:].mean(axis=1)


def walk(greedy):
    """The cells of the greedy walk from the start; None if it does not arrive."""
    mdp, state, cells = CLIFF.tabular(), CLIFF.index(CLIFF.initial_state()), []
    for _ in range(50):
        cells.append(CLIFF.states[state])
        action = int(greedy[state].argmax())
        if mdp.terminated[state, action, 0]:
            return cells
        state = int(mdp.next_state[state, action, 0])
    return None


def test_online_performance_is_that_of_the_figure():
    assert -30 < online("sarsa").mean() < -20
    assert -60 < online("q_learning").mean() < -40
    difference = online("sarsa") - online("q_learning")
    assert difference.mean() > 10 * difference.std(ddof=1) / AGENTS**0.5


def test_the_first_episodes_are_as_bad_as_the_figure_shows():
    returns, _ = learned("sarsa")
    assert returns.shape == (AGENTS, 500)
    assert returns[:, 0].mean() < -100


def test_q_learning_walks_along_the_edge():
    _, snapshot = learned("q_learning")
    edge = [(2, column) for column in range(12)]
    for greedy in snapshot.greedy:
        assert walk(greedy) == [(3, 0), *edge]
    assert np.all(start_values(CLIFF.tabular(), snapshot.greedy, 1.0) == -13.0)


def test_a_learned_policy_can_be_played():
    """What Q-learning holds to be best, as arrows in the one loop: thirteen steps along the edge."""
    arrows = ArrowPolicy(CLIFF, learned("q_learning")[1].greedy[0])
    trajectory = play(CLIFF, arrows, rng=Draws(0), max_steps=50)
    assert (trajectory.rewards.sum(), trajectory.terminated) == (-13.0, True)


def test_sarsa_takes_the_safe_path():
    """Most agents cross well above the edge; with alpha 0.5 a few are caught between two updates, and go in circles."""
    _, snapshot = learned("sarsa")
    walks = [walk(greedy) for greedy in snapshot.greedy]
    safe = [cells for cells in walks if cells and all(row < 2 for row, column in cells if 1 <= column <= 9)]
    assert len(safe) >= 0.6 * AGENTS
    assert not any(cells and len(cells) == 13 for cells in walks)


def test_expected_sarsa_is_better_than_both():
    """Sutton & Barto, figure 6.3: at alpha 0.5 Expected Sarsa's sums of rewards are the best of the three."""
    assert online("expected_sarsa").mean() > online("sarsa").mean() + 2


@pytest.mark.parametrize("algorithm", ["q_learning", "expected_sarsa"])
def test_what_is_earned_is_what_the_exact_value_says(algorithm):
    """Once the greedy path has settled, the mean sum of rewards is the exact value of the epsilon-greedy policy."""
    earned = online(algorithm)
    exact = start_values(CLIFF.tabular(), learned(algorithm)[1].policy, 1.0)
    assert abs(earned.mean() - exact.mean()) < 4 * earned.std(ddof=1) / AGENTS**0.5
