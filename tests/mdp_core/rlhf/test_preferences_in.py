"""Preferences as others write them: every form, what is left out, broken lines, and large files."""

import contextlib
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdp_core.rlhf import json_records, preferences_in
from mdp_core.rlhf.preference_files import PreferenceFileError, SavedPreferences, to_json
from mdp_core.rlhf.preference_lines import preference_lines
from mdp_core.rlhf.preference_records import DroppedError, preferred
from mdp_core.rlhf.preferences_in import read_preferences
from mdp_core.rlhf.raters import Comparison
from mdp_core.rlhf.votes import FIRST, SECOND


def user(content):
    return {"role": "user", "content": content}


def assistant(content):
    return {"role": "assistant", "content": content}


SO, NO = assistant("So."), assistant("No.")
ASKED = "User: Why?\n\nAssistant: "


@pytest.mark.parametrize(
    ("record", "better", "worse"),
    [
        ({"prompt": "the movie was", "chosen": " good", "rejected": " bad"}, "the movie was good", "the movie was bad"),
        ({"chosen": "the movie was good", "rejected": "the movie was bad"}, "the movie was good", "the movie was bad"),
        ({"prompt": None, "chosen": "a", "rejected": "b"}, "a", "b"),
        # the prompt again in both, as some data sets have it
        ({"prompt": "the movie", "chosen": "the movie was", "rejected": "the movie is"}, "the movie was", "the movie is"),
        # hh-rlhf
        (
            {"chosen": "\n\nHuman: Why?\n\nAssistant: So.", "rejected": "\n\nHuman: Why?\n\nAssistant: No."},
            "\n\nHuman: Why?\n\nAssistant: So.",
            "\n\nHuman: Why?\n\nAssistant: No.",
        ),
        # chat messages, with and without their prompt
        ({"prompt": [user("Why?")], "chosen": [SO], "rejected": [NO]}, ASKED + "So.", ASKED + "No."),
        ({"chosen": [user("Why?"), SO], "rejected": [user("Why?"), NO]}, ASKED + "So.", ASKED + "No."),
        # the binarized UltraFeedback: the prompt as text, and again in the messages
        (
            {
                "prompt": "Why?",
                "prompt_id": "8f",
                "chosen": [user("Why?"), assistant("So.")],
                "rejected": [user("Why?"), assistant("No.")],
                "messages": [],
                "score_chosen": 8.0,
                "score_rejected": 5.0,
            },
            ASKED + "So.",
            ASKED + "No.",
        ),
        (
            {"prompt": "Why?", "chosen": [assistant([{"type": "text", "text": "So."}])], "rejected": "No."},
            ASKED + "So.",
            ASKED + "No.",
        ),
    ],
)  # fmt: skip
def test_two_texts(record, better, worse):
    assert preferred(record) == [(better, worse, 1.0)]


def test_ultrafeedback_s_answers_are_compared_two_by_two():
    record = {
        "source": "x",
        "instruction": "Why?",
        "models": ["a", "b", "c"],
        "completions": [
            {"response": "So.", "fine-grained_score": 4.5, "overall_score": 1.0},
            {"response": "No.", "fine-grained_score": 3.0, "overall_score": 9.0},
            {"response": "Ah.", "overall_score": 3.0},
            {"response": "Oh."},
        ],
    }
    assert preferred(record) == [
        (ASKED + "So.", ASKED + "No.", pytest.approx(2 / 3)),
        (ASKED + "So.", ASKED + "Ah.", pytest.approx(2 / 3)),
    ]


