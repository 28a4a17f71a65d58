"""Policy evaluation: iterates by hand in both orders, exact values in closed form, and what is refused."""

import numpy as np
import pytest

from mdp_core.grid.maps import parse_map
from mdp_core.grid.policies import always_arrows, random_arrows
from mdp_core.grid.presets import world
from mdp_core.grid.world import GridWorld
from mdp_core.solvers.ending import EndlessError
from mdp_core.solvers.policy import of_actions, uniform
from mdp_core.solvers.policy_evaluation import (
    expected_steps,
    policy_evaluation,
    policy_evaluation_in_place,
    policy_values,
)
from mdp_core.transitions import from_transitions


def test_sweeps_in_place_see_the_ones_before_them():
    """Four cells, the end on the left, always left, -1 a step."""
    here = GridWorld(parse_map("step: -1\nG: goal, reward -1\nG..S"))
    left = always_arrows(here, "left")
    two_arrays = [i.v.tolist() for i in policy_evaluation(here.tabular(), left, 1.0)]
    assert two_arrays == [[0, 0, 0, 0], [0, -1, -1, -1], [0, -1, -2, -2], [0, -1, -2, -3], [0, -1, -2, -3]]
    in_place = [i.v.tolist() for i in policy_evaluation_in_place(here.tabular(), left, 1.0)]
    assert in_place == [[0, 0, 0, 0], [0, -1, -2, -3], [0, -1, -2, -3]]


def test_the_first_in_place_sweep_of_a_random_walk_by_hand():
    here = GridWorld(parse_map("G: goal, reward 8\nS..G"))
    first, second = list(policy_evaluation_in_place(here.tabular(), random_arrows(here), 1.0))[1:3]
    # up and down stay, so each sweep: v <- (2 v + left + right) / 4, with what is new to the left and old to the right
    assert first.v.tolist() == [0, 0, 2, 0]
    assert second.v.tolist() == [0, 0.5, (2 * 2 + 0.5 + 8) / 4, 0]
    assert (first.residual, first.span) == (2.0, 2.0)


@pytest.mark.parametrize("n", [2, 5, 19, 60])
@pytest.mark.parametrize(("left", "right"), [(0.0, 1.0), (-1.0, 1.0), (3.0, -2.0)])
def test_random_walks_of_any_length_have_straight_values(n, left, right):
    walk = from_transitions(
        {
            s: {0: [(0.5, s - 1, left if s == 1 else 0.0), (0.5, s + 1, right if s == n else 0.0)]}
            for s in range(1, n + 1)
        }
    )
    v = policy_values(walk, uniform(walk), 1.0)
    expected = {s: left + (right - left) * s / (n + 1) for s in range(1, n + 1)} | {0: 0.0, n + 1: 0.0}
    np.testing.assert_allclose(v, [expected[s] for s in walk.states], atol=1e-10)
    # A walk from place s is over after s (n + 1 - s) steps on average.
    steps = expected_steps(walk, uniform(walk))
    np.testing.assert_allclose(steps, [s * (n + 1 - s) for s in walk.states], atol=1e-8)


@pytest.mark.parametrize("gamma", [0.3, 0.9, 0.999])
def test_a_reward_for_ever_is_a_geometric_series(gamma):
    here = GridWorld(parse_map("step: 2\nS"))
    assert policy_values(here.tabular(), [[0.25] * 4], gamma)[0] == pytest.approx(2 / (1 - gamma))


def test_large_worlds_are_solved_by_factorisation():
    rows = ["." * 40] * 39 + ["." * 39 + "G"]
    rows[0] = "S" + rows[0][1:]
    here = GridWorld(parse_map("\n".join(["slip: 0.3", "step: -1", *rows])))
    mdp, policy = here.tabular(), random_arrows(here)
    v = policy_values(mdp, policy, 0.95)
    q = mdp.q_from_v(v, 0.95)
    np.testing.assert_allclose(np.where(mdp.terminal, 0.0, (policy * q).sum(axis=1)), v, atol=1e-10)


def test_a_policy_that_idles_for_nothing_is_worth_nothing():
    here = GridWorld(parse_map("S.G"))
    assert policy_values(here.tabular(), always_arrows(here, "left"), 1.0).tolist() == [0.0, 0.0, 0.0]
    assert expected_steps(here.tabular(), always_arrows(here, "left")).tolist() == [0.0, 1.0, 0.0]


def test_a_policy_that_never_ends_and_is_paid_is_told_before_the_first_sweep():
    here = GridWorld(parse_map("step: -1\nS.G"))
    for ask in (
        lambda: policy_values(here.tabular(), always_arrows(here, "left"), 1.0),
        lambda: next(policy_evaluation(here.tabular(), always_arrows(here, "left"), 1.0)),
        lambda: next(policy_evaluation_in_place(here.tabular(), always_arrows(here, "left"), 1.0)),
    ):
        with pytest.raises(EndlessError, match=r"From state \(0, 0\) this policy goes on for ever and is paid"):
            ask()
    assert policy_values(here.tabular(), always_arrows(here, "left"), 0.5)[0] == pytest.approx(-2.0)


@pytest.mark.parametrize(
    ("policy", "message"),
    [
        (np.ones((16, 3)), "a row a state and a column an action"),
        (np.full((16, 4), 0.3), r"in state \(0, 0\) the policy"),
        (np.tile([1.5, -0.5, 0, 0], (16, 1)), r"in state \(0, 0\) the policy"),
        (np.full((16, 4), np.nan), r"in state \(0, 0\) the policy"),
    ],
)
def test_what_is_no_policy_is_refused(policy, message):
    for ask in (policy_values, lambda *a: next(policy_evaluation(*a))):
        with pytest.raises(ValueError, match=message):
            ask(world("lake").tabular(), policy, 0.9)


def test_actions_that_are_not_allowed_are_refused():
    here = GridWorld(parse_map("edges: forbidden\nS.\n.."))
    with pytest.raises(ValueError, match=r"in state \(0, 0\)"):
        policy_values(here.tabular(), of_actions(here.tabular(), [0, 0, 0, 0]), 0.9)
    with pytest.raises(ValueError, match="4 integers from 0 to 3"):
        of_actions(here.tabular(), [0, 1, 2, 4])
