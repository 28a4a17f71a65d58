"""Grid worlds: equal to Gymnasium's tables, and every rule of a map worked out by hand."""

import gymnasium
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdp_core.grid.maps import parse_map
from mdp_core.grid.presets import world
from mdp_core.grid.world import ACTIONS, END, GridWorld
from mdp_core.mdp import Outcome
from tests.contracts import check_mdp, check_tabular
from tests.mdp_core.grid.test_maps import maps


def made(text):
    return GridWorld(parse_map(text))


def said(mdp, state, action):
    return {(o.next_state, o.reward, o.terminated): p for o, p in mdp.transition(state, action)}


def gymnasiums(rows, columns):
    """A row of Gymnasium's P, equal successors added up, with cells in place of numbers."""
    table = {}
    for p, number, reward, terminated in rows:
        key = (divmod(int(number), columns), float(reward), bool(terminated))
        table[key] = table.get(key, 0.0) + p
    return table


def equal(a, b):
    assert a.keys() == b.keys()
    assert all(abs(a[key] - b[key]) < 1e-12 for key in a)


@pytest.mark.parametrize("size", [4, 8])
@pytest.mark.parametrize("slippery", [True, False])
def test_the_lake_is_gymnasiums(size, slippery):
    env = gymnasium.make("FrozenLake-v1", map_name=f"{size}x{size}", is_slippery=slippery).unwrapped
    lake = world("lake" if size == 4 else "lake8", slip=None if slippery else 0.0)
    assert lake.map.rows == tuple(b"".join(row).decode() for row in env.desc)
    assert lake.states == tuple(divmod(s, size) for s in range(size * size))
    for s, actions in env.P.items():
        cell = divmod(s, size)
        if lake.is_terminal(cell):
            continue
        for a, name in enumerate(("left", "down", "right", "up")):
            equal(said(lake, cell, name), gymnasiums(actions[a], size))


def test_the_cliff_is_gymnasiums():
    env = gymnasium.make("CliffWalking-v1").unwrapped
    cliff = world("cliff")
    assert len(cliff.states) == 48 - 10
    for cell in cliff.states:
        if cliff.is_terminal(cell):
            continue
        for a, name in enumerate(("up", "right", "down", "left")):
            equal(said(cliff, cell, name), gymnasiums(env.P[cell[0] * 12 + cell[1]][a], 12))


def test_slip_goes_to_both_sides_and_never_backwards():
    here = made("slip: 0.2\n...\n.S.\n...")
    assert list(here.transition((1, 1), "up")) == [
        (Outcome((0, 1), 0.0, False), 0.8),
        (Outcome((1, 0), 0.0, False), 0.1),
        (Outcome((1, 2), 0.0, False), 0.1),
    ]
    equal(said(here, (0, 0), "up"), {((0, 0), 0.0, False): 0.9, ((0, 1), 0.0, False): 0.1})


def test_a_bump_pays_in_place_of_the_step_and_the_cell():
    here = made("step: -0.1\nbump: -1\nx: reward 5\nSx#")
    assert said(here, (0, 0), "left") == {((0, 0), -1.0, False): 1.0}
    assert said(here, (0, 0), "right") == {((0, 1), 5.0, False): 1.0}
    assert said(here, (0, 1), "right") == {((0, 1), -1.0, False): 1.0}
    assert said(made("x: reward 5\nSx#"), (0, 1), "right") == {((0, 1), 0.0, False): 1.0}  # who stays enters nothing


def test_leaving_pays_for_the_cell_one_stands_on_even_against_a_wall():
    here = made("pays: leaving\nstep: -0.1\nx: reward 5\nSxG")
    assert said(here, (0, 0), "right") == {((0, 1), -0.1, False): 1.0}
    assert said(here, (0, 1), "up") == {((0, 1), 5.0, False): 1.0}
    assert said(here, (0, 1), "right") == {((0, 2), 5.0, False): 1.0}
    assert not here.is_terminal((0, 2))
    assert said(here, (0, 2), "left") == {(END, 1.0, True): 1.0}
    assert here.is_terminal(END)
    assert here.states[-1] == END


