"""Learning from a target text and learning from a score, side by side in one table."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from components.instruments.drawing.figures import figure
from components.why.memory import LOOKED, STEPS

if TYPE_CHECKING:
    from mdp_core.rlhf.contest import Contest, Reading

STYLE = Path(__file__).parent / "two_ways.css"
NOTHING = "cannot begin: no text to imitate"


def compare(found: Contest | None, target: str, scored: str, step: int, problem: str) -> None:
    """The table after `step` steps; `target` is the whole text that is imitated, empty where there is none, and `problem`
    says what is wrong with it.
    """
    rows = [
        _row("needs", f"a target text: “{target}”" if target else problem or NOTHING, f"only a score: {scored}"),
        _row(
            "minimises",
            "−log π(y*): how surprised it is by the target",
            "−(r − b) log π(y), y its own text: r only weighs",
        ),
    ]
    if found is not None:
        one, other = _at(found.supervised, step), _at(found.rl, step)
        first = found.rl[0]
        rows.append(
            _cells(
                "p(target)",
                "" if one is None else _probability(first, one),
                _probability(first, other) if other is not None and other.target is not None else "no target",
            )
        )
        low = min(0.0, *(reading.score for reading in (*found.supervised, *found.rl)))
        high = max(found.best[1], *(reading.score for reading in (*found.supervised, *found.rl)), 1e-9)
        rows.append(
            _cells(
                "mean score",
                "" if one is None else _score(first, one, low, high),
                "" if other is None else _score(first, other, low, high),
            )
        )
        rows.append(
            _row(
                "heads for",
                NOTHING if found.target_score is None else f"the target's own score, {figure(found.target_score)}",
                f"the best text that it finds; there is one of {figure(found.best[1])}: “{found.best[0]}”",
            )
        )
        rows.append(
            _row(
                "writes, same draw", "" if one is None else f"“{one.text}”", "" if other is None else f"“{other.text}”"
            )
        )
    head = "<th></th><th>Supervised learning</th><th>Reinforcement learning</th>"
    body = "".join(rows)
    st.html(STYLE)
    st.html(f"<table class='two-ways'><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>")
    if found is not None:
        st.caption(
            f"Step {step} of {STEPS}. Mean of {LOOKED} texts with the same draws, ± one standard error; "
            "the tick is where both began."
        )


def nearest(found: Contest) -> int:
    """Where supervised learning has brought the mean score: 0 to the target's own score, 1 to the best, 2 nowhere."""
    end = found.supervised[-1].score
    places = (found.target_score or 0.0, found.best[1], found.supervised[0].score)
    return min(range(3), key=lambda i: abs(end - places[i]))


def _at(readings: Sequence[Reading], step: int) -> Reading | None:
    known = [reading for reading in readings if reading.step <= step]
    return known[-1] if known else None


def _row(name: str, one: str, other: str) -> str:
    return _cells(name, escape(one), escape(other))


def _cells(name: str, one: str, other: str) -> str:
    one = one or f'<span class="none">{escape(NOTHING)}</span>'
    return f"<tr><th>{escape(name)}</th><td class='supervised'>{one}</td><td class='rl'>{other}</td></tr>"


def _probability(first: Reading, now: Reading) -> str:
    before, after = first.target or 0.0, now.target or 0.0
    return f"{_percent(before)} → <strong>{_percent(after)}</strong>{_bar(after, before)}"


def _score(first: Reading, now: Reading, low: float, high: float) -> str:
    place, tick = ((value - low) / (high - low) for value in (now.score, first.score))
    return f"{figure(first.score)} → <strong>{figure(now.score)}</strong> ± {now.error:.3f}{_bar(place, tick)}"


def _bar(share: float, tick: float) -> str:
    return f'<div class="bar"><b style="width:{100 * share:.1f}%"></b><i style="left:{100 * tick:.1f}%"></i></div>'


def _percent(p: float) -> str:
    return f"{100 * p:.1f} %" if p >= 0.001 else f"{100 * p:.1g} %" if p >= 1e-6 else "0 %"
