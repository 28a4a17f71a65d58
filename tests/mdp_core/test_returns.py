"""Returns against fractions, against published vectors, and against their own definitions."""

import json
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdp_core.learners.next_values import (
    action_value,
    double_q_value,
    expected_sarsa_value,
    q_learning_value,
    sarsa_value,
)
from mdp_core.returns import discounted_return, discounts, gae, lambda_returns, n_step_returns, returns_to_go, td_errors

CASES = json.loads((Path(__file__).parents[1] / "cases" / "returns.json").read_text())
shared_cases = pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])


def close(actual, expected, tolerance=1e-12):
    np.testing.assert_allclose(actual, np.asarray(expected, dtype=float), rtol=tolerance, atol=tolerance)


def exact(rewards, gamma):
    """The same four things in fractions, from their definitions as sums: no recursion, no rounding."""
    r, g = [Fraction(str(x)) for x in rewards], Fraction(str(gamma))
    powers = [g**t for t in range(len(r))]
    seen = [p * x for p, x in zip(powers, r, strict=True)]
    to_go = [sum((powers[k] * x for k, x in enumerate(r[t:])), Fraction(0)) for t in range(len(r))]
    return powers, seen, to_go, sum(seen, Fraction(0))


# The shared cases: the player's engine in the browser reads the same file.


@shared_cases
def test_the_shared_cases_are_exact(case):
    powers, seen, to_go, total = exact(case["rewards"], case["gamma"])
    close(case["discounts"], powers)
    close(case["discounted_rewards"], seen)
    close(case["returns_to_go"], to_go)
    close(case["return"], total)


@shared_cases
def test_returns_are_those_of_the_shared_cases(case):
    rewards = np.array(case["rewards"], dtype=float)
    powers = discounts(len(rewards), case["gamma"])
    close(powers, case["discounts"])
    close(powers * rewards, case["discounted_rewards"])
    close(returns_to_go(rewards, case["gamma"]), case["returns_to_go"])
    close(discounted_return(rewards, case["gamma"]), case["return"])


def test_the_shared_cases_cover_the_corners():
    assert len(CASES) >= 12
    assert {0, 1} <= {case["gamma"] for case in CASES}
    assert any(not case["rewards"] for case in CASES)
    assert any(len(case["rewards"]) >= 200 for case in CASES)


# Published vectors: google-deepmind/rlax (multistep_test.py, value_learning_test.py), google-deepmind/trfl,
# thu-ml/tianshou (test_returns.py), pytorch/torchtune (test_rewards.py). The tolerance is the printed precision.

R = [[1.0, 0.0, -1.0, 0.0, 1.0], [0.5, 0.8, -0.7, 0.0, 2.1]]
DISCOUNT = [[0.5, 0.9, 1.0, 0.5, 0.8], [0.9, 0.5, 0.3, 0.8, 0.7]]
V_NEXT = [[3.0, 1.0, 5.0, -5.0, 3.0], [-1.7, 1.2, 2.3, 2.2, 2.7]]


def test_lambda_returns_as_rlax_prints_them():
    expected = [[1.6460547, 0.72281253, 0.7375001, 0.6500001, 3.4], [0.7866317, 0.9913063, 0.1101501, 2.834, 3.99]]
    close(lambda_returns(R, V_NEXT, DISCOUNT, 0.75), expected, 2e-6)


def test_discounted_returns_with_a_bootstrapped_end_as_rlax_prints_them():
    expected = [[1.315, 0.63000005, 0.70000005, 1.7, 3.4], [1.33592, 0.9288, 0.2576, 3.192, 3.9899998]]
    close(returns_to_go(R, DISCOUNT, next_values=V_NEXT), expected, 1e-6)


@pytest.mark.parametrize(
    ("n", "expected"),
    [
        (3, [[2.8, -3.15, 0.7, 1.7, 3.4], [1.2155, 0.714, 0.2576, 3.192, 3.99]]),
        (5, [[1.315, 0.63, 0.7, 1.7, 3.4], [1.33592, 0.9288, 0.2576, 3.192, 3.99]]),
        (7, [[1.315, 0.63, 0.7, 1.7, 3.4], [1.33592, 0.9288, 0.2576, 3.192, 3.99]]),
    ],
)
def test_n_step_returns_as_rlax_prints_them(n, expected):
    close(n_step_returns(R, V_NEXT, DISCOUNT, n), expected, 1e-6)


