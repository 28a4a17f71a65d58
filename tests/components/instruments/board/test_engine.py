"""What a chosen action may lead to is labelled where it can be read, and a frame's numbers arrive as they were sent."""

from itertools import chain, combinations, product

import numpy as np
import pytest

from components.instruments.board.film import iterate
from mdp_core.grid.presets import world
from mdp_core.solvers.solution import solve
from tests.node import engine

SIZE = 3
WIDE, TALL = 0.64 * 4, 0.75  # of the label "0.33", in sizes of its font
DIRECTIONS = ((-1, 0), (0, 1), (1, 0), (0, -1))


def arrivals():
    """(from, the cells to which something leads): from every cell of the map, staying and going to some neighbours."""
    for r, c in product(range(SIZE), repeat=2):
        near = [[r + dr, c + dc] for dr, dc in DIRECTIONS if 0 <= r + dr < SIZE and 0 <= c + dc < SIZE]
        for some in chain.from_iterable(combinations(near, n) for n in range(len(near) + 1)):
            yield [r, c], [[r, c], *some]


def box(place):
    """(left, top, right, bottom) of a label."""
    half, size = place["size"] * WIDE / 2, place["size"]
    return place["x"] - half, place["y"] - TALL * size, place["x"] + half, place["y"]


def apart(a, b):
    return a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]


@pytest.fixture(scope="module")
def placed():
    """(from, cells, boxes of their labels) of all cases."""
    cases = list(arrivals())
    questions = [["labelPlace", start, cell, cells] for start, cells in cases for cell in cells]
    answers = iter(engine("components/instruments/board/engine.js")(*questions))
    return [(start, cells, [box(next(answers)) for _ in cells]) for start, cells in cases]


def test_labels_lie_in_their_cells_and_so_inside_the_picture(placed):
    for _, cells, boxes in placed:
        for (r, c), (left, top, right, bottom) in zip(cells, boxes, strict=True):
            assert c <= left < right <= c + 1
            assert r <= top < bottom <= r + 1


def test_labels_do_not_lie_on_each_other(placed):
    assert all(apart(a, b) for _, _, boxes in placed for a, b in combinations(boxes, 2))


def test_the_middle_of_an_arrow_is_seen(placed):
    for (r, c), cells, boxes in placed:
        for row, column in cells[1:]:
            line = (min(c, column) + 0.5, min(r, row) + 0.5, max(c, column) + 0.5, max(r, row) + 0.5)
            assert all(apart(line, label) for label in boxes)


def test_a_frame_comes_to_the_browser_as_it_was_sent():
    """The values of Russell & Norvig's world, figure 17.3: five digits of each, and none for the wall."""
    made = world("norvig")
    found = solve(made.tabular(), gamma=1.0)
    sent = iterate(made, "v*", found.v, found.q, found.policy).data()
    ask = engine("components/instruments/board/engine.js")
    v, q, policy, change = ask(*(["unpacked", sent[name]] for name in ("v", "q", "policy", "change")))
    assert (len(v), len(q), len(policy), change) == (12, 48, 48, None)
    assert list(v.values())[:4] == pytest.approx([0.8116, 0.8678, 0.9178, 1.0], abs=1e-4)
    assert v["5"] is None  # the wall
    assert [q[str(4 * 3 + k)] for k in range(4)] == [None] * 4  # the goal, where nobody acts
    assert [policy[str(4 * 2 + k)] for k in range(4)] == [0, 1, 0, 0]  # beside it one goes right
    q_right = found.q[made.index((0, 2)), 1]
    assert q[str(4 * 2 + 1)] == pytest.approx(q_right, rel=1e-7)


def test_a_number_of_32_bits_is_read_as_the_five_digits_that_it_was():
    """0.285 is a little less than that as a float, and a little more in 32 bits: two decimals of it must not differ."""
    ask = engine("components/instruments/board/engine.js")
    numbers = [0.285, -1.5, 0.1, 1234.5]
    rounded = [float(np.float32(x)) for x in numbers]
    assert rounded[0] != numbers[0]
    assert ask(*(["numberAt", rounded, i] for i in range(4)), ["fourAt", rounded, 0]) == [*numbers, numbers]
    assert ask(["numberAt", None, 3], ["fourAt", None, 3]) == [None, None]


def test_a_map_is_as_large_as_its_picture_lets_it():
    """10 by 20 cells with half a cell around them in 210 by 210 pixels: the width decides, and 55 pixels are left above."""
    (placed,) = engine("components/instruments/board/engine.js")(["fitted", 10, 20, 0.5, 210, 210])
    assert placed == {"side": 10, "left": 5, "top": 55}


@pytest.mark.parametrize(
    ("one", "other", "way"),
    [
        ([2, 3], [2, 3], [[2, 3], [2, 3]]),
        ([2, 3], [3, 4], [[2, 3], [3, 4]]),
        ([5, 1], [5, 4], [[5, 1], [5, 2], [5, 3], [5, 4]]),
        ([0, 0], [4, 2], [[0, 0], [1, 1], [2, 1], [3, 2], [4, 2]]),
        ([4, 9], [4, 7], [[4, 9], [4, 8], [4, 7]]),
    ],
)
def test_a_fast_stroke_leaves_no_cell_out(one, other, way):
    (found,) = engine("components/instruments/board/engine.js")(["cellsBetween", one, other])
    assert found == way