@pytest.mark.parametrize(
    ("record", "why"),
    [
        (7, "no object"),
        ({"prompt": "a", "completion": "b", "label": True}, "one text"),
        ({"prompt": "a", "chosen": "b"}, "no “chosen” and “rejected”"),
        ({"chosen": "a", "rejected": "a"}, "the same text twice"),
        ({"chosen": "a", "rejected": " "}, "an empty text"),
        ({"chosen": "a" * 8_001, "rejected": "b"}, "8,000 characters"),
        ({"chosen": "\ud800", "rejected": "b"}, "half a character"),
        ({"chosen": 1, "rejected": 2}, "neither texts nor chat messages"),
        ({"chosen": [{"role": "user"}], "rejected": "b"}, "without role and content"),
        ({"chosen": [user([{"type": "image"}])], "rejected": "b"}, "no text"),
        ({"prompt": {"a": 1}, "chosen": "a", "rejected": "b"}, "neither texts nor chat messages"),
        ({"instruction": "a", "completions": [{"response": "b", "overall_score": 1}]}, "no two answers"),
        ({"completions": []}, "no “instruction”"),
    ],
)
def test_what_no_choice_can_be_made_of(record, why):
    with pytest.raises(DroppedError, match=why):
        preferred(record)


def read(content):
    return read_preferences(io.BytesIO(content if isinstance(content, bytes) else content.encode()))


def pairs(brought):
    return [(choice.better, choice.worse) for choice in brought.saved.choices]


RECORDS = [{"prompt": "a", "chosen": f" {i}", "rejected": f" not {i}"} for i in range(30)]
PAIRS = [(f"a {i}", f"a not {i}") for i in range(30)]


@pytest.mark.parametrize(
    "content",
    [
        "\n".join(map(json.dumps, RECORDS)),
        "\ufeff" + "\r\n\r\n".join(map(json.dumps, RECORDS)) + "\n",
        json.dumps(RECORDS),
        "\ufeff \n" + json.dumps(RECORDS, indent=4, ensure_ascii=False),
    ],
)
def test_lines_and_lists(content, monkeypatch):
    monkeypatch.setattr(json_records, "PIECE", 100)
    brought = read(content)
    assert pairs(brought) == PAIRS
    assert brought.told == ()
    assert {choice.chosen for choice in brought.saved.choices} == {0, 1}  # no side is the better one


def test_the_most_frequent_reason_is_told_first():
    lines = [
        '{"chosen": "a", "rejected": ""}',
        *2 * ['{"chosen": "a", "rejected": "a"}'],
        '{"chosen": 1, "rejected": "b"}',
    ]
    told = read("\n".join([*lines, '{"chosen": "a", "rejected": "b"}']).encode()).told
    assert [sentence.partition(", for")[0] for sentence in told] == [
        "Left out: 2 records, the first in line 2",
        "Left out: line 1",
        "Left out: line 4",
    ]


def test_a_broken_line_is_named_and_the_others_are_read():
    lines = [json.dumps(record) for record in RECORDS]
    lines[3], lines[5], lines[7] = (
        '{"prompt": "the mo',
        '{"chosen": "a", "rejected": "a"}',
        '{"chosen": "b", "rejected": "b"}',
    )
    brought = read("\n".join(lines).encode() + b'\n{"chosen": "\xff", "rejected": "b"}')
    assert pairs(brought) == [pair for i, pair in enumerate(PAIRS) if i not in (3, 5, 7)] + [("\ufffd", "b")]
    assert brought.told == (
        'Line 4 is no whole JSON, and begins with “{"prompt": "the mo”.',
        "Left out: 2 records, the first in line 6, for the same text twice.",
    )


def test_a_list_that_breaks_off_keeps_what_came_before():
    content = json.dumps(RECORDS, indent=1)
    at = content.index('" 10"')
    brought = read(content[:at])
    assert pairs(brought) == PAIRS[:10]
    assert brought.told == (
        'Line 52 is no whole JSON, and begins with “{\n  "prompt": "a",\n  "chosen": ”: what comes behind it is not read.',
    )


