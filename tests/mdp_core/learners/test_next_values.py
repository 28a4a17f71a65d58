"""What a transition bootstraps, by hand."""

import numpy as np
import pytest

from mdp_core.learners.next_values import (
    action_value,
    double_q_value,
    expected_sarsa_value,
    q_learning_value,
    sarsa_value,
)

Q = np.array([[1.0, 4.0, -np.inf], [2.0, -3.0, 0.5]])


def test_each_algorithm_puts_its_own_value_on_the_next_state():
    assert action_value(Q, [1, 2]).tolist() == sarsa_value(Q, [1, 2]).tolist() == [4, 0.5]
    assert expected_sarsa_value(Q, [[0.25, 0.75, 0.0], [0.5, 0.25, 0.25]]).tolist() == [3.25, 0.375]
    assert q_learning_value(Q).tolist() == [4, 2]
    assert double_q_value(Q, [[5.0, 0.0, -np.inf], [0.0, 1.0, 2.0]]).tolist() == [1, 0.5]


@pytest.mark.parametrize(
    "policy", [[1.5, -0.5, 0], [1 + 1e-9, -1e-9, 0], [0.5, 0.25, 0], [0.5, 0.6, 0], [np.nan, 1, 0]]
)
def test_what_is_no_distribution_is_refused(policy):
    with pytest.raises(ValueError, match="must not be negative and must sum to 1"):
        expected_sarsa_value(Q[1], policy)
