"""Retrace and V-trace: by hand, on their own policy, and what their fixed points are."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdp_core.returns import lambda_returns, n_step_returns, retrace, vtrace

STEPS = {"rewards": [1.0, 2.0], "ratios": [3.0, 0.5], "gamma": 0.5}


def test_retrace_by_hand():
    q = {"values": [0.5, 1.0], "next_values": [2.0, 4.0]}
    # Errors 1 + 2 / 2 - 1/2 = 3/2 and 2 + 4 / 2 - 1 = 3; the second is heard by the first with 1/2 times c.
    assert retrace(**STEPS, **q).tolist() == [0.5 + 1.5 + 0.5 * 0.5 * 3, 4.0]
    assert retrace(**STEPS, **q, lambda_=0.8).tolist() == pytest.approx([0.5 + 1.5 + 0.5 * 0.8 * 0.5 * 3, 4.0])
    more = STEPS | {"ratios": [0.0, 7.0]}
    assert retrace(**more, **q).tolist() == [0.5 + 1.5 + 0.5 * 1 * 3, 4.0]  # no ratio counts as more than 1
    never = STEPS | {"ratios": [1.0, 0.0]}
    assert retrace(**never, **q).tolist() == [2.0, 4.0]
    assert retrace(**STEPS, **q, truncated=[True, False]).tolist() == [2.0, 4.0]
    assert retrace(**STEPS, **q, terminated=[True, True]).tolist() == [1.0, 2.0]


def test_vtrace_by_hand():
    v = {"values": [0.5, 1.0], "next_values": [1.0, 4.0]}
    # Errors 1 + 1 / 2 - 1/2 = 1 and 2 + 4 / 2 - 1 = 3; rho and c are 1 and 1/2.
    assert vtrace(**STEPS, **v).tolist() == [0.5 + 1 + 0.5 * 1 * 1.5, 1 + 0.5 * 3]
    assert vtrace(**STEPS, **v, clip_rho=2).tolist() == [0.5 + 2 * 1 + 0.5 * 1 * 1.5, 2.5]
    assert vtrace(**STEPS, **v, clip_c=2).tolist() == [0.5 + 1 + 0.5 * 2 * 1.5, 2.5]
    assert vtrace(**STEPS, **v, clip_rho=np.inf, clip_c=np.inf).tolist() == [0.5 + 3 + 0.5 * 3 * 1.5, 2.5]
    assert vtrace(**STEPS, **v, lambda_=0.5).tolist() == [0.5 + 1 + 0.5 * 0.5 * 1.5, 2.5]
    assert vtrace(**STEPS, **v, truncated=[True, False]).tolist() == [1.5, 2.5]
    assert vtrace(**STEPS, **v, terminated=[True, True]).tolist() == [0.5 + 0.5, 1 + 0.5 * (2 - 1)]


arrays = st.integers(0, 2**32 - 1).map(lambda seed: np.random.default_rng(seed).normal(size=(3, 2, 6)))


@given(arrays, st.floats(0, 1), st.floats(0, 1))
def test_of_ones_own_policy_vtrace_is_the_lambda_return(numbers, gamma, lambda_):
    rewards, values, last = numbers
    following = np.concatenate([values[:, 1:], last[:, :1]], axis=1)
    expected = lambda_returns(rewards, following, gamma, lambda_)
    np.testing.assert_allclose(vtrace(rewards, values, following, 1.0, gamma, lambda_), expected, atol=1e-9)
    np.testing.assert_allclose(
        vtrace(rewards, values, following, 1.0, gamma), n_step_returns(rewards, following, gamma, 6), atol=1e-9
    )
    # Action values whose next value is that of the action that follows: Sarsa's lambda-return, in the same numbers.
    np.testing.assert_allclose(retrace(rewards, values, following, 1.0, gamma, lambda_), expected, atol=1e-9)


def test_values_that_are_right_stay_as_they_are_on_average():
    """Two steps of one state: right pays 1, left 0. pi is 3/4 to the right, mu is even: v = 3/2 and 3/4, q = v' + r."""
    pi, mu = np.array([0.25, 0.75]), np.array([0.5, 0.5])
    v = np.array([1.5, 0.75, 0.0])
    learned_q, learned_v = np.zeros(2), 0.0
    for first in (0, 1):
        for second in (0, 1):
            rewards = np.array([first, second], dtype=float)
            ratios = (pi / mu)[[first, second]]
            q = rewards + v[1:]
            given = {"terminated": [False, True], "ratios": ratios, "gamma": 1.0, "rewards": rewards}
            learned_q[first] += 0.5 * retrace(values=q, next_values=v[1:], **given)[0]
            target = vtrace(values=v[:2], next_values=v[1:], clip_rho=np.inf, clip_c=np.inf, **given)[0]
            learned_v += 0.25 * target
    assert learned_q.tolist() == [0.75, 1.75]
    assert learned_v == 1.5


@pytest.mark.parametrize("targets", [retrace, vtrace])
@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"ratios": [1.0, -0.1]}, "ratios"),
        ({"ratios": [1.0, np.inf]}, "ratios"),
        ({"ratios": [1.0, np.nan]}, "ratios"),
        ({"ratios": [1.0, 1.0, 1.0]}, "ratios of shape"),
        ({"lambda_": 1.5}, "lambda"),
        ({"gamma": -1}, "gamma"),
        ({"values": [1.0, 1.0, 1.0]}, "values of shape"),
    ],
)
def test_what_is_no_ratio_is_refused(targets, change, says):
    with pytest.raises(ValueError, match=says):
        targets(**{**STEPS, "values": [0.0, 0.0], "next_values": [0.0, 0.0], **change})


@pytest.mark.parametrize("clip", [{"clip_rho": -1.0}, {"clip_c": float("nan")}])
def test_clips_are_not_negative(clip):
    with pytest.raises(ValueError, match="clips"):
        vtrace(**STEPS, values=[0, 0], next_values=[0, 0], **clip)
