"""Every stroke leaves a map that can be written down, read back, and stood on."""

import math
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdp_core.grid.editing import Brush, Difference, difference, paint, resize, with_step
from mdp_core.grid.maps import Sign, parse_map, to_text
from mdp_core.grid.presets import PRESETS, world
from mdp_core.grid.world import GridWorld

LAKE = world("lake").map
KINDS = ("wall", "free", "start", "goal", "pit", "cliff", "reward")


def test_a_wall_is_painted_over_several_cells():
    assert paint(LAKE, [(0, 1), (0, 2)], Brush("wall")).rows == ("S##F", "FHFH", "FFFH", "HFFG")


def test_a_goal_of_the_known_amount_keeps_its_letter_and_another_amount_gets_a_new_one():
    same = paint(LAKE, [(0, 3)], Brush("goal", 1.0))
    assert same.rows[0] == "SFFG"
    other = paint(LAKE, [(0, 3)], Brush("goal", 5.0))
    mark = other.rows[0][3]
    assert mark != "G"
    assert other.legend[mark] == Sign("goal", 5.0)
    assert other.legend["G"] == Sign("goal", 1.0)


def test_the_start_moves_to_the_last_cell_of_its_stroke_and_leaves_free_ground():
    moved = paint(LAKE, [(1, 0), (2, 0)], Brush("start"))
    assert moved.start == (2, 0)
    assert [row[0] for row in moved.rows] == [".", "F", "S", "H"]


def test_other_strokes_go_around_the_start():
    assert paint(LAKE, [(0, 0), (0, 1)], Brush("pit", -1)).start == (0, 0)
    with pytest.raises(ValueError, match="another start first"):
        paint(LAKE, [(0, 0)], Brush("wall"))


def test_a_jump_without_a_landing_becomes_free():
    jumps = world("jumps").map
    landing = jumps.find("b")
    painted = paint(jumps, [landing], Brush("wall"))
    assert painted.rows[0] == ".A..."  # B led to b
    assert set(dict(painted.signs)) == {"A", "a"}


def test_a_stroke_of_the_start_over_a_landing_ends_its_jump_too():
    jumps = world("jumps").map
    painted = paint(jumps, [jumps.find("a")], Brush("start"))
    assert painted.start == jumps.find("a")
    assert "A" not in dict(painted.signs)


def test_signs_that_are_not_on_the_map_any_more_are_forgotten():
    assert dict(paint(LAKE, [(3, 3)], Brush("free")).signs).keys() == {"F", "H"}


@pytest.mark.parametrize("reward", [math.nan, math.inf, -math.inf, 1e6 + 1])
def test_a_reward_is_finite_and_at_most_a_million(reward):
    with pytest.raises(ValueError, match="at most a million"):
        Brush("goal", reward)
    with pytest.raises(ValueError, match="at most a million"):
        with_step(LAKE, reward)


@pytest.mark.parametrize("cell", [(-1, 0), (0, 4), (4, 0), (0, -1)])
def test_a_stroke_stays_on_the_map(cell):
    with pytest.raises(ValueError, match="leaves the map, which has 4 rows and 4 columns"):
        paint(LAKE, [cell], Brush("wall"))


def test_letters_can_be_used_up():
    grid = parse_map("S" + "." * 99)
    letters = 57  # 26 + 26 + 10, without F, G, H, C and S
    for i in range(1, letters + 1):
        grid = paint(grid, [(0, i)], Brush("reward", float(i)))
    with pytest.raises(ValueError, match="letters of this map are used up"):
        paint(grid, [(0, 99)], Brush("reward", 99.0))
    assert paint(grid, [(0, 99)], Brush("reward", 7.0)).rows[0][99] == grid.rows[0][7]  # a known amount still fits


def test_a_map_grows_by_free_cells_and_is_cut_at_its_ends():
    windy = world("wind").map
    grown = resize(windy, 8, 11)
    assert grown.rows[-1] == "." * 11
    assert grown.wind == (*windy.wind, 0)
    assert resize(LAKE, 2, 3).rows == ("SFF", "FHF")


def test_a_size_has_its_limits():
    with pytest.raises(ValueError, match="at most 100 by 100 cells, so that it can be solved"):
        resize(LAKE, 101, 4)
    with pytest.raises(ValueError, match="cut off the start"):
        resize(world("cliff").map, 3, 12)
    with pytest.raises(ValueError, match="keep two"):
        resize(parse_map("edges: forbidden\nS."), 1, 1)


def test_a_jump_is_lost_with_the_landing_that_is_cut_off():
    assert "A" not in dict(resize(parse_map("A: jump to a, reward 10\n\nSA..\n...a"), 2, 3).signs)


strokes = st.tuples(
    st.sampled_from(KINDS),
    st.floats(-1e6, 1e6, allow_nan=False),
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=5),
)


@given(st.sampled_from(sorted(PRESETS)), st.lists(strokes, max_size=6))
def test_whatever_is_painted_can_be_written_read_and_made_a_world(name, painted):
    grid = world(name).map
    for kind, reward, cells in painted:
        inside = [(r, c) for r, c in cells if r < grid.shape[0] and c < grid.shape[1]]
        with suppress(ValueError):  # the start is not painted over
            grid = paint(grid, inside, Brush(kind, reward))
    assert parse_map(to_text(grid)) == grid
    assert GridWorld(grid).tabular().start.sum() == 1


def test_a_wall_takes_a_state_and_changes_the_moves_towards_it():
    # On solid ground a wall in the corner of a 2 by 2 map stops one move from each of its two neighbours.
    before = GridWorld(parse_map("S.\n.."))
    after = GridWorld(paint(before.map, [(1, 1)], Brush("wall")))
    assert difference(before, after) == Difference((4, 3), 12, 2, 0)


def test_a_reward_changes_r_and_not_p():
    before = GridWorld(parse_map("S..\n..."))
    after = GridWorld(paint(before.map, [(0, 2)], Brush("reward", 2.0)))
    # From the left and from below it is entered, and nothing else pays: who bumps there enters nothing.
    assert difference(before, after) == Difference((6, 6), 24, 0, 2)


def test_slip_changes_p_and_nothing_is_no_difference():
    lake = world("lake")
    assert difference(lake, lake) == Difference((16, 16), 64, 0, 0)
    # 11 of the 16 cells act, and of no pair do all three ways end in the same cell: all 44 change. One cell that acts
    # lies beside the goal, and three of its actions may lead there.
    assert difference(lake, lake.with_slip(0.5)) == Difference((16, 16), 64, 44, 3)


def test_a_wall_moves_the_ways_of_its_neighbours_only():
    """In the middle of 3 by 3: that state goes, and of each of its four neighbours the one action that led there."""
    before = GridWorld(parse_map("S..\n...\n..G"))
    after = GridWorld(parse_map("S..\n.#.\n..G"))
    assert difference(before, after) == Difference((9, 8), 32, 4, 0)
    assert difference(after, before) == Difference((8, 9), 32, 4, 0)


def test_a_world_that_pays_on_leaving_can_be_compared_with_one_that_does_not():
    norvig = world("norvig")
    entering = GridWorld(parse_map(to_text(norvig.map).replace("pays: leaving\n", "")))
    change = difference(norvig, entering)
    assert change.states == (12, 11)  # the end is a state of the first only
    assert change.pairs == 44