@pytest.mark.parametrize(
    ("lambda_", "expected"),
    [
        (1.0, [[-1.45118, -4.4557, 2.5396, 0.5249, -0.49], [3, 2, 1, 0, -4.9]]),
        (0.7, [[-0.676979, -5.248167, 2.4846, 0.6704, -0.49], [2.2899, 1.73, 1, 0, -4.9]]),
    ],
)
def test_gae_as_rlax_prints_it(lambda_, expected):
    rewards = [[0.0, 0.0, 1.0, 0.0, -0.5], [0.0, 0.0, 0.0, 0.0, 1.0]]
    discount = [[0.99] * 5, [0.9, 0.9, 0.9, 0.0, 0.9]]
    v = np.array([[1.0, 4.0, -3.0, -2.0, -1.0, -1.0], [-3.0, -2.0, -1.0, 0.0, 5.0, -1.0]])
    close(gae(rewards, v[:, :-1], v[:, 1:], discount, lambda_), expected, 1e-4)
    # The second row's discount of 0 is an episode that terminated: said in the other way, the same numbers.
    gamma, terminated = [[0.99], [0.9]], [[0] * 5, [0, 0, 0, 1, 0]]
    close(gae(rewards, v[:, :-1], v[:, 1:], gamma, lambda_, terminated=terminated), expected, 1e-4)


def test_td_errors_as_rlax_and_trfl_print_them():
    discount, v_next = [0.0, 0.5, 1.0] * 3, [0.0] * 3 + [1.0] * 3 + [2.0] * 3
    expected = [-2.0, -2.0, -2.0, -2.0, -1.5, -1.0, -2.0, -1.0, 0.0]
    close(td_errors([-1.0] * 9, [1.0] * 9, v_next, discount), expected)


def test_td_lambda_errors_as_rlax_prints_them():
    v = np.array([[1.1, -1.1, 3.1], [2.1, -1.1, -2.1]])
    v_next = np.concatenate([v[:, 1:], [[2.2], [-1.2]]], axis=1)
    discount, rewards = [[0.0, 0.89, 0.85], [0.88, 1.0, 0.83]], [[-1.3, -1.3, 2.3], [1.3, 5.3, -3.3]]
    expected = [[-2.4, 3.2732253, 1.0700002], [-0.01701999, 2.6529999, -2.196]]
    close(lambda_returns(rewards, v_next, discount, 0.75) - v, expected, 1e-6)


def test_sarsa_error_as_rlax_prints_it():
    q, q_next = [[1, 1, 0], [1, 1, 0]], [[0, 1, 0], [3, 2, 0]]
    close(td_errors([1, 1], action_value(q, [0, 1]), sarsa_value(q_next, [1, 0]), [0, 1]), [0.0, 3.0])


def test_expected_sarsa_error_as_rlax_prints_it():
    q, q_next = [[1, 1, 0.5], [1, 1, 3]], [[1.5, 1, 2], [3, 2, 1]]
    expected_value = expected_sarsa_value(q_next, [[0.2, 0.5, 0.3], [0.3, 0.4, 0.3]])
    close(td_errors([4, 1], action_value(q, [0, 1]), expected_value, 1), [4.4, 2.0])


def test_q_learning_and_double_q_errors_as_rlax_prints_them():
    q, taken = [[1, 1, 0], [1, 2, 0]], [0, 1]
    close(td_errors([1, 1], action_value(q, taken), q_learning_value([[0, 1, 0], [1, 2, 0]]), [0, 1]), [0.0, 1.0])
    selected = double_q_value([[99, 1, 98], [91, 2, 66]], selector=[[2, 10, 1], [11, 20, 1]])
    close(td_errors([1, 1], action_value(q, taken), selected, [0, 1]), [0.0, 1.0])


def test_sarsa_lambda_errors_as_rlax_prints_them():
    q = [[[1.1, 2.1], [-1.1, 1.1], [3.1, -3.1]], [[2.1, 3.1], [-1.1, 0.1], [-2.1, -1.1]]]
    q_next = [[[1.2, 2.2], [-1.2, 0.2], [2.2, -1.2]], [[4.2, 2.2], [1.2, 1.2], [-1.2, -2.2]]]
    discount, rewards = [[0.0, 0.89, 0.85], [0.88, 1.0, 0.83]], [[-1.3, -1.3, 2.3], [1.3, 5.3, -3.3]]
    next_value = sarsa_value(q_next, [[1, 0, 1], [1, 1, 0]])
    errors = lambda_returns(rewards, next_value, discount, 0.75) - action_value(q, [[0, 1, 0], [1, 0, 0]])
    close(errors, [[-2.4, -1.8126001, -1.8200002], [0.25347996, 3.4780002, -2.196]], 1e-6)


