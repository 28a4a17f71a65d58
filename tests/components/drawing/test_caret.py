"""The caret below the place where a formula goes wrong."""

import pytest

from components.drawing.caret import caret


@pytest.mark.parametrize(
    ("line", "column", "width", "drawn"),
    [
        ("1 + x", 5, 60, "1 + x\n    ^"),
        ("1 +", 4, 60, "1 +\n   ^"),
        ("", 1, 60, "\n^"),
        ("abcdefghij", 6, 4, "…defg…\n   ^"),
        ("abcdefghij", 1, 4, "abcd…\n^"),
        ("abcdefghij", 11, 4, "…hij\n    ^"),
        ("a\tb\x00c", 3, 60, "a b c\n  ^"),
        ("abc", 501, 60, "abc\n   ^"),
    ],
)
def test_the_caret_is_below_its_character(line, column, width, drawn):
    assert caret(line, column, width) == drawn
