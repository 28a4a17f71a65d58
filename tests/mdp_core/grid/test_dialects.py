"""Maps as people have them: lists, blanks between the signs, Berkeley's grids and layouts, a byte order mark."""

import pytest

from mdp_core.grid.maps import MapError, parse_map
from mdp_core.grid.world import GridWorld
from mdp_core.solvers.solution import solve

LAKE = parse_map("SFFF\nFHFH\nFFFH\nHFFG")


@pytest.mark.parametrize(
    "text",
    [
        '["SFFF", "FHFH", "FFFH", "HFFG"]',
        "desc = [\n    'SFFF',\n    'FHFH',\n    'FFFH',\n    'HFFG',\n]\n",
        '    desc=["SFFF", "FHFH", "FFFH", "HFFG"],\n',
        'np.asarray(["SFFF", "FHFH", "FFFH", "HFFG"], dtype="c")',
        'gym.make("FrozenLake-v1", desc=["SFFF", "FHFH", "FFFH", "HFFG"], is_slippery=False)',
        '("SFFF", "FHFH", "FFFH", "HFFG")',
        "desc = (('S','F','F','F'), ('F','H','F','H'), ('F','F','F','H'), ('H','F','F','G'))",
        "[“SFFF”, “FHFH”, ‘FFFH’, “HFFG”]",
        '[["S","F","F","F"],["F","H","F","H"],["F","F","F","H"],["H","F","F","G"]]',
        "S F F F\nF H F H\nF F F H\nH F F G",
        "S, F, F, F\r\nF, H, F, H\r\nF, F, F, H\r\nH, F, F, G\r\n",
        "\ufeffSFFF\nFHFH\nFFFH\nHFFG",
    ],
)
def test_the_lake_in_other_hands(text):
    assert parse_map(text) == LAKE


def test_options_stand_above_rows_with_blanks():
    assert parse_map("slip: 2/3\nS . G").slip == 2 / 3
    assert parse_map("slip: 2/3\nS . G").rows == ("S.G",)


def test_berkeleys_book_grid_is_russell_and_norvigs():
    own = parse_map("grid = [[' ',' ',' ',+1],\n        [' ','#',' ',-1],\n        ['S',' ',' ',' ']]")
    assert own.rows == ("...a", ".#.b", "S...")
    assert own.legend["a"].kind == "goal"
    assert own.legend["b"].kind == "pit"
    # Its exit action pays when the cell is left, so that is the value of a goal, and one cell away it is 0.9 of it.
    solved = solve(GridWorld(own).tabular(), 0.9)
    index = GridWorld(own).index
    assert solved.v[index((0, 3))] == pytest.approx(1.0)
    assert solved.v[index((1, 3))] == pytest.approx(-1.0)
    assert solved.v[index((2, 0))] == pytest.approx(0.9**5)


def test_a_pacman_layout_with_one_dot_is_a_maze():
    own = parse_map("%%%%%%\n%P   %\n% %% %\n%   .%\n%%%%%%\n")
    assert own.rows == ("######", "#S...#", "#.##.#", "#...G#", "######")


def test_a_pacman_layout_that_says_more_than_a_cell_can_says_what_to_change():
    with pytest.raises(MapError, match=r"more than one dot, capsules or ghosts.*keep one dot, for the goal"):
        parse_map("%%%%%\n%P.G%\n%%%%%")
    with pytest.raises(MapError, match="more than one dot"):
        parse_map("%%%%%\n%P..%\n%%%%%")


def test_a_message_counts_the_columns_that_were_typed():
    with pytest.raises(MapError, match="Line 2, column 5: “\\?” is no sign"):
        parse_map("S F F\nF F ?")
    with pytest.raises(MapError, match="Line 2, column 2: “\\?” is no sign"):
        parse_map('["SFF", "F?F"]')
