"""Gymnasium's tables as MDPs: its own worlds, tables that are odd, and environments that have none."""

import gymnasium
import numpy as np
import pytest
from gymnasium.spaces import Box, Discrete

from mdp_core.grid.gymnasium_table import from_gymnasium
from mdp_core.mdp import Outcome
from mdp_core.solvers.solution import solve
from mdp_core.solvers.value_iteration import value_iteration
from tests.contracts import check_mdp, check_tabular

WORLDS = {
    "lake": ("FrozenLake-v1", {"map_name": "4x4"}),
    "dry lake": ("FrozenLake-v1", {"map_name": "8x8", "is_slippery": False}),
    "cliff": ("CliffWalking-v1", {}),
    "icy cliff": ("CliffWalkingSlippery-v1", {}),
    "taxi": ("Taxi-v4", {}),
    "taxi in the rain": ("Taxi-v4", {"is_rainy": True, "fickle_passenger": True}),
}


class Written(gymnasium.Env):
    """An environment that is nothing but its table."""

    def __init__(self, P, start=None, states=None, actions=None):
        self.P = P
        self.observation_space = Discrete(len(P)) if states is None else states
        self.action_space = Discrete(len(P[0])) if actions is None else actions
        if start is not None:
            self.initial_state_distrib = start


@pytest.mark.parametrize("name", WORLDS)
def test_gymnasiums_worlds_keep_the_contract(name):
    id_, options = WORLDS[name]
    mdp = from_gymnasium(gymnasium.make(id_, **options))
    check_mdp(mdp)
    check_tabular(mdp)


@pytest.mark.parametrize("name", WORLDS)
@pytest.mark.parametrize("gamma", [0.9, 1.0])
def test_values_are_those_of_value_iteration_on_the_table_itself(name, gamma):
    """Loops over P, nothing behind the flag; in the states that an episode can come to."""
    id_, options = WORLDS[name]
    env = gymnasium.make(id_, **options).unwrapped
    mdp = from_gymnasium(env)
    v = np.zeros(len(env.P))
    for _ in range(2_000):
        following = np.array(
            [
                max(sum(p * (r + gamma * v[to] * (not over)) for p, to, r, over in row) for row in actions.values())
                for actions in env.P.values()
            ]
        )
        done = np.abs(following - v).max() < 1e-12
        v = following
        if done:
            break
    reached, waiting = set(np.flatnonzero(env.initial_state_distrib)), list(np.flatnonzero(env.initial_state_distrib))
    while waiting:
        for row in env.P[waiting.pop()].values():
            waiting += (fresh := {to for p, to, _, over in row if p > 0 and not over} - reached)
            reached |= fresh
    asked = sorted(reached)
    np.testing.assert_allclose(solve(mdp, gamma).v[asked], v[asked], atol=1e-8)
    np.testing.assert_allclose(mdp.start, env.initial_state_distrib)
    assert not mdp.terminal[asked].any()


def test_numbers_of_states_and_actions_are_kept():
    mdp = from_gymnasium(gymnasium.make("FrozenLake-v1"))
    assert mdp.states == tuple(range(16))
    assert mdp.actions_named == (0, 1, 2, 3)
    assert set(mdp.transition(14, 2).outcomes) == {
        Outcome(14, 0.0, False),
        Outcome(15, 1.0, True),
        Outcome(10, 0.0, False),
    }
    assert mdp.terminal.nonzero()[0].tolist() == [5, 7, 11, 12, 15]


def test_nothing_is_read_behind_the_flag():
    """State 1 is an end, and its row says something else: that it pays 100 for ever."""
    mdp = from_gymnasium(Written({0: {0: [(1.0, 1, 3.0, True)]}, 1: {0: [(1.0, 1, 100.0, False)]}}))
    assert mdp.terminal.tolist() == [False, True]
    assert solve(mdp, 0.9).v.tolist() == [3.0, 0.0]


def test_a_state_that_one_can_also_walk_through_is_no_end():
    """To 1 with or without the flag: without it, 5 more are paid on the way from there."""
    P = {
        0: {0: [(1.0, 1, 1.0, True)], 1: [(1.0, 1, 0.0, False)]},
        1: {0: [(1.0, 2, 5.0, True)]},
        2: {0: [(1.0, 2, 0.0, True)]},
    }
    mdp = from_gymnasium(Written(P, actions=Discrete(2)))
    assert mdp.terminal.tolist() == [False, False, True]
    assert solve(mdp, 0.5).v.tolist() == [2.5, 5.0, 0.0]
    assert solve(mdp, 0.5).q[0].tolist() == [1.0, 2.5]
    assert mdp.actions(1) == (0,)


def test_the_start_is_the_environments_own_or_state_0():
    P = {0: {0: [(1.0, 1, 0.0, True)]}, 1: {0: [(1.0, 1, 0.0, True)]}, 2: {0: [(1.0, 1, 0.0, True)]}}
    assert from_gymnasium(Written(P)).start.tolist() == [1.0, 0.0, 0.0]
    assert from_gymnasium(Written(P, start=[0.25, 0.0, 0.75])).start.tolist() == [0.25, 0.0, 0.75]
    with pytest.raises(ValueError, match=r"initial_state_distrib of Written must be 3 probabilities, not shape \(2,\)"):
        from_gymnasium(Written(P, start=[0.5, 0.5]))


@pytest.mark.parametrize("id_", ["CartPole-v1", "Blackjack-v1", "MountainCar-v0"])
def test_an_environment_without_a_table_is_told(id_):
    with pytest.raises(ValueError, match=rf"{id_} does not show its transition probabilities .*FrozenLake-v1"):
        from_gymnasium(gymnasium.make(id_))


@pytest.mark.parametrize(
    ("env", "message"),
    [
        (Written({0: {0: [(0.5, 0, 0.0, False)]}}), "action 0 in state 0 .* they sum to 0.5"),
        (
            Written({0: {0: [(1.0, 7, 0.0, False)]}}),
            "action 0 in state 0 leads to 7, which is none of the states 0 to 0",
        ),
        (Written({0: {0: [(1.0, -1, 0.0, False)]}}), "leads to -1"),
        (Written({0: {0: [(1.0, 0, float("nan"), False)]}}), "the rewards of action 0 in state 0"),
        (Written({0: {0: []}}), "action 0 in state 0 .* they sum to 0"),
        (Written({0: {}}, actions=Discrete(1)), "state 0 has no action"),
        (Written({0: {0: [(1.0, 0, 0.0, False)]}}, states=Box(0, 1)), "needs discrete states"),
        (Written({1: {0: []}}, states=Discrete(1, start=1), actions=Discrete(1)), "counted from 0"),
    ],
)
def test_a_table_that_is_wrong_is_told_by_its_row(env, message):
    with pytest.raises(ValueError, match=message):
        from_gymnasium(env)


def test_what_wraps_an_environment_is_taken_off():
    wrapped = gymnasium.wrappers.TimeLimit(gymnasium.make("FrozenLake-v1"), 5)
    *_, last = value_iteration(from_gymnasium(wrapped), 1.0)
    assert last.v[0] == pytest.approx(14 / 17, abs=1e-6)
