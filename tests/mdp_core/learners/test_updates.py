"""One update of every algorithm, worked out by hand from Sutton & Barto's equations."""

from math import e

import numpy as np
import pytest

from mdp_core.learners import LEARNERS, LearnerSpec, learn
from tests.mdp_core.learners.worlds import END, again, fork, world

# In `fork` every action but the second of an episode is the only one. With epsilon = 1 the second is 0 for u < 1/2.
FIRST_THEN_SECOND = 9


def last(mdp, algorithm, **parameters):
    """The last snapshot, with all episodes in it."""
    spec = LearnerSpec(algorithm, **parameters)
    return list(learn(mdp, spec, every=spec.episodes))[-1]


def after_two(algorithm, **parameters):
    """`fork` after two episodes: in the first the fork is taken to 4, in the second to -2."""
    u = np.random.default_rng([FIRST_THEN_SECOND, 0]).random(4)
    assert u[1] < 0.5
    assert u[3] >= 0.74
    halves = {"alpha": 0.5, "gamma": 0.5, "epsilon": 1.0, "episodes": 2, "seed": FIRST_THEN_SECOND}
    snapshot = last(fork(), algorithm, **(halves | parameters))
    assert snapshot.returns[0].tolist() == [5.0, -1.0]
    return snapshot


# q(0) after the first episode: 1/2 (1 + 1/2 0) = 1/2; with the whole return of 1 + 4/2 = 3 (Monte Carlo, lambda 1): 3/2.
# q(1, .) after it: 1/2 4 = 2 and 0, after the second: 2 and 1/2 (-2) = -1, for all of them.
@pytest.mark.parametrize(
    ("algorithm", "lambda_", "q0"),
    [
        ("sarsa", 0.0, 0.5 + 0.5 * (1 + 0.5 * 0 - 0.5)),  # q(1, 1) = 0 is taken next
        ("expected_sarsa", 0.0, 0.5 + 0.5 * (1 + 0.5 * (2 + 0) / 2 - 0.5)),
        ("q_learning", 0.0, 0.5 + 0.5 * (1 + 0.5 * 2 - 0.5)),
        ("monte_carlo", 0.0, 1.5 + 0.5 * (1 + 0.5 * -2 - 1.5)),
        # The trace of the first step is 1/2 when the second's surprise of -2 comes: 1/2 (-2) 1/2 more.
        ("sarsa", 1.0, 1.5 + 0.5 * (1 + 0.5 * 0 - 1.5) - 0.5),
        ("expected_sarsa", 1.0, 1.5 + 0.5 * (1 + 0.5 * 1 - 1.5) - 0.5),
        # The second action explores: the first step does not hear of its -2.
        ("q_learning", 1.0, 1.5 + 0.5 * (1 + 0.5 * 2 - 1.5)),
    ],
)
def test_action_values(algorithm, lambda_, q0):
    q = after_two(algorithm, lambda_=lambda_).q[0]
    assert q[0].tolist() == [q0, -np.inf]
    assert q[1].tolist() == [2.0, -1.0]


# In `again` the first step comes back (surprise 1), the second ends (surprise 2 - 1/2), with gamma lambda = 1/2.
@pytest.mark.parametrize(
    ("traces", "q"),
    [
        ("replacing", 0.5 + 0.5 * 1.5 * 1.0),
        ("accumulating", 0.5 + 0.5 * 1.5 * 1.5),
        # True online: as if both visits had moved towards their lambda-returns 2 and 2 in turn: 1, then 3/2.
        ("dutch", 1.5),
    ],
)
def test_traces(traces, q):
    v = np.random.default_rng([1, 1]).random(2)
    assert v[0] < 0.5 <= v[1]
    parameters = {"alpha": 0.5, "gamma": 0.5, "lambda_": 1.0, "episodes": 1, "seed": 1}
    assert last(again(), "sarsa", traces=traces, **parameters).q[0, 0, 0] == q


def test_monte_carlo_counts_the_first_visit():
    """Both visits of `again` are one pair: it moves once, towards 1 + 2 / 2 = 2, and not towards the last visit's 2."""
    parameters = {"alpha": 0.5, "gamma": 0.25, "episodes": 1, "seed": 1}
    assert last(again(), "monte_carlo", **parameters).q[0, 0, 0] == 0.5 * (1 + 0.25 * 2)


