"""Maps: what is read, where it is refused, and that text and value are the same thing."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mdp_core.grid.maps import DEFAULT_SIGNS, LIMIT, GridMap, MapError, Sign, parse_map, to_text
from mdp_core.grid.presets import PRESETS

WHOLE = """
title: Two ways home
slip: 2/3
step: -0.04
bump: -1
pays: leaving
edges: forbidden
wind: 0 1 2 0 9
A: jump to a, reward 10
r: reward 0.5

S.AG#
a#rHC
"""


def test_a_map_with_everything_on_it():
    assert parse_map(WHOLE) == GridMap(
        rows=("S.AG#", "a#rHC"),
        signs=(
            ("A", Sign("jump", 10.0, "a")),
            ("C", Sign("cliff", -100.0)),
            ("G", Sign("goal", 1.0)),
            ("H", Sign("pit", 0.0)),
            ("a", Sign("free")),
            ("r", Sign("free", 0.5)),
        ),
        title="Two ways home",
        slip=2 / 3,
        step=-0.04,
        bump=-1.0,
        pays="leaving",
        edges="forbidden",
        wind=(0, 1, 2, 0, 9),
    )


def test_what_a_map_says_of_itself():
    grid = parse_map(WHOLE)
    assert grid.shape == (2, 5)
    assert grid.start == (0, 0)
    assert grid.find("a") == (1, 0)
    with pytest.raises(ValueError, match="no 'z'"):
        grid.find("z")


def test_gymnasiums_own_letters_need_no_legend():
    assert dict(parse_map("SFFF\nFHFH\nFFFH\nHFFG").signs) == {k: DEFAULT_SIGNS[k] for k in "FGH"}


def test_typing_habits_are_forgiven():
    assert parse_map("  S.G  \r\n  ...\r\n\r\nSTEP :  -1 \r\n") == parse_map("step: -1\nS.G\n...")
    assert parse_map("x: goal\nSx") == parse_map("x: goal, reward 1\nSx")
    assert parse_map("x: reward 2, pit\nSx") == parse_map("x: pit, reward 2.0\nSx")
    assert parse_map("z: cliff\nS.") == parse_map("S.")


@pytest.mark.parametrize(
    ("text", "line", "column", "message"),
    [
        ("", 1, 1, "empty"),
        ("  \n\n", 1, 1, "empty"),
        ("step: -1", 1, 1, "empty"),
        ("S..\n.%.", 2, 2, "“%” is no sign"),
        ("S..\n.é.", 2, 2, "“é” is no sign"),
        ("S..\n.\u202e.", 2, 2, "“�” is no sign"),
        ("S..\n.x.", 2, 2, "x has no meaning yet"),
        ("S..\n....", 2, 4, "this row has 4 cells, the first one has 3"),
        ("  S..\n  ..", 2, 5, "this row has 2 cells, the first one has 3"),
        ("...\n...", 1, 1, "no start"),
        ("S..\n..S", 2, 3, "second start, the first is in line 1"),
        ("S.S", 1, 3, "second start"),
        ("S..\n\n...", 3, 1, "stay together"),
        ("S..\nstep: 1\n...", 3, 1, "stay together"),
        ("speed: 3\nS", 1, 1, "“speed” is no option"),
        (": 3\nS", 1, 1, "“” is no option"),
        ("step: 1\nstep: 2\nS", 2, 1, "said twice, the first time in line 1"),
        ("x: goal\nx: pit\nSx", 2, 1, "explained twice"),
        ("S: goal\nS", 1, 1, "S has its meaning already"),
        ("#: goal\nS", 1, 1, "# has its meaning already"),
        ("step: -1.0.0\nS", 1, 7, "is no number"),
        ("step: nan\nS", 1, 7, "is no number"),
        ("step: 1/0\nS", 1, 7, "is no number"),
        ("step: ١\nS", 1, 7, "is no number"),
        ("step: 1e400\nS", 1, 7, "is no number|at most a million"),
        ("step: 1e300\nS", 1, 7, "at most a million"),
        ("step: 1000001\nS", 1, 7, "at most a million"),
        ("x: goal, reward inf\nSx", 1, 17, "is no number"),
        ("x: goal,  reward  -2e6\nSx", 1, 19, "at most a million"),
        ("x: goal, pit\nSx", 1, 10, "“pit” is no meaning"),
        ("x: lava\nSx", 1, 4, "“lava” is no meaning"),
        ("x:\nSx", 1, 3, "needs a meaning"),
        ("slip: 1.1\nS", 1, 7, "from 0 to 1"),
        ("slip: -1/3\nS", 1, 7, "from 0 to 1"),
        ("pays: later\nS", 1, 7, "pays is entering or leaving"),
        ("edges: open\nS", 1, 8, "edges is stay or forbidden"),
        ("edges: forbidden\nS", 2, 1, "no action is left"),
        ("wind: 0 1\nS..", 1, 7, "2 numbers, the map 3 columns"),
        ("wind: 0 10 1\nS..", 1, 7, "number from 0 to 9"),
        ("title: " + "t" * 81 + "\nS", 1, 88, "at most 80 characters"),
        ("A: jump to b, reward 1\nSA", 1, 4, "b, which is not on the map"),
        ("A: jump to b\nSAbb", 1, 4, "on the map 2 times"),
        ("A: jump to C\nSAC", 1, 4, "leads to the cliff C"),
        ("S" + "." * 100, 1, 101, "at most 100 by 100"),
        ("\n".join(["S" + "." * 199, *["." * 200] * 199]), 1, 101, "at most 100 by 100 cells, so that"),
        ("\n".join(["S", *["."] * 100]), 101, 1, "this is row 101"),
    ],
)
def test_a_bad_map_is_refused_where_it_is_bad(text, line, column, message):
    with pytest.raises(MapError, match=message) as caught:
        parse_map(text)
    assert (caught.value.line, caught.value.column) == (line, column)
    assert str(caught.value).startswith(f"Line {line}, column {column}: ")
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 200


def test_the_largest_map_is_read():
    assert parse_map("\n".join(["S" + "." * 99, *["." * 100] * 99])).shape == (LIMIT, LIMIT)


def test_every_preset_is_its_own_text():
    for preset in PRESETS.values():
        grid = parse_map(preset.text)
        assert parse_map(to_text(grid)) == grid
        assert grid.title == preset.title


rewards = st.floats(-1e6, 1e6).map(lambda x: x + 0.0)
kinds = st.sampled_from(["free", "goal", "pit", "cliff"])
letters = "abcGHFCXYZ019"


@st.composite
def maps(draw):
    rows, columns = draw(st.integers(1, 6)), draw(st.integers(2, 6))
    meanings = {}
    for mark in letters:
        kind = draw(kinds)
        # goal, pit and cliff always say what they pay, once they are read
        needed = kind != "free"
        meanings[mark] = Sign(kind, draw(rewards if needed else st.none() | rewards))
    cells = draw(st.lists(st.sampled_from("..#" + letters), min_size=rows * columns, max_size=rows * columns))
    places = draw(st.permutations(range(rows * columns)))
    cells[places[0]] = "S"
    for mark in ("J", "K"):
        if len(places) > 2 and draw(st.booleans()):
            cells[places[1]] = mark
            meanings[mark] = Sign("jump", draw(st.none() | rewards), draw(st.sampled_from("SJK")))
    present = set(cells)
    if any(meanings[m].target not in present for m in present & {"J", "K"}):
        cells = ["." if c in "JK" else c for c in cells]
        present = set(cells)
    return GridMap(
        rows=tuple("".join(cells[r * columns : (r + 1) * columns]) for r in range(rows)),
        signs=tuple((m, meanings[m]) for m in sorted(present & meanings.keys())),
        title=draw(st.text(max_size=80).map(lambda s: "".join(c for c in s if c.isprintable()).strip())),
        slip=draw(st.floats(0, 1).map(lambda x: x + 0.0)),
        step=draw(rewards),
        bump=draw(st.none() | rewards),
        pays=draw(st.sampled_from(["entering", "leaving"])),
        edges=draw(st.sampled_from(["stay", "forbidden"])),
        wind=tuple(draw(st.just(()) | st.lists(st.integers(0, 9), min_size=columns, max_size=columns))),
    )


@given(maps())
def test_text_and_value_are_the_same_thing(grid):
    assert parse_map(to_text(grid)) == grid


@settings(max_examples=300)
@given(st.text(alphabet="S.#GHCaA01:,- \n\tsliprewadjumpto", max_size=80) | st.text(max_size=60))
def test_any_text_is_a_map_or_is_refused_with_a_place(text):
    place = None
    try:
        grid = parse_map(text)
    except MapError as error:
        place = (error.line, error.column)
    if place is None:
        assert parse_map(to_text(grid)) == grid
    else:
        assert 1 <= place[0] <= text.count("\n") + text.count("\r") + 1
        assert place[1] >= 1
