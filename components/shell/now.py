"""The numbers of now, for the glossary: a page tells them, and whatever is pointed at says its own.

They stand unseen in the page, and not in the glossary's data, so that a fragment can tell new ones in a run of its own.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from html import escape

import streamlit as st

from components.shell.visit import Visit
from mdp_core.grid.slip import slip_text
from mdp_core.stage.grid import world_of


def tell_now(numbers: Mapping[str, str]) -> None:
    """Say how much each term is now, by its name in the glossary: `{"beta": "0.05"}`. What was told last holds."""
    st.session_state["told"] = told = st.session_state.get("told", 0) + 1
    said = json.dumps({"told": told, "numbers": dict(numbers)}, ensure_ascii=False)
    st.html(f'<div class="one-loop-now" hidden>{escape(said)}</div>')


def tell_visit(visit: Visit) -> None:
    """What the visit says of the loop: the numbers that its controls and its link hold."""
    grid, text = visit.scenario.grid, visit.scenario.text
    numbers = {
        "discount factor": f"{visit.view.gamma:.2f}",
        "step": str(visit.view.step),
        "seed": str(visit.scenario.seed),
        "epsilon": f"{grid.epsilon:.2f}" if grid.policy == "epsilon" else "",
        "temperature": f"{text.temperature:.2f}",
        "top-k": str(text.top_k or "all"),
        "top-p": f"{text.top_p:.2f}",
        "limit of steps": f"{text.max_tokens} tokens",
    }
    with suppress(ValueError):  # a map that cannot be read has none
        numbers["slip"] = slip_text(world_of(grid).map.slip)
    tell_now({name: number for name, number in numbers.items() if number})
