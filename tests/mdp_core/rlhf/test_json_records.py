"""JSON a record at a time: where a record begins, what is none, and how much of a file is looked at."""

import io
import json

import pytest

from mdp_core.rlhf import json_records as module
from mdp_core.rlhf.json_records import Broken, Record, json_records


def read(content):
    return list(json_records(io.BytesIO(content if isinstance(content, bytes) else content.encode())))


def test_a_byte_order_mark_belongs_to_the_file_and_to_no_other_line():
    assert read("\ufeff1\n\ufeff2\n3") == [Record(1, 1), Broken(2, "\ufeff2"), Record(3, 3)]
    assert read("\ufeff[1, 2]") == [Record(1, 1), Record(1, 2)]


def test_empty_lines_count_and_are_no_records():
    assert read('\n\n{"a": 1}\n \nnull\n') == [Record(3, {"a": 1}), Record(5, None)]


def test_a_list_ends_where_it_breaks_and_a_line_alone_does_not():
    assert read("[1,\n2,\n?, 3]") == [Record(1, 1), Record(2, 2), Broken(3, "?, 3]", ends=True)]
    assert read("1\n?\n3") == [Record(1, 1), Broken(2, "?"), Record(3, 3)]


@pytest.mark.parametrize(
    ("content", "found"),
    [
        ('"12345678"', [Record(1, "12345678")]),  # ten characters
        ('"123456789"', [Broken(1, '"123456789"')]),
        ('"' + "\U0001f600" * 8 + '"', [Record(1, "\U0001f600" * 8)]),  # ten characters in 34 bytes
        ("7" + " " * 60, [Broken(1, "7")]),  # its end lies behind the most bytes that ten characters may have
        ("7" * 60 + "\n8", [Broken(1, "7" * 40), Record(2, 8)]),
    ],
)
def test_a_record_has_so_many_characters_and_no_more(content, found, monkeypatch):
    monkeypatch.setattr(module, "MAX_RECORD", 10)
    assert read(content) == found


class Counting(io.BytesIO):
    """Counts the bytes of each read."""

    def __init__(self, content):
        super().__init__(content)
        self.asked = []

    def read(self, size=-1):
        self.asked.append(size)
        return super().read(size)


def test_a_long_entry_is_read_in_pieces_that_double(monkeypatch):
    """An entry is tried anew after each piece: pieces of one size would read a long one as often as it has pieces."""
    monkeypatch.setattr(module, "PIECE", 10)
    file = Counting(json.dumps(["x" * 300, 1]).encode())
    assert list(json_records(file)) == [Record(1, "x" * 300), Record(1, 1)]
    # The head; then pieces until the first entry is whole: what waits is 9, 19, 38, ... characters behind the bracket.
    assert file.asked[:7] == [10, 10, 10, 19, 38, 76, 152]
