"""Preferences as a file: what goes out comes back, and whatever else comes raises the one error that is documented."""

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mdp_core.rlhf.preference_files import (
    MAX_BYTES,
    PreferenceFileError,
    SavedPreferences,
    SimulatedBy,
    from_json,
    to_json,
)
from mdp_core.rlhf.raters import Comparison

TEXTS = st.text(max_size=20)
CHOICES = st.builds(
    lambda texts, chosen, simulated: Comparison(*texts, chosen, simulated),
    st.lists(TEXTS, min_size=2, max_size=2, unique=True),
    st.integers(0, 1),
    st.booleans(),
)
RATERS = st.builds(SimulatedBy, st.integers(0, 2**31 - 1), st.floats(0, 100))


@st.composite
def preferences(draw):
    choices = tuple(draw(st.lists(CHOICES, max_size=6)))
    stars = tuple(draw(st.dictionaries(TEXTS, st.integers(1, 5), max_size=6)).items())
    return SavedPreferences(choices, stars, draw(RATERS) if any(choice.simulated for choice in choices) else None)


@given(preferences())
@example(SavedPreferences((Comparison('</script>"\\\n', "\u2028\x00", 1),), (("\ufeff", 5),)))
def test_what_is_written_is_read(said):
    assert from_json(to_json(said).encode()) == said


def test_the_file_is_the_one_that_is_documented():
    said = SavedPreferences(
        (Comparison("a <b>", "é", 1), Comparison("c", "d", 0, simulated=True)), (("a <b>", 4),), SimulatedBy(1, 2.5)
    )
    assert json.loads(to_json(said)) == {
        "format": "one-loop preferences",
        "version": 1,
        "simulated rater": {"number": 1, "rationality": 2.5},
        "choices": [
            {"one": "a <b>", "other": "é", "chosen": 1, "rater": "person"},
            {"one": "c", "other": "d", "chosen": 0, "rater": "simulated"},
        ],
        "stars": [{"text": "a <b>", "stars": 4}],
    }
    assert "é" in to_json(said)  # for the eye
    assert from_json(b"\xef\xbb\xbf" + to_json(said).encode()) == said  # as an editor may save it


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=9),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)
FIELDS = {
    "format": st.just("one-loop preferences") | JUNK,
    "version": st.sampled_from((1, 2)) | JUNK,
    "simulated rater": st.fixed_dictionaries({"number": st.integers() | JUNK, "rationality": st.floats() | JUNK})
    | JUNK,
    "choices": st.lists(
        st.fixed_dictionaries(
            {"one": JUNK, "other": JUNK, "chosen": st.integers(-1, 2) | JUNK, "rater": st.just("simulated") | JUNK}
        )
        | JUNK,
        max_size=3,
    )
    | JUNK,
    "stars": st.lists(st.fixed_dictionaries({"text": JUNK, "stars": st.integers(0, 6) | JUNK}), max_size=3) | JUNK,
}


def read(content):
    """The preferences, or the sentence that says why there are none. Any other error is one of the code."""
    try:
        return from_json(content)
    except PreferenceFileError as error:
        return str(error)


@given(st.binary(max_size=200))
@example(b"[" * 100_000)
@example(b"1" * 5_000)
@example(b"\xff\xfe{\x00}\x00")
def test_bytes_are_no_preferences(content):
    assert len(read(content)) < 200


@given(st.fixed_dictionaries({}, optional=FIELDS))
def test_whatever_looks_like_a_file_is_read_whole_or_refused(fields):
    found = read(json.dumps(fields).encode())
    if isinstance(found, str):
        assert len(found) < 200
    else:
        assert from_json(to_json(found).encode()) == found


