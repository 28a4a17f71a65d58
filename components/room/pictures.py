"""Pictures of a room that change while one looks, as HTML: nothing blinks when a vote comes. Each is in words too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import streamlit as st

from mdp_core.rlhf.taste import Foretold
from mdp_core.rlhf.win_rate import WinRate


@dataclass(frozen=True)
class Column:
    """A pair's votes: for its first text, for "the same", for its second."""

    name: str
    first: int
    same: int
    second: int
    shared: bool


def draw_votes(columns: Sequence[Column], says: str, *, low: bool = False) -> None:
    """A column a pair, its votes one upon the other; the texts are not shown. `low` leaves room for something below."""
    top = max([*(c.first + c.same + c.second for c in columns), 4])
    bars = "".join(
        f'<div class="column{" shared" if c.shared else ""}"><div class="pile">'
        f'<b class="other" style="height:{100 * c.second / top:.2f}%"></b>'
        f'<b class="same" style="height:{100 * c.same / top:.2f}%"></b>'
        f'<b class="one" style="height:{100 * c.first / top:.2f}%"></b>'
        f"</div><span>{escape(c.name)}</span></div>"
        for c in columns
    )
    key = (
        '<p class="key"><i class="one"></i>the first text <i class="same"></i>the same <i class="other"></i>the second text'
        " · <u>underlined</u>: everybody is asked</p>"
    )
    _picture(f'<div class="piles{" low" if low else ""}"><em>{top}</em>{bars}</div>', says, key)


def draw_curve(points: Sequence[Foretold], says: str) -> None:
    """The share of choices foretold, by the number of votes that were learned from; the room's ceiling; a coin."""
    known = [p for p in points if p.accuracy is not None]
    most = max([p.votes for p in points], default=1) or 1
    ceilings = [(100 * p.votes / most, _up(p.ceiling)) for p in points if p.ceiling is not None]
    marks = "".join(
        f'<s style="left:{100 * p.votes / most:.2f}%;bottom:{_up((p.accuracy or 0) - (p.error or 0)):.2f}%;'
        f'height:{_up((p.accuracy or 0) + (p.error or 0)) - _up((p.accuracy or 0) - (p.error or 0)):.2f}%"></s>'
        f'<b style="left:{100 * p.votes / most:.2f}%;bottom:{_up(p.accuracy or 0):.2f}%"></b>'
        for p in known
    )
    lines = "".join(f'<hr style="bottom:{_up(y):.2f}%"><em style="bottom:{_up(y):.2f}%">{y:.0%}</em>' for y in GRID)
    line = [(100 * p.votes / most, _up(p.accuracy or 0)) for p in known]
    ceiling = ""
    if ceilings:
        y = ceilings[-1][1]
        ceiling = f'{_line(ceilings, "ceiling")}<span class="ceiling" style="bottom:{y:.2f}%">ceiling</span>'
    body = (
        f'<div class="curve">{lines}<div class="coin" style="bottom:{_up(0.5):.2f}%"><span>a coin</span></div>'
        f'{ceiling}{_line(line, "accuracy")}{marks}<span class="most">{most:,} votes</span><span class="none">0</span></div>'
    )
    _picture(body, says, '<p class="key"><i class="dot"></i>choices foretold, ± one standard error</p>')


def draw_win_rate(rate: WinRate, foretold: float | None, says: str) -> None:
    """The win rate on a line from none for "after" to all, with its interval; what the reward model foretold above it."""
    low, at, high = (100 * x for x in (rate.low, rate.rate, rate.high))
    told = ""
    if foretold is not None:
        side = " left" if foretold < LOW else ""
        told = f'<u class="foretold{side}" style="left:{100 * foretold:.2f}%"><span>foretold {foretold:.0%}</span></u>'
    total = rate.votes
    shares = "".join(
        f'<b class="{name}" style="width:{100 * count / total:.2f}%">{count if count / total > 0.05 else ""}</b>'
        for name, count in (("after", rate.wins), ("same", rate.ties), ("before", rate.losses))
    )
    interval = f'<div class="interval" style="left:{low:.2f}%;width:{high - low:.2f}%"></div>'
    mark = f'<div class="rate" style="left:{at:.2f}%"></div><b class="told" style="--at:{at:.2f}%">{rate.rate:.0%}</b>'
    body = (
        f'<div class="win"><div class="half"></div>{told}{interval}{mark}</div>'
        '<div class="ends"><span>0 % for after</span><span>one half</span><span>100 % for after</span></div>'
        f'<div class="shares">{shares}</div>'
    )
    key = '<p class="key"><i class="after"></i>after <i class="same"></i>the same <i class="before"></i>before</p>'
    _picture(body, says, key)


LOW = 0.25  # of the line: words to the left of a mark there would leave the picture
GRID = (0.4, 0.6, 0.8, 1.0)
FLOOR, TOP = 0.3, 1.04  # of the share that is foretold


def _up(share: float) -> float:
    """The height of a share, in per cent of the picture."""
    return 100 * (min(max(share, FLOOR), TOP) - FLOOR) / (TOP - FLOOR)


def _line(points: Sequence[tuple[float, float]], kind: str) -> str:
    """A line through points in per cent, as an area that is cut out: 0.6 per cent thick."""
    if len(points) < 2:
        return ""
    above = [f"{x:.2f}% {100 - y - 0.4:.2f}%" for x, y in points]
    below = [f"{x:.2f}% {100 - y + 0.4:.2f}%" for x, y in reversed(points)]
    return f'<div class="line {kind}" style="clip-path:polygon({",".join([*above, *below])})"></div>'


def _picture(body: str, says: str, key: str) -> None:
    st.html(
        f'<div class="room-picture"><div role="img" aria-label="{escape(says, quote=True)}">{body}</div>{key}</div>'
    )
