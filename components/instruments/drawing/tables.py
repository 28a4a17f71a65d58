"""Small tables with bars in them, as HTML: what a page shows beside a picture, readable from the last row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

STYLE = Path(__file__).parent / "tables.css"  # the page's frame loads it


@dataclass(frozen=True)
class BarRow:
    """One outcome: what it is called, its figures, and the length of its bar; `tick` in [0, 1] marks a frequency on it."""

    label: str
    figures: Sequence[str]
    p: float
    tick: float | None = None


def bar_table(head: Sequence[str], rows: Sequence[BarRow], concept: str) -> str:
    """A table: label, bar, figures. `head` names label and figures; `concept` gives the colour: transition, policy, ..."""
    names = [head[0], "", *head[1:]]
    top = "".join(f"<th>{escape(name)}</th>" for name in names)
    body = "".join(map(_row, rows))
    return f'<table class="bar-table {escape(concept)}"><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>'


def _row(row: BarRow) -> str:
    tick = "" if row.tick is None else f'<i style="left:{100 * row.tick:.2f}%"></i>'
    bar = f'<div class="bar"><b style="width:{100 * row.p:.2f}%"></b>{tick}</div>'
    figures = "".join(f"<td>{escape(text)}</td>" for text in row.figures)
    return f"<tr><th>{escape(row.label)}</th><td>{bar}</td>{figures}</tr>"
