"""The transition function of the token world: append, for certain."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape

import streamlit as st

from components.shell.plain import plain

LONGEST = 160  # characters of a state that are shown: its end


def append(text: str, tokens: Sequence[tuple[int, str, float]], token: int, on_token: Callable[[int], None]) -> None:
    """The text s, the chosen token a of `tokens` (id, text, probability), and s' = s + a."""
    names = {i: shown(piece) for i, piece, _ in tokens}
    likely = {i: p for i, _, p in tokens}
    before = escape(text if len(text) <= LONGEST else "…" + text[-LONGEST:])
    mark = f'<span class="token">{escape(names[token])}</span>'
    st.html(
        f'<div class="text-step"><span class="before">{before}</span>'
        f'<span class="arrow">append {mark} &nbsp; P 1.00</span>'
        f'<span class="before">{before}</span> {mark}</div>'
    )
    key = f"mdp_token_{token}"

    def chosen() -> None:
        picked = st.session_state[key]
        if picked is not None:
            on_token(picked)

    st.pills(
        "action a: one of the likeliest tokens",
        [i for i, _, _ in tokens],
        default=token,
        format_func=lambda i: plain(f"{names[i]} {likely[i]:.2f}"),
        key=key,
        on_change=chosen,
    )


def shown(piece: str) -> str:
    """A token as something that can be seen."""
    if piece.strip():
        return piece.strip()
    return "↵" if "\n" in piece else "⇥" if "\t" in piece else "␣"
