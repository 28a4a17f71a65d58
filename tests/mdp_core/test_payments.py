"""Payments: the same returns as the rewards that they are made of."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from mdp_core.payments import Payments
from mdp_core.returns import discounted_return


def test_stretches_of_equal_reward_are_one_payment():
    payments = Payments.of([[0, -1, -1, 0, 2], [0, 0, 0, 0, 0], [-1, -1, -1, -1, -1]])
    assert payments.count == 3
    assert payments.row.tolist() == [0, 0, 2]
    assert payments.start.tolist() == [1, 4, 0]
    assert payments.stop.tolist() == [3, 5, 5]
    assert payments.reward.tolist() == [-1, 2, -1]
    # by hand: -0.5 - 0.25 + 2 / 16, nothing, -(1 + 1/2 + 1/4 + 1/8 + 1/16)
    assert payments.returns(0.5).tolist() == [-0.625, 0.0, -1.9375]


rewards = st.integers(1, 6).flatmap(
    lambda n: st.integers(0, 8).flatmap(
        lambda t: arrays(np.float64, (n, t), elements=st.sampled_from([0.0, 0.0, -1.0, 0.25, 100.0]))
    )
)


@given(rewards, st.floats(0, 1))
def test_returns_are_those_of_the_rewards(r, gamma):
    assert Payments.of(r).returns(gamma) == pytest.approx(discounted_return(r, gamma), abs=1e-9)


@given(rewards, rewards)
def test_joined_trajectories_stand_one_after_the_other(a, b):
    joined = Payments.joined([Payments.of(a), Payments.of(b)])
    assert joined.returns(0.7).tolist() == [*Payments.of(a).returns(0.7), *Payments.of(b).returns(0.7)]
    assert joined.first(len(a)).returns(0.7).tolist() == Payments.of(a).returns(0.7).tolist()


def test_a_score_is_paid_once_at_the_end():
    payments = Payments.single([2, 0, 5], [0.5, -1.0, 0.0])
    assert payments.returns(0.1) == pytest.approx([0.005, -1.0, 0.0])
    assert payments.returns(0.0).tolist() == [0.0, -1.0, 0.0]
