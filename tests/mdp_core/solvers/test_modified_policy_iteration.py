"""How much sweeping it takes: what spares work changes no value, so that only counts can tell whether it is done."""

import pytest

from mdp_core.grid.maps import parse_map
from mdp_core.grid.world import GridWorld
from mdp_core.solvers import value_iteration
from mdp_core.solvers.modified_policy_iteration import adaptive_policy_iteration


def open_field(side):
    """Slippery, with one goal in the far corner: at first all actions look the same nearly everywhere."""
    rows = ["S" + "." * (side - 1), *["." * side] * (side - 2), "." * (side - 1) + "G"]
    return GridWorld(parse_map("\n".join(["slip: 0.2", *rows]))).tabular()


@pytest.mark.parametrize(("side", "rounds", "sweeps"), [(20, 10, 240), (40, 16, 456)])
def test_news_travels_through_states_where_all_actions_look_the_same(side, rounds, sweeps):
    """Greedy policies alone take 28 rounds and 568 sweeps on the smaller field, 53 and 1055 on the larger one."""
    *_, last = iterates = list(adaptive_policy_iteration(open_field(side), 0.99))
    assert len(iterates) - 1 <= rounds + 2
    assert last.sweep <= 1.2 * sweeps
    *_, slow = value_iteration(open_field(side), 0.99)
    assert last.v == pytest.approx(slow.v, abs=1e-9)
