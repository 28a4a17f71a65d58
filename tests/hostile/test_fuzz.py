"""The fuzz in its small form: nothing but documented refusals come out of a few hundred damaged inputs, and nothing is kept.

The large form is `python -m tests.hostile.fuzz`; what it found stands below by itself.
"""

import gc
import tracemalloc

import pytest

from mdp_core.grid.maps import MapError, parse_map
from mdp_core.grid.policies import ArrowPolicy, random_arrows
from mdp_core.grid.world import GridWorld
from mdp_core.rollout import Draws, play
from tests.hostile.fuzz import asked
from tests.hostile.inputs import KINDS

SEED = 2026
QUICK = [kind for kind in KINDS if kind != "pages"]


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("kind", QUICK)
def test_damaged_inputs_are_taken_or_refused_in_a_sentence(kind):
    answers = [asked(kind, number, SEED) for number in range(50)]
    assert [(one.number, one.wrong) for one in answers if one.wrong] == []
    assert {one.taken for one in answers} == {True, False}  # they reach deep


def test_pages_open_whatever_is_in_their_link():
    answers = [asked("pages", number, SEED) for number in range(6)]
    assert [(one.number, one.wrong) for one in answers if one.wrong] == []


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_nothing_is_kept_of_damaged_inputs():
    def all_of_them():
        for kind in QUICK:
            for number in range(8):
                asked(kind, number, SEED)
        gc.collect()

    all_of_them()  # caches are filled, and have their bounds
    tracemalloc.start()
    try:
        all_of_them()
        before, _ = tracemalloc.get_traced_memory()
        all_of_them()
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert after - before < 100_000  # bytes, of two megabytes that were read


@pytest.mark.parametrize(
    ("text", "says"),
    [
        # Each took hours or minutes to read, in as many ways as it can be read.
        ("S" + "  F" * 30 + "FG\n", "Line 1, column 2: “ ” is no sign"),
        ("S" + " , F" * 20 + "FG\n", "Line 1, column 2: “ ” is no sign"),
        ("S" + " ,\t" * 5_000 + "FG\n", "Line 1, column 101"),
        ("slip: " + "9" * 20_000 + "x\nSG\n", "is no number"),
        ("step: ." + "9" * 20_000 + "x\nSG\n", "is no number"),
        ("slip: 0.2" + " " * 20_000 + "x\nSG\n", "is no number"),
        ("slip: " + "left " * 4_000 + "\nSG\n", "is no number"),
    ],
)
def test_a_map_is_read_in_a_time_in_proportion_to_it(text, says):
    with pytest.raises(MapError, match=says):
        parse_map(text)


def test_signs_apart_and_a_slip_to_a_side_are_what_they_were():
    grid = parse_map("slip: 1/3  left\nS , F,F |\tG\n")
    assert (grid.rows, grid.slip, grid.side) == (("SFFG",), 1 / 3, "left")


def test_an_action_that_is_none_is_said_in_a_sentence_of_a_line():
    world = GridWorld(parse_map("SG\n"))
    with pytest.raises(ValueError, match=r"^The action 'fly{28}' is not allowed at t = 0\.$"):
        play(world, ArrowPolicy(world, random_arrows(world)), rng=Draws(1), max_steps=1, forced={0: "fl" + "y" * 900})