@pytest.mark.parametrize(
    ("rewards", "terminated", "truncated", "expected"),
    [
        (range(8), [1, 0, 0, 1, 0, 0, 0, 1], [0, 0, 0, 0, 0, 1, 0, 0], [0, 1.23, 2.3, 3, 4.5, 5, 6.7, 7]),
        ([7, 6, 1, 2, 3, 4, 5], [0, 1, 0, 1, 0, 1, 0], None, [7.6, 6, 1.2, 2, 3.4, 4, 5]),
        ([7, 6, 1, 2, 3, 4, 5], [0, 1, 0, 1, 0, 0, 1], None, [7.6, 6, 1.2, 2, 3.45, 4.5, 5]),
    ],
)
def test_returns_of_several_episodes_in_a_row_as_tianshou_prints_them(rewards, terminated, truncated, expected):
    close(returns_to_go(list(rewards), 0.1, terminated=terminated, truncated=truncated), expected)


TIANSHOU_REWARDS = [101, 102, 103, 200, 104, 105, 106, 201, 107, 108, 109, 202]
TIANSHOU_NEXT = np.array([2.0, 3.0, 4.0, -1.0, 5.0, 6.0, 7.0, -2.0, 8.0, 9.0, 10.0, -3.0])
TIANSHOU_ENDS = [0, 0, 0, 1] * 3


def test_gae_of_terminated_episodes_as_tianshou_prints_it():
    values = np.roll(TIANSHOU_NEXT, 1)
    advantages = gae(TIANSHOU_REWARDS, values, TIANSHOU_NEXT, 0.99, 0.95, terminated=TIANSHOU_ENDS)
    expected = [454.8344, 376.1143, 291.298, 200, 464.561, 383.1085, 295.387, 201, 474.2876, 390.1027, 299.476, 202]
    close(advantages + values, expected, 1e-6)


def test_gae_of_truncated_episodes_bootstraps_and_stops_by_hand():
    """Backwards through the last episode: 202 - 0.99 * 3 = 199.03, then 109 + 0.99 (0.05 * 10 + 0.95 * 199.03) = ..."""
    values = np.roll(TIANSHOU_NEXT, 1)
    advantages = gae(TIANSHOU_REWARDS, values, TIANSHOU_NEXT, 0.99, 0.95, truncated=TIANSHOU_ENDS)
    returns = advantages + values
    close(returns[[3, 7, 11]], [199.01, 199.02, 199.03])
    close(returns[10], 109 + 0.99 * (0.05 * 10 + 0.95 * 199.03))
    close(returns[2], 103 + 0.99 * (0.05 * 4 + 0.95 * 199.01))


def test_gae_returns_as_torchtune_prints_them():
    values = np.array([0.0, 0.0, 0.0, 1.0])
    advantages = gae([0, 0, 0, 1], values, [*values[1:], 0.0], 0.9, 0.95)
    close(advantages, [0.6579225, 0.7695, 0.9, 0.0])
    close(advantages + values, [0.6579225, 0.7695, 0.9, 1.0])


def test_returns_of_an_actor_critic_as_trfl_prints_them():
    close(returns_to_go([0.4, 0.5], [0.9, 0.8], next_values=[0.3, 0.1]), [0.922, 0.58])


# Ends, by hand.


def test_a_terminated_end_is_not_bootstrapped_and_a_truncated_one_is():
    rewards, v_next = [1.0, 1.0], [10.0, 20.0]
    close(returns_to_go(rewards, 0.5, next_values=v_next, terminated=[0, 1]), [1.5, 1.0])
    close(returns_to_go(rewards, 0.5, next_values=v_next, truncated=[0, 1]), [1 + 0.5 * 11, 11.0])
    close(returns_to_go(rewards, 0.5, next_values=v_next, truncated=[1, 1]), [6.0, 11.0])
    close(returns_to_go(rewards, 0.5, next_values=v_next, terminated=[0, 1], truncated=[0, 1]), [1.5, 1.0])
    close(n_step_returns([1, 1, 1], [10, 20, 30], 0.5, 2, truncated=[0, 1, 0]), [1 + 0.5 * 11, 11.0, 16.0])
    close(n_step_returns([1, 1, 1], [10, 20, 30], 0.5, 2, terminated=[0, 1, 0]), [1.5, 1.0, 16.0])
    close(gae([1, 1], [4, 5], [5, 20], 0.5, 1.0, truncated=[1, 1]), [1 + 2.5 - 4, 1 + 10 - 5])


def test_nothing_in_nothing_out():
    assert returns_to_go([], 0.9).shape == (0,)
    assert gae(np.zeros((2, 0)), 0.0, 0.0, 0.9, 0.9).shape == (2, 0)
    assert n_step_returns([], [], 0.9, 3).shape == (0,)
    assert discounted_return(np.zeros((3, 0)), 0.9).tolist() == [0.0, 0.0, 0.0]


# Properties: the definitions, as sums over episodes.

numbers = st.floats(-100, 100)


