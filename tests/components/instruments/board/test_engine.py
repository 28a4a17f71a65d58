"""The labels of what a chosen action may lead to can be read, wherever on the map it is chosen."""

from itertools import chain, combinations, product

import pytest

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
