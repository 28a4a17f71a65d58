"""Exact values of policies, against dense solutions, published numbers and sums done by hand."""

import numpy as np
import pytest

from mdp_core.grid.presets import world as preset_world
from mdp_core.learners.policy_value import policy_values, start_values
from mdp_core.returns import returns_to_go
from mdp_core.solvers.solution import solve
from tests.mdp_core.learners.worlds import END, corridor, crossing, random_walk, world

LEFT, RIGHT = np.eye(2)


def dense(mdp, policy, gamma):
    """v_pi from a full matrix."""
    S, A, K = mdp.shape
    P, r = np.zeros((S, S)), np.zeros(S)
    for s in np.flatnonzero(~mdp.terminal):
        for a in range(A):
            for k in range(K):
                weight = policy[s, a] * mdp.probability[s, a, k]
                r[s] += weight * mdp.reward[s, a, k]
                P[s, mdp.next_state[s, a, k]] += 0 if mdp.terminated[s, a, k] else weight
    return np.linalg.solve(np.eye(S) - gamma * P, r)


@pytest.mark.parametrize("gamma", [0.0, 0.9, 1.0])
@pytest.mark.parametrize("name", ["lake", "cliff", "norvig"])
def test_many_policies_at_once_are_each_solved(name, gamma):
    mdp = preset_world(name).tabular()
    policies = np.random.default_rng(0).dirichlet(np.ones(4), size=(2, 3, mdp.shape[0]))
    v = policy_values(mdp, policies, gamma)
    assert v.shape == (2, 3, mdp.shape[0])
    for i in np.ndindex(2, 3):
        np.testing.assert_allclose(v[i], dense(mdp, policies[i], gamma), rtol=1e-8, atol=1e-9)


@pytest.mark.parametrize(
    ("name", "gamma"), [("lake", 0.99), ("lake", 1.0), ("cliff", 1.0), ("maze", 0.95), ("jumps", 0.9)]
)
def test_the_optimal_policy_has_the_optimal_value(name, gamma):
    mdp = preset_world(name).tabular()
    solution = solve(mdp, gamma)
    # Where equals share the probability without discounting, going in circles may be one of them: take one action.
    policy = solution.policy if gamma < 1 or name == "lake" else np.eye(4)[solution.policy.argmax(axis=1)]
    value = start_values(mdp, policy, gamma)
    np.testing.assert_allclose(value, solution.v[mdp.initial_state()], atol=1e-6)


def test_the_random_walk_is_worth_sixths():
    np.testing.assert_allclose(policy_values(random_walk(), np.ones((6, 1)), 1.0)[:5], np.arange(1, 6) / 6)


def test_nineteen_places_between_minus_one_and_one():
    """Sutton & Barto, example 7.1: v = -0.9, -0.8, ..., 0.9."""
    walk = world(
        [
            [[(0.5, i - 1, 0.0) if i else (0.5, END, -1.0), (0.5, i + 1, 0.0) if i < 18 else (0.5, END, 1.0)]]
            for i in range(19)
        ],
        start=9,
    )
    np.testing.assert_allclose(policy_values(walk, np.ones((20, 1)), 1.0)[:19], np.arange(-9, 10) / 10, atol=1e-12)


def test_the_slippery_walk_of_five():
    """Morales, Grokking Deep Reinforcement Learning, ch. 3: half as meant, a third stays, a sixth goes back."""

    def lead(i, step):
        ends = {-1: (END, 0.0), 5: (END, 1.0)}
        chances = ((1 / 2, step), (1 / 3, 0), (1 / 6, -step))
        return [(chance, *ends.get(i + move, (i + move, 0.0))) for chance, move in chances]

    walk = world([[lead(i, -1), lead(i, 1)] for i in range(5)])
    left, right = policy_values(walk, np.stack([np.tile(LEFT, (6, 1)), np.tile(RIGHT, (6, 1))]), 1.0)
    np.testing.assert_allclose(left[:5], [0.00274725, 0.01098901, 0.03571429, 0.10989011, 0.33241758], atol=1e-8)
    np.testing.assert_allclose(right[:5], [0.66758242, 0.89010989, 0.96428571, 0.98901099, 0.9972527], atol=1e-7)