@st.composite
def experience(draw):
    T = draw(st.integers(1, 8))
    of = lambda each: np.array(draw(st.lists(each, min_size=T, max_size=T)))  # noqa: E731
    ends = of(st.sampled_from([0, 0, 0, 1, 2]))
    return of(numbers), of(numbers), of(numbers), ends == 1, ends == 2


def n_step_by_definition(rewards, v_next, gamma, n, t, terminated, truncated):
    total, weight = 0.0, 1.0
    for k in range(t, min(t + n, len(rewards))):
        total += weight * rewards[k]
        weight *= gamma
        if terminated[k]:
            return total
        if truncated[k] or k == min(t + n, len(rewards)) - 1:
            return total + weight * v_next[k]
    raise AssertionError


@given(experience(), st.floats(0, 1), st.integers(1, 10))
def test_n_step_returns_are_their_definition(sample, gamma, n):
    rewards, _, v_next, terminated, truncated = sample
    actual = n_step_returns(rewards, v_next, gamma, n, terminated=terminated, truncated=truncated)
    ends = (terminated, truncated)
    expected = [n_step_by_definition(rewards, v_next, gamma, n, t, *ends) for t in range(len(rewards))]
    close(actual, expected, 1e-9)


@given(experience(), st.floats(0, 1), st.floats(0, 1))
def test_lambda_returns_weigh_the_n_step_returns(sample, gamma, lambda_):
    """G^lambda = (1 - lambda) sum_n lambda^(n-1) G_{t:t+n}, all remaining weight on the last (eq. 12.3)."""
    rewards, _, v_next, terminated, truncated = sample
    T, ends = len(rewards), {"terminated": terminated, "truncated": truncated}
    stack = [n_step_returns(rewards, v_next, gamma, n, **ends) for n in range(1, T + 1)]
    weights = [(1 - lambda_) * lambda_ ** (n - 1) for n in range(1, T)] + [lambda_ ** (T - 1)]
    mixed = sum(w * g for w, g in zip(weights, stack, strict=True))
    actual = lambda_returns(rewards, v_next, gamma, lambda_, **ends)
    close(actual, mixed, 1e-9)


@given(experience(), st.floats(0, 1), st.floats(0, 1))
def test_gae_is_the_lambda_return_less_the_value_inside_an_episode(sample, gamma, lambda_):
    rewards, values, v_next, terminated, truncated = sample
    # Within an episode the next value of one step is the value of the next step.
    inside = ~(terminated | truncated)
    v_next = np.where(inside, [*values[1:], v_next[-1]], v_next)
    ends = {"terminated": terminated, "truncated": truncated}
    advantage = gae(rewards, values, v_next, gamma, lambda_, **ends)
    close(advantage, lambda_returns(rewards, v_next, gamma, lambda_, **ends) - values, 1e-9)


@given(experience(), st.floats(0, 1))
def test_the_ends_of_lambda_are_one_step_targets_and_whole_returns(sample, gamma):
    rewards, values, v_next, terminated, truncated = sample
    ends = {"terminated": terminated, "truncated": truncated}
    one_step = td_errors(rewards, values, v_next, gamma, terminated=terminated) + values
    close(lambda_returns(rewards, v_next, gamma, 0.0, **ends), one_step, 1e-9)
    whole = n_step_returns(rewards, v_next, gamma, len(rewards), **ends)
    close(returns_to_go(rewards, gamma, next_values=v_next, **ends), whole, 1e-9)


def test_a_batch_is_its_rows():
    rng = np.random.default_rng(3)
    rewards, values, v_next = rng.normal(size=(3, 4, 6))
    batch = gae(rewards, values, v_next, 0.9, 0.8)
    for i in range(4):
        close(batch[i], gae(rewards[i], values[i], v_next[i], 0.9, 0.8))


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: discounts(3, 1.5), r"gamma must be in \[0, 1\], not 1.5"),
        (lambda: returns_to_go([1, 2], -0.1), "gamma"),
        (lambda: returns_to_go([1, 2], float("nan")), "gamma"),
        (lambda: lambda_returns([1, 2], 0, 0.9, 1.1), "lambda"),
        (lambda: lambda_returns([1, 2], [1, 2, 3], 0.9, 0.5), r"next_values of shape \(3,\)"),
        (lambda: n_step_returns([1, 2], 0, 0.9, 0), "n must be at least 1, not 0"),
        (lambda: gae([1, 2], [1], [1, 2], [0.9] * 3, 0.5), r"gamma of shape \(3,\)"),
        (lambda: td_errors(1.0, 0, 0, 0.9), "one place a step"),
    ],
)
def test_what_makes_no_sense_is_refused(call, words):
    with pytest.raises(ValueError, match=words):
        call()
