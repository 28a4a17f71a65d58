"""What is drawn over can be taken back, and what changes nothing is no edit."""

from functools import partial

import pytest

from mdp_core.grid import edits
from mdp_core.grid.editing import Brush, paint, resize
from mdp_core.grid.edits import Edits, redraw
from mdp_core.grid.maps import parse_map
from mdp_core.grid.presets import world

ROOM = "slip: 0.5\nS..\n..G\n"
WALL = partial(paint, cells=[(0, 1)], brush=Brush("wall"))


def test_the_last_edits_are_taken_back_and_no_more_are_kept():
    past = Edits(2)
    assert not past
    for before in ("a", "b", "c"):
        past.remember(before)
    assert len(past) == 2
    assert [past.undo(), past.undo(), past.undo()] == ["c", "b", None]
    assert not past


def test_what_is_forgotten_cannot_be_taken_back():
    past = Edits(2)
    past.remember("a")
    past.forget()
    assert past.undo() is None


def test_a_change_makes_the_next_text():
    drawn = parse_map(redraw("lake", ROOM, WALL))
    assert drawn.rows == ("S#.", "..G")
    assert drawn.slip == 0.5  # the map's own


def test_a_preset_is_drawn_on_as_well():
    shape = world("cliff").map.shape
    assert parse_map(redraw("cliff", "", partial(resize, rows=6, columns=12))).shape == (6, 12) != shape


def test_what_changes_nothing_is_no_edit():
    assert redraw("lake", ROOM, lambda grid: grid) is None
    assert redraw("lake", redraw("lake", ROOM, WALL), WALL) is None


def test_what_cannot_be_drawn_says_why():
    with pytest.raises(ValueError, match="starts there"):
        redraw("lake", ROOM, partial(paint, cells=[(0, 0)], brush=Brush("wall")))


def test_a_map_too_long_for_a_link_is_refused(monkeypatch):
    monkeypatch.setattr(edits, "MAX_MAP", 10)
    with pytest.raises(ValueError, match="at most 10 fit into a link"):
        redraw("lake", ROOM, WALL)
