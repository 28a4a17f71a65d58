"""Texts and what each is worth: the score with its parts, as a table."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path

import streamlit as st

from components.instruments.drawing.figures import signed
from components.score.scoring import Scored
from components.shell.plain import plain
from mdp_core.tokens.scores import Score

HEAD = 26  # characters of a part's name

STYLE = Path(__file__).parent / "texts.css"


def list_scored(rows: Sequence[Scored], own: bool, note: str = "") -> None:
    """The texts in their order, the visitor's `own` first, the best marked; below, what is seen, and the `note`."""
    scores = [row.score for row in rows if row.score is not None]
    names = [name for name, _ in scores[0].parts] if scores else []
    names = names if len(names) > 1 else []
    best = max((score.total for score in scores), default=0.0)
    head = "".join(f'<th title="{escape(name, quote=True)}">{_breakable(_short(name))}</th>' for name in names)
    body = "".join(_row(row, len(names), best, own and i == 0) for i, row in enumerate(rows))
    st.html(STYLE)
    st.html(
        f'<div class="scored" tabindex="0" role="region" aria-label="Texts and their scores"><table>'
        f"<thead><tr><th>text</th>{head}<th>score</th></tr></thead><tbody>{body}</tbody></table></div>"
    )
    if scores:
        mean = sum(score.total for score in scores) / len(scores)
        st.caption(
            plain(
                f"{len(scores)} texts, mean score {signed(mean, 2)}, best {signed(best, 2)} (▲)."
                + (" They all score the same: there is no signal to learn from." if _flat(scores) else "")
                + (f" {note}" if note else "")
            )
        )


def _breakable(name: str) -> str:
    """A formula as HTML that may go on in another line behind each bracket that opens."""
    return escape(name).replace("(", "(<wbr>")


def _flat(scores: Sequence[Score]) -> bool:
    return len(scores) > 1 and len({score.total for score in scores}) == 1


def _row(row: Scored, parts: int, best: float, own: bool) -> str:
    text = f'<td dir="auto">{"Yours: " if own else ""}{escape(row.text)}</td>'
    if row.score is None:
        why = f'<td colspan="{parts + 1}" class="total">no score: {escape(row.problem)}</td>'
        return f'<tr class="none loss">{text}{why}</tr>'
    figures = "".join(f"<td>{signed(value, 2)}</td>" for _, value in row.score.parts) if parts else ""
    kind = "loss" if row.score.total < 0 else "gain"
    mark = "▲ " if row.score.total == best else ""
    total = f'<td class="total">{mark}{signed(row.score.total, 2)}</td>'
    return f'<tr class="{kind}{" own" if own else ""}">{text}{figures}{total}</tr>'


def _short(name: str) -> str:
    return name if len(name) <= HEAD else name[: HEAD - 1] + "…"
