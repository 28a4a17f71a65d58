"""Learners against exact answers, with a statistical bound each.

Twenty independent agents give twenty estimates. Their mean must be within four of its standard errors of the exact
answer (Student's t with 19 degrees of freedom leaves fewer than one in a thousand outside; the seeds are fixed), and the
standard error must be so small that this says something. Runs are long enough for the start at 0 to be forgotten.
"""

import numpy as np
import pytest

from mdp_core.grid.presets import world as preset_world
from mdp_core.learners import LearnerSpec, learn
from mdp_core.learners.policy_value import policy_values, start_values
from mdp_core.solvers.solution import solve
from tests.mdp_core.learners.worlds import corridor, crossing, random_walk

AGENTS = 20


def last(mdp, algorithm, **parameters):
    return list(learn(mdp, LearnerSpec(algorithm, agents=AGENTS, **parameters)))[-1]


def assert_mean_is(estimates, exact, precision):
    """[N, ...] estimates of exact [...]; `precision` bounds the largest standard error."""
    error = estimates.std(axis=0, ddof=1) / len(estimates) ** 0.5
    assert error.max() < precision
    assert np.all(np.abs(estimates.mean(axis=0) - exact) <= 4 * error)


# Prediction: Sutton & Barto's random walk, v = 1/6, ..., 5/6. One action: control and prediction are the same.


@pytest.mark.parametrize(
    ("algorithm", "lambda_", "traces"),
    [
        ("monte_carlo", 0.0, "replacing"),
        ("sarsa", 0.0, "replacing"),
        ("sarsa", 0.8, "replacing"),
        ("sarsa", 0.8, "accumulating"),
        ("sarsa", 0.8, "dutch"),
        ("q_learning", 0.8, "replacing"),
    ],
)
def test_the_random_walk(algorithm, lambda_, traces):
    walk = {"alpha": 0.03, "gamma": 1.0, "episodes": 600, "lambda_": lambda_, "traces": traces}
    assert_mean_is(last(random_walk(), algorithm, **walk).v[:, :5], np.arange(1, 6) / 6, 0.025)


@pytest.mark.parametrize("algorithm", ["reinforce", "actor_critic"])
def test_the_baseline_of_the_random_walk(algorithm):
    walk = {"alpha_v": 0.03, "gamma": 1.0, "episodes": 600}
    assert_mean_is(last(random_walk(), algorithm, **walk).v[:, :5], np.arange(1, 6) / 6, 0.04)


# Control. With epsilon = 1 the on-policy methods have to find q of the uniform policy, and Q-learning q*.

GAMMA = 0.9


@pytest.mark.parametrize(
    ("algorithm", "lambda_", "traces"),
    [
        ("monte_carlo", 0.0, "replacing"),
        ("sarsa", 0.0, "replacing"),
        ("expected_sarsa", 0.0, "replacing"),
        ("sarsa", 0.7, "dutch"),
        ("expected_sarsa", 0.7, "accumulating"),
    ],
)
def test_on_policy_methods_find_the_values_of_their_own_policy(algorithm, lambda_, traces):
    mdp = crossing()
    exact = mdp.q_from_v(policy_values(mdp, np.full((3, 2), 0.5), GAMMA), GAMMA)[:2]
    explore = {"alpha": 0.02, "epsilon": 1.0, "gamma": GAMMA, "episodes": 800, "lambda_": lambda_, "traces": traces}
    assert_mean_is(last(mdp, algorithm, **explore).q[:, :2], exact, 0.04)


@pytest.mark.parametrize("lambda_", [0.0, 0.7])
def test_q_learning_finds_the_optimal_values_while_it_acts_at_random(lambda_):
    mdp = crossing()
    explore = {"alpha": 0.02, "epsilon": 1.0, "gamma": GAMMA, "episodes": 2_500, "lambda_": lambda_}
    assert_mean_is(last(mdp, "q_learning", **explore).q[:, :2], solve(mdp, GAMMA).q[:2], 0.08)


def test_on_policy_values_of_an_epsilon_greedy_policy_that_has_settled():
    """Expected Sarsa with epsilon 0.2: where its greedy actions are the optimal ones, q is that policy's own q."""
    mdp, best = crossing(), solve(crossing(), GAMMA).policy
    snapshot = last(mdp, "expected_sarsa", alpha=0.02, epsilon=0.2, gamma=GAMMA, episodes=1_500)
    assert np.array_equal(snapshot.greedy[:, :2], np.broadcast_to(best[:2], (AGENTS, 2, 2)))
    exact = mdp.q_from_v(policy_values(mdp, 0.8 * best + 0.1, GAMMA), GAMMA)[:2]
    assert_mean_is(snapshot.q[:, :2], exact, 0.1)


@pytest.mark.parametrize("name", ["corners", "chain"])
def test_in_a_world_without_noise_q_learning_is_exact(name):
    """alpha = 1 writes down r + gamma max q: after enough visits of every pair nothing is left to chance."""
    mdp = preset_world(name).tabular()
    snapshot = list(learn(mdp, LearnerSpec("q_learning", alpha=1.0, epsilon=1.0, gamma=GAMMA, episodes=400)))[-1]
    np.testing.assert_allclose(snapshot.q[0][~mdp.terminal], solve(mdp, GAMMA).q[~mdp.terminal], atol=1e-9)


@pytest.mark.parametrize(
    ("algorithm", "alpha"),
    [("monte_carlo", 0.1), ("sarsa", 0.3), ("expected_sarsa", 0.3), ("q_learning", 0.3)],
)
def test_action_value_methods_find_the_way_along_a_corridor(algorithm, alpha):
    mdp = corridor(5)
    snapshot = last(mdp, algorithm, alpha=alpha, epsilon=0.1, gamma=1.0, episodes=300)
    assert np.mean(start_values(mdp, snapshot.greedy, 1.0) == -5.0) >= 0.95


@pytest.mark.parametrize(("algorithm", "alpha"), [("reinforce", 0.02), ("actor_critic", 0.1)])
def test_policy_gradients_reach_the_optimal_value_of_a_corridor(algorithm, alpha):
    """The optimum is -5. The policy stays a softmax, so it comes near: all of twenty agents within 0.4."""
    mdp = corridor(5)
    snapshot = last(mdp, algorithm, alpha=alpha, gamma=1.0, episodes=500)
    values = start_values(mdp, snapshot.policy, 1.0)
    assert np.all(values <= -5.0)
    assert np.all(values > -5.4)
    assert np.all(start_values(mdp, snapshot.greedy, 1.0) == -5.0)


def test_policy_gradient_with_noise_reaches_the_optimum():
    """All of twenty agents reach 95% of the optimal value, greedily all of it."""
    mdp, best = crossing(), solve(crossing(), GAMMA).v[0]
    snapshot = last(mdp, "actor_critic", alpha=0.2, alpha_v=0.1, gamma=GAMMA, episodes=600)
    assert np.all(start_values(mdp, snapshot.policy, GAMMA) > 0.95 * best)
    np.testing.assert_allclose(start_values(mdp, snapshot.greedy, GAMMA), best)