GOOD = {
    "format": "one-loop preferences",
    "version": 1,
    "choices": [{"one": "a", "other": "b", "chosen": 0, "rater": "person"}],
    "stars": [{"text": "a", "stars": 3}],
}
CHOICE = GOOD["choices"][0]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"format": "a letter"}, "holds no choices of One Loop"),
        ({"version": 3}, "not of version 1 or 2"),
        ({"version": True}, "not of version 1"),
        ({"choices": {}}, "no list of choices"),
        ({"stars": None}, "no list of stars"),
        ({"choices": [CHOICE, {**CHOICE, "one": 7}]}, "Choice 2 lacks one of its two texts"),
        ({"choices": ["a"]}, "Choice 1 lacks one of its two texts"),
        ({"choices": [{**CHOICE, "other": "a"}]}, "Choice 1 is between a text and itself"),
        ({"choices": [{**CHOICE, "chosen": 2}]}, "Choice 1 needs “chosen”, 0 for the first text or 1"),
        ({"choices": [{**CHOICE, "chosen": True}]}, "Choice 1 needs “chosen”"),
        ({"choices": [{**CHOICE, "rater": "me"}]}, "does not say whose it is"),
        ({"choices": [{**CHOICE, "rater": []}]}, "does not say whose it is"),
        *(
            ({"choices": [{**CHOICE, "weight": weight}]}, "Choice 1 needs a “weight”")
            for weight in (0, -1, True, "2", None, 10**400, float("nan"), float("inf"))
        ),
        ({"choices": [{**CHOICE, "rater": "simulated"}]}, "which simulated rater"),
        ({"choices": [{**CHOICE, "one": "\ud800"}]}, "Choice 1 has half a character"),
        ({"simulated rater": {"number": 0, "rationality": 2.0}}, "names one that made none"),
        ({"simulated rater": {"number": -1, "rationality": 2.0}}, "no number"),
        ({"simulated rater": {"number": 0, "rationality": 10**400}}, "rationality from 0 to 100"),
        ({"simulated rater": {"number": 0, "rationality": float("nan")}}, "rationality from 0 to 100"),
        ({"stars": [{"text": "a", "stars": 6}]}, "needs 1 to 5 stars"),
        ({"stars": [{"text": "a", "stars": 3.0}]}, "Rated text 1 lacks its text or its stars"),
        ({"stars": [{"text": "a", "stars": 3}, {"text": 7, "stars": 3}]}, "Rated text 2 lacks its text or its stars"),
        ({"stars": ["a"]}, "Rated text 1 lacks its text or its stars"),
        ({"stars": [{"text": "a", "stars": 3}, {"text": "a", "stars": 4}]}, "rated twice"),
    ],
)
def test_what_is_wrong_is_said_and_where(change, why):
    assert from_json(json.dumps(GOOD).encode()) == SavedPreferences((Comparison("a", "b", 0),), (("a", 3),))
    with pytest.raises(PreferenceFileError, match=why):
        from_json(json.dumps({**GOOD, **change}).encode())


def test_a_file_is_not_larger_than_what_is_read():
    with pytest.raises(PreferenceFileError, match="50,000,001 bytes"):
        from_json(b" " * (MAX_BYTES + 1))
    with pytest.raises(PreferenceFileError, match="more pieces"):
        from_json(b'{"format": "one-loop preferences", "choices": [' + b"{}," * 1_000_001)
    with pytest.raises(PreferenceFileError, match="bytes"):
        to_json(SavedPreferences((Comparison("a" * MAX_BYTES, "b", 0),)))


def test_choices_of_many_keep_how_many_said_so_and_no_older_reader_takes_them_for_one():
    saved = SavedPreferences((Comparison("a", "b", 0, weight=2.5), Comparison("a", "b", 1)))
    content = to_json(saved)
    assert from_json(content.encode()) == saved
    assert json.loads(content)["version"] == 2
    assert json.loads(to_json(SavedPreferences((Comparison("a", "b", 0),))))["version"] == 1
    with pytest.raises(PreferenceFileError, match="counts as 2e"):
        SavedPreferences((Comparison("a", "b", 0, weight=2e6),))
