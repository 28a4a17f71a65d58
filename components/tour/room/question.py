"""A beat's question as phones are asked it."""

from __future__ import annotations

from typing import Any

from components.tour.beat import Choice, Number, Paper, Question
from components.tour.memory import Meeting


def name_of(meeting: Meeting) -> str:
    """What a room calls the question: with other numbers it is another one."""
    beat, again = meeting
    return f"{beat} {again}"


def how_of(how: Question, paper: Paper | None) -> dict[str, Any] | None:
    """The question's kind and its bounds, as components/server/room/sent.py has them; None for a curve without paper."""
    if isinstance(how, Choice):
        return {"kind": "choice", "options": list(how.options)}
    if isinstance(how, Number):
        return {"kind": "number", "low": how.low, "high": how.high, "step": how.step, "unit": how.unit}
    if paper is None:
        return None
    axes = {"points": paper.points, "x": paper.across, "y": paper.up}
    return {"kind": "curve", "low": how.low, "high": how.high, **axes}
