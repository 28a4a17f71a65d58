"""What the player is told: which rows it shows, and where it looks."""

import pytest

from components.instruments import player as module
from components.instruments.player import ROWS, player
from mdp_core.scenarios import View


@pytest.fixture
def told(monkeypatch):
    """What the component was given, the last first."""
    calls = []
    monkeypatch.setattr(module, "component", lambda name: lambda **given: calls.insert(0, given))
    return calls


def show(**options):
    nothing = {"on_view": lambda *_: None, "on_choose": lambda *_: None, "on_undo": lambda *_: None}
    player({"key": "one", "worlds": [{}]}, View(3, 0.5), 2, key="player", **nothing, **options)


def test_all_rows_are_shown_where_nobody_says_otherwise(told):
    show()
    assert told[0]["data"] == {
        "frames": {"key": "one", "worlds": [{}]},
        "rows": list(ROWS),
        "view": {"step": 3, "gamma": 0.5},
        "command": 2,
        "fixed": False,
        "watched": False,
    }


def test_the_rows_are_told_in_the_order_of_the_loop(told):
    show(rows={"togo", "state", "draw"})
    assert told[0]["data"]["rows"] == ["state", "draw", "togo"]


def test_a_row_that_there_is_not_is_refused(told):
    with pytest.raises(ValueError, match=r"no rows \['actoin'\]"):
        show(rows=["state", "actoin"])
    assert told == []
