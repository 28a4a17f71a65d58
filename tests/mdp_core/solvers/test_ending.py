"""Whether sums exist, told from the shape of the world alone."""

import numpy as np
import pytest

from mdp_core.grid.maps import parse_map
from mdp_core.grid.presets import world
from mdp_core.grid.world import GridWorld
from mdp_core.solvers.ending import Endings, EndlessError, summable
from mdp_core.solvers.modified_policy_iteration import modified_policy_iteration
from mdp_core.solvers.policy import of_actions
from mdp_core.solvers.policy_evaluation import expected_steps
from mdp_core.solvers.policy_iteration import policy_iteration
from mdp_core.solvers.value_iteration import value_iteration, value_iteration_in_place
from mdp_core.transitions import from_transitions


def table(text):
    return GridWorld(parse_map(text)).tabular()


def test_reachable_states():
    assert Endings(table("S.#.\n..#G")).reachable.tolist() == [True, True, False, True, True, False]


def test_circles_in_which_nothing_is_paid():
    idle = Endings(table("S.G")).idle
    assert idle[0].tolist() == [True, True, True, True]
    assert idle[1].tolist() == [True, False, True, True]  # right is the goal
    assert not Endings(table("step: -1\nS.G")).idle.any()
    # On the lake's first cell only left and up cannot lead on to a hole in the end; on the fourth only up.
    lake = Endings(world("lake").tabular()).idle
    assert lake[0].any()
    assert not lake[14].any()


def test_a_way_that_is_sure_to_end_is_found_where_there_is_one():
    mdp = table("step: -1\nslip: 0.4\nS..#\n.#..\n...G")
    sure, actions = Endings(mdp).sure
    assert sure.all()
    assert np.isfinite(expected_steps(mdp, of_actions(mdp, actions))).all()


def test_a_risk_of_being_caught_for_ever_is_told():
    """A half of the steps from 0 lead to where every step costs and none ends."""
    mdp = from_transitions({0: {"go": [(0.5, 1, 0.0), (0.5, "end", 0.0)]}, 1: {"go": [(1.0, 1, -1.0)]}})
    with pytest.raises(EndlessError, match="From state 0 and 1 other state no policy is sure") as caught:
        summable(mdp, 1.0)
    assert caught.value.states == (0, 1)


@pytest.mark.parametrize("iterate", [value_iteration, value_iteration_in_place, modified_policy_iteration])
def test_it_is_told_before_anything_is_iterated(iterate):
    for text in ("step: -1\nS#G", "step: -1\nS.", "step: -1\nS#\n#G", "S.x\nx: reward 1"):
        with pytest.raises(EndlessError, match="take gamma below 1, or a finite horizon"):
            next(iterate(table(text), 1.0))
        assert len(list(iterate(table(text), 0.9, max_sweeps=2) if iterate is not modified_policy_iteration else "ab"))


@pytest.mark.parametrize("iterate", [value_iteration, value_iteration_in_place, modified_policy_iteration])
def test_sealed_states_are_nan_and_the_rest_is_solved(iterate):
    iterates = list(iterate(table("step: -1\nG: goal, reward 0\nS.G#."), 1.0))
    np.testing.assert_array_equal(iterates[0].v, [0, 0, 0, np.nan])
    np.testing.assert_array_equal(iterates[-1].v, [-1, 0, 0, np.nan])


def test_policy_iteration_leaves_sealed_states_alone():
    first, *_, last = policy_iteration(table("step: -1\nG: goal, reward 0\nS.G#."), 1.0)
    np.testing.assert_array_equal(last.v, [-1, 0, 0, np.nan])
    assert first.policy[3].tolist() == last.policy[3].tolist() == [0.25] * 4


def test_a_terminal_world_has_nothing_to_solve():
    over = from_transitions({}, terminal=["over"])
    assert [i.v.tolist() for i in value_iteration(over, 1.0)] == [[0.0], [0.0]]


def test_outwards_is_nearest_to_an_end_first():
    assert Endings(table("S..G")).outwards.tolist()[-1] == 0
    order = Endings(table("S..\n##.\nG..")).outwards.tolist()
    assert sorted(order) == list(range(7))
    assert order.index(5) < order.index(6) < order.index(3) < order.index(2) < order.index(1) < order.index(0)
    # Without an end, from what pays most.
    assert Endings(table("x: reward 1\nS..x")).outwards.tolist()[-1] == 0