def test_reinforce():
    first = 0.5 * 0.5 * 4 * 0.5  # alpha gamma^1 (G - v) (1 - pi) = 1/2, up and down
    right = 1 / (1 + e**-1)  # pi(0 | 1) after it
    snapshot = after_two("reinforce", alpha_v=0.25)
    np.testing.assert_allclose(snapshot.baseline[0, :2], [0.75 + 0.25 * (0 - 0.75), 1 + 0.25 * (-2 - 1)])
    moved = first + 0.5 * 0.5 * 3 * right
    np.testing.assert_allclose(snapshot.preferences[0, 1], [moved, -moved], rtol=1e-12)
    assert snapshot.preferences[0, 0, 0] == 0  # the only action cannot become more likely


def test_actor_critic():
    snapshot = after_two("actor_critic", alpha_v=0.25)
    first = 0.25  # v(0): 1/4 (1 + 1/2 0 - 0)
    np.testing.assert_allclose(snapshot.baseline[0, :2], [first + 0.25 * (1 + 0.5 * 1 - first), 1 + 0.25 * (-2 - 1)])
    moved = 0.5 + 0.5 * 0.5 * 3 / (1 + e**-1)
    np.testing.assert_allclose(snapshot.preferences[0, 1], [moved, -moved], rtol=1e-12)


def value(snapshot):
    return snapshot.v[0, 0]


@pytest.mark.parametrize("lambda_", [0.0, 0.5])
@pytest.mark.parametrize("algorithm", LEARNERS)
def test_a_truncated_end_is_bootstrapped_and_a_terminated_one_is_not(algorithm, lambda_):
    """One step of reward 1, twice, with step size and gamma 1/2. Towards 1 + 1/2 v: 1/2, 7/8. Towards 1: 1/2, 3/4."""
    parameters = {"alpha": 0.5, "alpha_v": 0.5, "gamma": 0.5, "lambda_": lambda_, "episodes": 2, "max_steps": 1}
    cut, ended = world([[[(1, 0, 1)]]]), world([[[(1, END, 1)]]])
    snapshot = last(cut, algorithm, **parameters)
    assert (value(snapshot), snapshot.terminated[0].tolist()) == (0.875, [False, False])
    snapshot = last(ended, algorithm, **parameters)
    assert (value(snapshot), snapshot.terminated[0].tolist()) == (0.75, [True, True])


@pytest.mark.parametrize("lambda_", [0.0, 0.5])
@pytest.mark.parametrize(
    ("algorithm", "traces", "rest"),
    [
        ("sarsa", "replacing", 1.5),
        ("sarsa", "accumulating", 1.5),
        ("sarsa", "dutch", 1.5),
        ("expected_sarsa", "replacing", 1.5),
        ("monte_carlo", "replacing", 1.5),
        ("q_learning", "replacing", 2.0),
    ],
)
def test_a_truncated_end_bootstraps_the_policy_and_q_learning_the_best(algorithm, traces, rest, lambda_):
    """One step of reward 4 by action 0, twice. Before the second q is (2, 0): with epsilon 1/2 worth 3/4 of 2."""
    parameters = {"alpha": 0.5, "gamma": 0.5, "epsilon": 0.5, "lambda_": lambda_, "traces": traces, "seed": 2}
    u = np.random.default_rng([2, 0]).random(2)
    assert u.max() < 0.5  # action 0, both times
    cut = world([[[(1, 0, 4)], [(1, 0, -2)]]])
    snapshot = last(cut, algorithm, episodes=2, max_steps=1, **parameters)
    assert snapshot.q[0, 0].tolist() == [2 + 0.5 * (4 + 0.5 * rest - 2), 0.0]
    assert snapshot.terminated[0].tolist() == [False, False]


@pytest.mark.parametrize(("algorithm", "traces"), [(name, kind) for name in LEARNERS for kind in LEARNERS[name].traces])
def test_traces_that_fade_at_once_are_one_step(algorithm, traces):
    """A lambda too small to count takes the way of the traces, and arrives at the one-step numbers, draw for draw."""
    parameters = {"alpha": 0.5, "epsilon": 0.3, "episodes": 50, "agents": 2, "seed": 5}
    one_step = last(fork(), algorithm, **parameters)
    fading = last(fork(), algorithm, lambda_=1e-300, traces=traces, **parameters)
    np.testing.assert_allclose(fading.q, one_step.q, rtol=1e-12)
    assert np.array_equal(fading.returns, one_step.returns)