def test_batch_td_and_batch_monte_carlo_part():
    """Sutton & Barto, example 6.4: A, 0, B, 0 once; B, 1 six times; B, 0 once. TD says v(A) = 3/4, the mean return 0."""
    counted = world([[[(1, 1, 0)]], [[(6 / 8, END, 1), (2 / 8, END, 0)]]])
    np.testing.assert_allclose(policy_values(counted, np.ones((3, 1)), 1.0)[:2], [0.75, 0.75])
    terminated = [0, 1, *[1] * 7]
    returns = returns_to_go([0, 0, *[1] * 6, 0], 1.0, terminated=terminated)
    assert (returns[0], returns[1:].mean()) == (0.0, 0.75)


def test_the_short_corridor_is_worth_what_the_book_prints():
    """Sutton & Barto, example 13.1: one probability of "right" everywhere, and in the second place it leads left."""
    mdp = world([[[(1, 0, -1)], [(1, 1, -1)]], [[(1, 2, -1)], [(1, 0, -1)]], [[(1, 1, -1)], [(1, END, -1)]]])
    right = np.array([0.05, 0.59, 0.95])
    policies = np.broadcast_to(np.stack([1 - right, right], axis=1)[:, None, :], (3, 4, 2))
    np.testing.assert_allclose(start_values(mdp, policies, 1.0), [-82, -11.6, -44], rtol=0.01)


@pytest.mark.parametrize(
    ("rewards", "expected"),
    [
        ((-1, -1), -np.inf),
        ((-1, 1), np.inf),
        ((-1, 0), -2.0),  # two steps at -1, and then nothing for ever
        ((0, 0), 0.0),
    ],
)
def test_what_goes_on_for_ever_without_discount(rewards, expected):
    """Two steps to a place that is never left; the rewards are those of the steps and of staying there."""
    way, stay = rewards
    mdp = world([[[(1, 1, way)], [(1, END, 5)]], [[(1, 2, way)], []], [[(1, 2, stay)], []]])
    policy = np.array([LEFT, LEFT, LEFT, LEFT])
    if expected == np.inf:
        # The way there pays once, but it is the rewards for ever that decide.
        assert policy_values(mdp, policy, 1.0)[2] == np.inf
    else:
        assert policy_values(mdp, policy, 1.0)[0] == expected
    assert policy_values(mdp, np.array([RIGHT, LEFT, LEFT, LEFT]), 1.0)[0] == 5.0


def test_rewards_of_both_signs_for_ever_have_no_sum():
    mdp = world([[[(1, 1, 1)]], [[(1, 0, -1)]]])
    assert np.all(np.isnan(policy_values(mdp, np.ones((3, 1)), 1.0)[:2]))


def test_a_policy_that_all_but_never_leaves_goes_on_for_ever():
    """Six places, each left with a chance of 1e-9: to a float the system is singular, and its solution means nothing."""
    policy = np.array([[1 - 1e-9, 1e-9]] * 7)
    assert start_values(corridor(6), policy, 1.0) == -np.inf
    assert start_values(corridor(6), np.array([RIGHT] * 7), 1.0) == -6.0
    np.testing.assert_allclose(start_values(corridor(1), np.array([[0.999, 0.001]] * 2), 1.0), -1000)


@pytest.mark.parametrize(
    ("policy", "gamma", "words"),
    [
        (np.full((3, 2), 0.5), 1.5, "gamma"),
        (np.full((2, 2), 0.5), 0.9, "3 states and 2 actions"),
        (np.full((3, 2), 0.4), 0.9, "sum to 1"),
        (np.array([[1.5, -0.5]] * 3), 0.9, "negative"),
        (np.full((3, 2), np.nan), 0.9, "sum to 1"),
    ],
)
def test_what_is_no_policy_is_refused(policy, gamma, words):
    with pytest.raises(ValueError, match=words):
        policy_values(crossing(), policy, gamma)


def test_one_policy_that_is_singular_to_a_float_leaves_the_others_their_values():
    never, soon = np.array([[1 - 1e-16, 1e-16]] * 7), np.array([RIGHT] * 7)
    assert start_values(corridor(6), np.stack([never, soon]), 1.0).tolist() == [-np.inf, pytest.approx(-6.0)]
