"""Choices as a file of the visitor's: they come back to where they were, beside what is there, whole or not at all."""

import io
import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.score import saved_choices
from components.score.preferences import MOST_CHOICES, MOST_STARS, Preferences
from mdp_core.rlhf.preference_files import PreferenceFileError
from mdp_core.rlhf.raters import Comparison

OWN = (Comparison("a", "b", 0), Comparison("c", "d", 1))
SIMULATED = (Comparison("e", "f", 1, simulated=True),)


def take_in(mine, content):
    """What is said of the file; nothing of it is left out."""
    news, left = saved_choices.take_in(mine, io.BytesIO(content))
    assert left == ()
    return news


def said(*choices, stars=None, **changes):
    return Preferences(choices=list(choices), stars=dict(stars or {}), **changes)


def file_of(mine):
    return saved_choices.saved(mine).encode()


def state(mine):
    return (list(mine.choices), dict(mine.stars), mine.rater, mine.rationality, list(mine.past))


def test_a_file_brings_all_back_and_who_said_it():
    before = said(*OWN, *SIMULATED, stars={"a": 5}, rater=2, rationality=3.5)
    after = Preferences()
    assert take_in(after, file_of(before)) == "Loaded: 3 choices and 1 rated text."
    assert state(after) == state(before)
    assert (after.taste, after.comparisons) == (before.taste, before.comparisons)
    assert take_in(after, file_of(before)) == "All that this file says is here already."
    assert state(after) == state(before)


def test_what_is_here_stays_and_is_not_counted_twice():
    mine = said(OWN[0], stars={"a": 1}, past=[("pair", 2)])
    told = take_in(mine, file_of(said(*OWN, OWN[0], stars={"a": 5, "b": 2})))
    assert told == "Loaded: 2 choices and 1 rated text; 2 more were here already."
    assert mine.choices == [OWN[0], OWN[1], OWN[0]]  # said twice in the file, so there are two
    assert mine.stars == {"a": 1, "b": 2}
    assert mine.past == []
    mine.undo()  # nothing of the file's is taken for what was said last
    assert len(mine.choices) == 3


def test_a_file_without_choices_changes_nothing():
    mine = said(*OWN, past=[("pair", 2)])
    before = state(mine)
    assert take_in(mine, file_of(Preferences())) == "This file has no choices yet: nothing has changed."
    assert state(mine) == before


def test_another_simulated_rater_comes_only_where_none_has_spoken():
    theirs = file_of(said(*SIMULATED, rater=1, rationality=2.0))
    mine = said(*OWN)
    take_in(mine, theirs)
    assert (mine.rater, mine.met) == (1, 1)
    for others in ({"rater": 2}, {"rationality": 4.0}):
        mine = said(*SIMULATED, **{"rater": 1, "rationality": 2.0, **others})
        before = state(mine)
        with pytest.raises(PreferenceFileError, match="save them and forget them first"):
            take_in(mine, theirs)
        assert state(mine) == before


@pytest.mark.parametrize(
    ("mine", "theirs", "why"),
    [
        (said(*OWN), said(*[replace(OWN[0], one=str(i)) for i in range(MOST_CHOICES - 1)]), "would be 1,001 choices"),
        (said(), said(stars={str(i): 3 for i in range(MOST_STARS + 1)}), "would be 61 rated texts"),
        (said(), said(*SIMULATED, rationality=9.0), "has rationality 9, and here it goes to 8"),
    ],
)
def test_what_there_is_no_room_for_changes_nothing(mine, theirs, why):
    before = state(mine)
    with pytest.raises(PreferenceFileError, match=why):
        take_in(mine, file_of(theirs))
    assert state(mine) == before


@given(
    st.binary(max_size=50) | st.dictionaries(st.text(max_size=5), st.integers()).map(lambda d: json.dumps(d).encode())
)
def test_junk_changes_nothing(junk):
    mine = said(*OWN, stars={"a": 2}, past=[("pair", 2)])
    before = state(mine)
    with pytest.raises(PreferenceFileError):
        take_in(mine, junk)
    assert state(mine) == before


LINES = "".join(
    json.dumps({"prompt": "the movie was", "chosen": f" good {i}", "rejected": f" bad {i}"}) + "\n" for i in range(4)
)


def test_others_preferences_come_in_and_what_is_wrong_with_them_is_told():
    mine = said(*OWN)
    news, left = saved_choices.take_in(mine, io.BytesIO(f'{LINES}{{"prompt": "x", "cho\n{LINES}[]\n'.encode()))
    assert news == "Loaded: 4 choices."
    assert left == (
        'Line 5 is no whole JSON, and begins with “{"prompt": "x", "cho”.',
        "Left out: line 10, for no object with names.",
    )
    assert mine.choices[:2] == list(OWN)
    assert {(c.better, c.worse, c.weight) for c in mine.choices[2:]} == {
        (f"the movie was good {i}", f"the movie was bad {i}", 2.0) for i in range(4)
    }
    assert saved_choices.take_in(mine, io.BytesIO(LINES.encode()))[0] == "Loaded: 4 choices."  # once, not twice
    again = file_of(mine)
    assert take_in(mine, again) == "All that this file says is here already."
