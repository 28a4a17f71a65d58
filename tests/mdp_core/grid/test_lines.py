"""Lines made to measure."""

import pytest

from mdp_core.grid.lines import bent, corridor, two_goals
from mdp_core.grid.presets import world
from mdp_core.prospects import prospects


def test_the_presets_are_among_them():
    assert (corridor(20).tabular().next_state == world("corridor").tabular().next_state).all()
    made, preset = two_goals(1.0, 2, 4.0, 10).tabular(), world("chain").tabular()
    for part in ("next_state", "reward", "terminated", "start"):
        assert (getattr(made, part) == getattr(preset, part)).all()


def test_neighbours_and_fractions():
    line = two_goals(0.1, 1, 2.5, 1)
    assert line.map.rows == ("nSf",)
    assert [outcome.reward for a in ("left", "right") for outcome, _ in line.transition((0, 1), a)] == [0.1, 2.5]


@pytest.mark.parametrize(
    ("line", "rows"),
    [
        ((1.0, 2, 4.0, 10), ("n.S...", "#####.", "f.....")),
        ((2.0, 3, 3.0, 8), ("n..S..", "#####.", "#f....")),
        ((1.0, 1, 10.0, 12), ("nS.....", "######.", "#f.....")),
    ],
)
def test_a_bent_way_is_as_long_as_a_straight_one(line, rows):
    way = bent(*line)
    assert way.map.rows == rows
    told = [(prospect.reward, prospect.delay) for prospect in prospects(way.tabular())]
    assert told == [(prospect.reward, prospect.delay) for prospect in prospects(two_goals(*line).tabular())]


@pytest.mark.parametrize("moves", [0, 61])
def test_no_line_for_such_a_distance(moves):
    with pytest.raises(ValueError, match="1 to 60 moves"):
        corridor(moves)
