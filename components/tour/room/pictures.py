"""What the room says, as a picture: bars for a choice, a histogram for a number, both rounds side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import streamlit as st

from components.instruments.drawing.figures import digits
from components.instruments.sketch import Crowd
from components.tour.asking import spoken
from components.tour.beat import Answer, Beat, Choice, Number
from components.tour.room.hearing import Heard
from components.tour.room.words import says_room
from mdp_core.opinions import Histogram, histogram, middle, middle_curve, split

KINDS = ("earlier", "later")


def draw_room(beat: Beat, heard: Heard, rounds: Sequence[int], answer: Answer | None) -> None:
    """These rounds, two at most; what was right only where the `answer` is given, once it is told. Curves are drawn by the
    beat's own instrument, on the paper that they were asked for.
    """
    given, right = {round: heard.answers(round) for round in rounds}, None if answer is None else answer.right
    if isinstance(beat.how, Choice):
        st.html(f'<div class="room-said">{_bars(beat.how, given, right)}</div>')
    elif isinstance(beat.how, Number):
        says = says_room(beat, heard, rounds, answer)
        st.html(f'<div class="room-said">{_columns(beat, beat.how, given, right, says)}</div>')


def say_room(beat: Beat, heard: Heard, rounds: Sequence[int], answer: Answer | None) -> None:
    """The same in a sentence."""
    st.html(f'<p class="room-says">{escape(says_room(beat, heard, rounds, answer))}</p>')


def crowd_of(heard: Heard, rounds: Sequence[int]) -> Crowd:
    """The curves of the last of these rounds, and the median curve of each."""
    given = {round: [tuple(map(float, curve)) for curve in heard.answers(round).values()] for round in rounds}
    names = {round: "the room's median" if len(rounds) == 1 else f"median of round {round}" for round in rounds}
    return Crowd(given[rounds[-1]], [(names[round], middle_curve(curves)) for round, curves in given.items()])


def _bars(how: Choice, given: Mapping[int, Mapping[int, Any]], right: Any) -> str:
    splits = {round: split(answers.values(), len(how.options)) for round, answers in given.items()}
    rows = ""
    for i, option in enumerate(how.options):
        bars = ""
        for (round, found), kind in zip(splits.items(), KINDS[-len(splits) :], strict=True):
            name = f"<i>{round}</i>" if len(splits) > 1 else ""
            bars += (
                f'<div class="bar {kind}">{name}<span><b style="width:{100 * found.share(i):.2f}%"></b></span>'
                f"<em>{found.counts[i]} ({found.share(i):.0%})</em></div>"
            )
        mark = "✓ " if i == right else ""
        rows += f'<li class="{"right" if mark else ""}"><span>{mark}{escape(option)}</span><div>{bars}</div></li>'
    return f'<p class="key">{_key(given, right is not None)}</p><ul>{rows}</ul>'


def _columns(beat: Beat, how: Number, given: Mapping[int, Mapping[int, Any]], right: Any, says: str) -> str:
    found = {round: histogram(answers.values(), how.low, how.high, how.step) for round, answers in given.items()}
    top = max(max(one.counts) for one in found.values())
    axis = next(iter(found.values()))
    columns = ""
    for bin in range(len(axis.counts)):
        bars = "".join(
            f'<b class="{kind}" style="height:{100 * one.counts[bin] / top:.2f}%"></b>'
            for one, kind in zip(found.values(), KINDS[-len(found) :], strict=True)
        )
        columns += f"<div>{bars}</div>"
    marks: list[tuple[float, str, str]] = []
    for (round, answers), kind in zip(given.items(), KINDS[-len(given) :], strict=True):
        median = middle(answers.values())
        if median is not None:
            name = f"median {_number(median)}" if len(given) == 1 else f"round {round}: median {_number(median)}"
            marks.append((median, kind, name))
    if right is not None:
        marks.append((float(right), "right", f"✓ {_number(float(right))}"))
        says = f"{says} It is {spoken(beat, right)}."
    lines = "".join(_mark(axis, *mark, row) for row, mark in enumerate(marks))
    every = max(1, -(-len(axis.counts) // 6))
    ticks = "".join(
        f'<span style="left:{100 * axis.place(axis.first(bin)):.2f}%">{_number(axis.first(bin))}</span>'
        for bin in range(0, len(axis.counts), every)
    )
    unit = f" · {escape(how.unit)}" if how.unit else ""
    return (
        f'<p class="key">{_key(given, right is not None)} · most in a column: {top}{unit}</p>'
        f'<div role="img" aria-label="{escape(says, quote=True)}"><div class="columns" style="--rows:{len(marks)}">'
        f"{columns}{lines}</div>"
        f'<div class="ticks">{ticks}</div></div>'
    )


def _mark(axis: Histogram, number: float, kind: str, name: str, row: int) -> str:
    """A line, and its name above the columns: each in a row of its own, so that none covers another."""
    at = 100 * axis.place(number)
    side = " leftward" if at > 60 else ""
    return f'<u class="{kind}{side}" style="left:{at:.2f}%;--row:{row}"><span>{escape(name)}</span></u>'


def _key(given: Mapping[int, Mapping[int, Any]], told: bool) -> str:
    """What the signs mean."""
    rounds = " ".join(
        f'<i class="{kind}"></i>round {round}: {len(answers)}'
        for (round, answers), kind in zip(given.items(), KINDS[-len(given) :], strict=True)
    )
    return f"The room{', ' + rounds if len(given) > 1 else ''}{' · ✓ what it is' if told else ''}"


def _number(value: float) -> str:
    return digits(value, 4)
