"""Values on text: a component that draws a text token by token, with the value of what is written so far."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

import streamlit as st

from components.instruments.kit import component


@dataclass(frozen=True)
class Prefix:
    """A text that ends with `piece`, and its value; None where it is not worked out yet."""

    piece: str
    value: float | None
    half: float  # how far off the value may be
    change: float | None  # what its last token was worth: against the value before


@dataclass(frozen=True)
class Candidate:
    """A token that may come next, and its action value."""

    piece: str
    p: float
    q: float | None
    half: float
    chosen: bool  # the one that the text goes on with


def text_values(
    prefixes: Sequence[Prefix],
    candidates: Sequence[Candidate],
    *,
    key: str,
    chosen: int,
    after: str,
    low: float,
    high: float,
    on_prefix: Callable[[int], None],
) -> None:
    """Draw the tokens of `prefixes`, the `chosen` one marked, and beside it what may come next; `low` and `high` are the
    ends of the score's range. `on_prefix(i)` comes when another token is chosen.
    """

    def picked() -> None:
        i = st.session_state[key].get("prefix")
        if i is not None and 0 <= int(i) < len(prefixes):
            on_prefix(int(i))

    component("text_values")(
        key=key,
        data={
            "prefixes": [asdict(prefix) for prefix in prefixes],
            "candidates": [asdict(candidate) for candidate in candidates],
            "chosen": chosen,
            "after": after,
            "low": low,
            "high": high,
            "scale": max(high - low, 1e-9) / 2,
        },
        on_prefix_change=picked,
    )