def test_a_line_without_an_end_is_passed_over(monkeypatch):
    monkeypatch.setattr(json_records, "MAX_RECORD", 200)
    long = json.dumps({"prompt": "x" * 5_000, "chosen": "a", "rejected": "b"})
    brought = read("\n".join([json.dumps(RECORDS[0]), long, json.dumps(RECORDS[1])]))
    assert pairs(brought) == PAIRS[:2]
    assert brought.told[0].startswith("Line 2 is no whole JSON")


def test_a_large_file_is_a_sample_of_itself_and_equal_choices_are_one(monkeypatch):
    monkeypatch.setattr(preferences_in, "CHOICES", 10)
    lines = [json.dumps(record) + "\n" for record in RECORDS]
    brought = read("".join(lines))
    assert len(brought.saved.choices) == 10
    assert brought.told[0].startswith("Of 30 choices 10 are taken, drawn by chance, the same every time")
    assert set(pairs(read("".join(lines[::-1])))) == set(pairs(brought))  # whatever the order
    assert [c.weight for c in read("".join(lines * 3)).saved.choices] == [3.0] * 10
    monkeypatch.setattr(preferences_in, "CHARACTERS", 40)
    fewer = read("".join(lines))
    assert 0 < len(fewer.saved.choices) < 10
    assert set(pairs(fewer)) < set(pairs(brought))


def test_every_choice_has_the_same_chance(monkeypatch):
    """Of many samples of half of ten choices each is in about half: none outside four standard errors."""
    monkeypatch.setattr(preferences_in, "CHOICES", 5)
    taken = [0] * 10
    for prompt in range(200):
        for better, _ in pairs(read("".join(json.dumps({**r, "prompt": f"{prompt}:"}) + "\n" for r in RECORDS[:10]))):
            taken[int(better.split()[-1])] += 1
    assert sum(taken) == 1_000
    assert all(abs(count - 100) < 4 * (200 * 0.25) ** 0.5 for count in taken)


def test_what_a_room_writes_for_trl_comes_back():
    texts = {1: ("the movie was good.", "the movie was bad."), 2: ("x", "y")}
    lines, _ = preference_lines("the movie was", texts, [_Vote(1, FIRST), _Vote(1, FIRST), _Vote(2, SECOND)])
    brought = read(lines)
    assert [(c.better, c.worse, c.weight) for c in brought.saved.choices] == [
        ("the movie was good.", "the movie was bad.", 2.0),
        ("y", "x", 1.0),
    ]


class _Vote:
    def __init__(self, pair, answer):
        self.pair, self.phone, self.answer = pair, 1, answer


def test_a_file_of_our_own_is_read_as_such():
    saved = SavedPreferences((Comparison("a", "b", 1), Comparison("a", "b", 0)), (("c", 4),))
    assert read(to_json(saved)).saved == saved
    with pytest.raises(PreferenceFileError, match="no JSON in UTF-8"):
        read(to_json(saved)[:-20])


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be"])
def test_a_file_in_utf_16_is_said_to_be_so(encoding):
    content = "\ufeff".encode(encoding) * (encoding != "utf-16") + '{"chosen": "a", "rejected": "b"}'.encode(encoding)
    with pytest.raises(PreferenceFileError, match="in UTF-16: save it in UTF-8"):
        read(content)


def test_a_file_without_choices_says_what_is_read():
    for content in (b"", b"hello", b"{}", b"[]", b"[1, 2", b"\xff", b"null"):
        with pytest.raises(PreferenceFileError, match=r"No choice was found in this file\..*“chosen” and “rejected”"):
            read(content)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ("prompt", "chosen", "rejected", "role", "content", "completions", "instruction", "response")
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=14,
)


@given(st.lists(VALUES, max_size=4), st.booleans(), st.integers(0, 400))
def test_whatever_it_says_there_are_choices_or_a_sentence(values, as_lines, cut):
    content = "\n".join(map(json.dumps, values)) if as_lines else json.dumps(values)
    for text in (content, content[:cut]):
        with contextlib.suppress(PreferenceFileError):  # and no other
            assert read(text).saved.choices
