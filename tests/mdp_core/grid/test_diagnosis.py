"""A world that lacks something is told so in a sentence."""

import pytest

from mdp_core.grid.diagnosis import remarks
from mdp_core.grid.maps import parse_map
from mdp_core.grid.presets import PRESETS, world
from mdp_core.grid.world import GridWorld


def said(text):
    return " ".join(remarks(GridWorld(parse_map(text))))


@pytest.mark.parametrize("name", sorted(set(PRESETS) - {"jumps"}))
def test_the_presets_lack_nothing(name):
    assert remarks(world(name)) == ()


def test_a_world_without_a_goal():
    assert remarks(world("jumps")) == (
        "This world has no goal: an episode never ends. With gamma below 1 every return is still finite.",
    )
    assert "only a pit ends an episode" in said("H: pit, reward -1\n\nS.H")


def test_a_walled_in_start_is_all_there_is_to_say():
    assert said("S#G\n##.") == "The start is walled in: no move leads away from S. Open a cell beside it."
    assert "walled in" in said("SC\nCG")  # every way is the cliff, which leads back


def test_goals_that_cannot_be_reached():
    assert "The goal cannot be reached" in said("step: -1\n\nS.#G\n..##")
    assert "None of the 2 goals can be reached" in said("S.#G\n..#G")
    assert said("S.#G\n.G##") == "1 of the 2 goals cannot be reached from the start."


def test_an_end_on_the_way_cuts_off_what_lies_behind_it():
    assert "The goal cannot be reached" in said("SHG")


def test_rewards_that_are_all_0():
    assert "all policies are equally good" in said("G: goal, reward 0\n\nS.G")
    assert "all policies are equally good" in said("x: reward 3\nG: goal, reward 0\n\nSG#x")
    assert said("step: -1\nG: goal, reward 0\n\nS.G") == ""
