"""A field for a formula that is checked as it is typed: what is wrong stands under a caret, below the very character."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from components.instruments.kit import component
from mdp_core.tokens.formula import FormulaError
from mdp_core.tokens.scores import MAX_FORMULA


def formula_field(
    typed: str, error: FormulaError | None, note: str = "", *, key: str, command: int, on_typed: Callable[[str], None]
) -> None:
    """Show `typed`, and `error` below its place; without one the `note`.

    What stands in the field is replaced by `typed` only when `command` is new; `on_typed` comes a moment after the last
    key, and at once on Enter. What was typed before the last command does not come any more: it is not in the field.
    """

    def changed() -> None:
        value = st.session_state[key].get("typed")
        if isinstance(value, dict) and value.get("command") == command and isinstance(value.get("text"), str):
            on_typed(value["text"])

    component("formula_field")(
        key=key,
        data={
            "typed": typed,
            "command": command,
            "note": note,
            "longest": MAX_FORMULA,
            "error": None if error is None else {"column": error.column, "sentence": error.sentence},
        },
        on_typed_change=changed,
    )
