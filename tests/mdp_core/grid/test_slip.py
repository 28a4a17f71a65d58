"""Two thirds stay two thirds, and a slip may go to one side only."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdp_core.grid.maps import MapError, parse_map, to_text
from mdp_core.grid.presets import world
from mdp_core.grid.slip import number_text, slip_meant, slip_text
from mdp_core.grid.world import GridWorld
from mdp_core.mdp import Outcome
from mdp_core.solvers.solution import solve


def start_value(grid: GridWorld) -> float:
    return float(solve(grid.tabular(), 1.0).v[grid.index(grid.map.start)])


def test_the_lakes_slip_survives_a_slider():
    lake = world("lake")
    assert start_value(lake) == pytest.approx(14 / 17)  # 0.8235
    assert round(start_value(lake.with_slip(0.67)), 4) == 0.8222
    assert slip_meant(0.67, lake.map.slip) is None
    assert slip_meant(0.67, 0.2) == 2 / 3
    assert slip_meant(0.33, 0.2) == 1 / 3
    assert slip_meant(0.2, 0.2) is None
    assert slip_meant(0.66, lake.map.slip) == 0.66


def test_it_is_written_as_what_it_is():
    assert [slip_text(slip) for slip in (2 / 3, 0.2, 0.0, 1.0, 0.125, 0.67)] == [
        "2/3",
        "0.20",
        "0.00",
        "1.00",
        "0.125",
        "0.67",
    ]
    assert "slip: 2/3\n" in to_text(parse_map("slip: 2/3\nS.G"))


@given(st.floats(-1e6, 1e6))
def test_every_number_reads_back_to_itself(value):
    assert parse_map(f"step: {number_text(value)}\nS.G").step == value


@pytest.mark.parametrize(("side", "landed"), [("left", (0, 1)), ("right", (2, 1))])
def test_a_slip_to_one_side(side, landed):
    grid = GridWorld(parse_map(f"slip: 1/4 {side}\n...\n.S.\n..G"))
    outcomes = dict(grid.transition((1, 1), "right"))
    assert outcomes == {Outcome((1, 2), 0.0, False): 0.75, Outcome(landed, 0.0, False): 0.25}
    assert parse_map(to_text(grid.map)) == grid.map
    assert grid.with_slip(0.5).map.side == side


def test_a_side_that_is_none():
    with pytest.raises(MapError, match=r"“0\.2 up” is no number"):
        parse_map("slip: 0.2 up\nS.G")
