"""Successor tables: Bellman's right-hand side by hand, and everything that is refused."""

from dataclasses import replace

import numpy as np
import pytest

from mdp_core.mdp import Outcome
from mdp_core.tabular import TabularMDP


def two_states():
    """State 0: `stay` pays 5 and goes either way, `move` pays 10 and ends up in 1; state 1 is the end."""
    return TabularMDP(
        next_state=np.array([[[0, 1], [1, 0]], [[1, 1], [1, 1]]], dtype=np.int32),
        probability=np.array([[[0.5, 0.5], [1.0, 0.0]], [[1.0, 0.0], [1.0, 0.0]]]),
        reward=np.array([[[5.0, 7.0], [10.0, 0.0]], [[0.0, 0.0], [0.0, 0.0]]]),
        terminated=np.array([[[False, True], [True, False]], [[True, True], [True, True]]]),
        allowed=np.array([[True, True], [True, False]]),
        terminal=np.array([False, True]),
        start=np.array([1.0, 0.0]),
        states=("on", "over"),
        actions_named=("stay", "move"),
    )


def test_q_by_hand_bootstraps_only_where_the_episode_goes_on():
    mdp = two_states()
    # stay: (5 + 7) / 2 + 0.9 * 0.5 * 100, and nothing of the 1000 behind the end
    np.testing.assert_allclose(mdp.q_from_v(np.array([100.0, 1000.0]), 0.9), [[51.0, 10.0], [0.0, -np.inf]])
    np.testing.assert_allclose(mdp.expected_reward, [[6.0, 10.0], [0.0, 0.0]])


def test_it_is_an_mdp_over_indices():
    mdp = two_states()
    assert mdp.shape == (2, 2, 2)
    assert mdp.initial_state() == 0
    assert mdp.actions(0) == (0, 1)
    assert list(mdp.transition(0, 0)) == [(Outcome(0, 5.0, False), 0.5), (Outcome(1, 7.0, True), 0.5)]
    assert list(mdp.transition(0, 1)) == [(Outcome(1, 10.0, True), 1.0)]
    assert mdp.is_terminal(1)
    with pytest.raises(ValueError, match="'over' is terminal"):
        mdp.transition(1, 0)
    with pytest.raises(ValueError, match="not allowed"):
        mdp.transition(0, 2)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"reward": np.zeros((2, 2, 1))}, "same shape"),
        ({"allowed": np.ones((2, 3), dtype=bool)}, "allowed must be"),
        ({"states": ("on",)}, "as many names"),
        ({"next_state": np.full((2, 2, 2), 2, dtype=np.int32)}, r"states 0\.\.1"),
        ({"reward": np.full((2, 2, 2), np.nan)}, "finite"),
        ({"probability": np.full((2, 2, 2), 0.4)}, "sum to 1"),
        ({"next_state": np.full((2, 2, 2), -1, dtype=np.int32)}, r"states 0\.\.1"),
        ({"terminated": np.ones((2, 2, 1), dtype=bool)}, "same shape"),
        ({"probability": np.ones((2, 2, 1))}, "same shape"),
        ({"terminal": np.array([True])}, "terminal and start"),
        ({"start": np.ones(3) / 3}, "terminal and start"),
        ({"actions_named": ("stay",)}, "as many names"),
        ({"reward": np.full((2, 2, 2), np.inf)}, "finite"),
        ({"probability": np.array([[[1.5, -0.5], [1.0, 0.0]], [[1.0, 0.0], [1.0, 0.0]]])}, "not be negative"),
        ({"probability": np.array([[[np.nan, 1.0], [1.0, 0.0]], [[1.0, 0.0], [1.0, 0.0]]])}, "sum to 1"),
        ({"start": np.array([0.5, 0.4])}, "start"),
        ({"start": np.array([1.5, -0.5])}, "start"),
        ({"start": np.array([np.nan, 1.0])}, "start"),
        ({"terminated": np.zeros((2, 2, 2), dtype=bool)}, "terminal state must lead to itself"),
        ({"next_state": np.zeros((2, 2, 2), dtype=np.int32)}, "terminal state must lead to itself"),
        ({"allowed": np.array([[False, False], [True, True]])}, "state 0 allows no action"),
        ({"reward": np.ones((2, 2, 2))}, "terminal state must lead to itself"),
    ],
)
def test_what_is_no_mdp_is_refused(change, message):
    with pytest.raises(ValueError, match=message):
        replace(two_states(), **change)


def test_the_state_that_allows_nothing_is_named():
    names = ("probability", "reward", "terminated", "allowed", "terminal", "start")
    turned = {name: getattr(two_states(), name)[::-1] for name in names}  # the end is state 0
    turned["next_state"] = 1 - two_states().next_state[::-1]
    assert replace(two_states(), **turned).actions(1) == (0, 1)
    with pytest.raises(ValueError, match="state 1 allows no action"):
        replace(two_states(), **turned | {"allowed": np.array([[True, False], [False, False]])})