def test_a_jump_is_taken_by_every_action_and_may_end_the_episode():
    here = made("slip: 0.5\nstep: -1\nA: jump to G, reward 7\nB: jump to b\nSABGb")
    for action in ACTIONS:
        assert said(here, (0, 1), action) == {((0, 3), 7.0, True): 1.0}
        assert said(here, (0, 2), action) == {((0, 4), -1.0, False): 1.0}
    assert said(here.with_slip(0), (0, 0), "right") == {((0, 1), -1.0, False): 1.0}


def test_a_cliff_is_no_state_and_leads_back_to_the_start():
    here = made("step: -1\nC: cliff, reward -50\n.C\nS.")
    assert (0, 1) not in here.states
    assert said(here, (0, 0), "right") == {((1, 0), -50.0, False): 1.0}
    with pytest.raises(ValueError, match="no state"):
        here.actions((0, 1))


def test_the_wind_is_of_the_column_that_is_left_and_stops_at_the_border_and_at_walls():
    here = made("step: -1\nwind: 1 2 0\n..#\n...\n...\n.S.")
    assert said(here, (3, 0), "right") == {((2, 1), -1.0, False): 1.0}
    assert said(here, (3, 1), "right") == {((1, 2), -1.0, False): 1.0}
    assert said(here, (2, 1), "right") == {((1, 2), -1.0, False): 1.0}  # the wall above
    assert said(here, (0, 1), "up") == {((0, 1), -1.0, False): 1.0}
    assert said(here, (3, 1), "down") == {((1, 1), -1.0, False): 1.0}


def test_forbidden_edges_offer_no_action_off_the_map_and_slip_still_stops_there():
    here = made("edges: forbidden\nslip: 0.2\nS.\n..")
    assert here.actions((0, 0)) == ("right", "down")
    equal(
        said(here, (0, 0), "right"), {((0, 1), 0.0, False): 0.8, ((0, 0), 0.0, False): 0.1, ((1, 0), 0.0, False): 0.1}
    )
    with pytest.raises(ValueError, match="not allowed"):
        here.transition((0, 0), "up")


def test_what_is_asked_wrongly_is_refused():
    here = made("SG")
    for call in (
        lambda: here.transition((0, 1), "up"),
        lambda: here.transition((0, 0), "north"),
        lambda: here.transition((5, 5), "up"),
        lambda: here.transition(("no", 1), "up"),
        lambda: here.with_slip(1.5),
        lambda: here.with_slip(float("nan")),
    ):
        with pytest.raises(ValueError, match=r"over|not allowed|no state|from 0 to 1"):
            call()


def test_values_are_laid_out_on_the_map():
    here = made("pays: leaving\n.#G\nS..")
    laid = here.on_map(np.arange(6))
    np.testing.assert_array_equal(laid, [[0, np.nan, 1], [2, 3, 4]])
    assert here.on_map(np.zeros((6, 4))).shape == (2, 3, 4)


def test_states_are_found_by_what_stands_there_and_where():
    """Walls and cliffs are no states; END is one without a place, and nothing stands there."""
    made = GridWorld(parse_map("pays: leaving\nx: reward 2\n\nS#G\nHCx\n"))
    assert made.states == ((0, 0), (0, 2), (1, 0), (1, 2), END)
    assert made.coordinates.tolist() == [list(cell) for cell in made.states]
    assert made.standing({"goal"}).tolist() == [False, True, False, False, False]
    assert made.standing({"goal", "pit"}).tolist() == [False, True, True, False, False]
    assert made.standing({"free"}).tolist() == [True, False, False, True, False]
    assert not made.standing({"cliff"}).any()


def test_worlds_are_values():
    assert made("S.G") == made("S.G\n")
    assert hash(made("S.G")) == hash(made("S.G\n"))
    assert made("S.G").with_slip(0.3) == made("slip: 0.3\nS.G")


@given(maps(), st.floats(0, 1))
def test_any_map_is_a_world_that_keeps_the_contract(grid, slip):
    here = GridWorld(grid).with_slip(slip)
    check_tabular(here.tabular(), here)
    check_mdp(here, limit=30)
