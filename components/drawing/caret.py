"""Where a formula goes wrong: the formula on one line, and a caret below the place."""

from __future__ import annotations


def caret(line: str, column: int, width: int = 60) -> str:
    """Two lines: `line`, or the `width` characters of it around `column` (from 1), and a ^ below the character there.

    For a font of equal widths. What is no printable character stands as a blank.
    """
    shown = "".join(character if character.isprintable() else " " for character in line)
    at = min(max(column, 1), len(shown) + 1) - 1
    first = min(max(at - width // 2, 0), max(len(shown) + 1 - width, 0))
    part = shown[first : first + width]
    before, behind = "…" if first else "", "…" if first + width < len(shown) else ""
    return f"{before}{part}{behind}\n{' ' * (len(before) + at - first)}^"
