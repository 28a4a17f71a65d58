"""Maps as other tools write them, turned into rows of this one's signs; a line stays in its line.

Read are Python's and JSON's lists and tuples of rows, as Gymnasium takes them (`["SFFF", "FHFH"]`, in a call, too), rows
with blanks or commas between the signs (`S F F F`), the grids of Berkeley's CS 188 (`[[' ', '#', +1], ['S', ' ', -1]]`),
whose numbers pay when they are left, and its Pacman layouts (% wall, P start, one dot the goal).
"""

from __future__ import annotations

import re

_ROW = re.compile(r"\[(?P<cells>[^\[\]]*)\]|(?P<quote>[\"'])(?P<row>[^\"'\n]*)(?P=quote)")
_CELL = re.compile(r"([\"'])(.)\1|([+-]?[0-9]+(?:\.[0-9]+)?)")
_BEGIN = re.compile(r"\A\s*(?:\w+\s*=\s*)?(?:[\w.]+\((?:[^\[\]()]{0,200}[,=])?\s*)?\[")
_END = re.compile(r"\]\s*(?:,[^\[\]()]{0,200})?\)?[\s,;]*\Z")
_TUPLES = str.maketrans("()", "[]")
_QUOTES = {ord(c): '"' for c in "“”„‟"} | {ord(c): "'" for c in "‘’‚‛"}  # as a word processor sets them
_SPREAD = re.compile(r"[^\s,;|](?:(?:[ \t]*[,;|][ \t]*|[ \t]+)[^\s,;|])+")  # in one way only: a row may be any length
_LAYOUT_WALL = "%"
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


class UnreadableDialectError(ValueError):
    """A map of another tool that says more than cells can: one sentence, and how to write it."""


def translated(text: str) -> str:
    """The text in this project's signs; as it is where it is in none of the others'. Raises UnreadableDialectError."""
    plain = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    code = plain if "[" in plain else plain.translate(_TUPLES)
    if _BEGIN.match(code) and _END.search(code):
        return _from_list(code.translate(_QUOTES)) or plain
    lines = plain.split("\n")
    rows = [line.strip() for line in lines if line.strip()]
    if rows and all(set(row) <= set("%.oPG ") for row in rows) and _LAYOUT_WALL in rows[0]:
        return _from_layout(lines)
    return plain


def signs_apart(row: str) -> list[int] | None:
    """The places of the signs of a row that has blanks or commas between them, `S F F F`; None for another row."""
    return [place for place, sign in enumerate(row) if sign not in " \t,;|"] if _SPREAD.fullmatch(row) else None


def _from_list(text: str) -> str:
    inside = text[text.index("[") + 1 : text.rfind("]")]
    rows: list[str] = []
    numbers: dict[float, str] = {}
    for found in _ROW.finditer(inside):
        if found["row"] is not None:
            rows.append(found["row"])
            continue
        cells = [(cell[2], cell[3]) for cell in _CELL.finditer(found["cells"])]
        rows.append("".join(_cell(sign, number, numbers) for sign, number in cells))
    if len(numbers) > len(_LETTERS):
        raise UnreadableDialectError(f"these are {len(numbers)} different rewards; a list has at most {len(_LETTERS)}.")
    legend = [f"{mark}: {'goal' if value > 0 else 'pit'}, reward {value:g}" for value, mark in numbers.items()]
    # One that is paid with an exit action of its own is paid when it is left.
    return "\n".join([*rows, *(["pays: leaving", *legend] if legend else [])])


def _cell(sign: str | None, number: str | None, numbers: dict[float, str]) -> str:
    if number is not None:
        return numbers.setdefault(float(number), _LETTERS[len(numbers) % len(_LETTERS)])
    return "." if sign == " " else sign or ""


def _from_layout(lines: list[str]) -> str:
    whole = "".join(lines)
    if "G" in whole or "o" in whole or whole.count(".") != 1:
        raise UnreadableDialectError(
            "this is a Pacman layout with more than one dot, capsules or ghosts, and a cell cannot be eaten or move; "
            "keep one dot, for the goal."
        )
    return "\n".join(line.translate(str.maketrans("% .P", "#.GS")) if line.strip() else line for line in lines)
