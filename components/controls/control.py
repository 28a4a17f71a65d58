"""Controls: Streamlit's widgets, made to show the visit. The visit is the truth; a widget's own state only mirrors it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from components.shell.visit import Draft, Visit


def control(
    visit: Visit,
    name: str,
    value: Any,
    change: Callable[[Any], None],
    options: Sequence[Any] | None = None,
) -> dict[str, Any]:
    """The arguments (key, default, callback) that make a widget show `value` and hand what the visitor makes of it to
    `change`. With `options` the widget is one that chooses among them by index.

    What was typed and could not be used (a draft of that name) is shown in place of `value`. Where the visit changed by
    other ways than this widget, it is a new widget, with another key: a browser that has the old one hidden in a closed
    popover would miss a change of its state, and send the old value back as if the visitor had chosen it.
    """
    draft = visit.drafts.get(name)
    shown = value if draft is None else draft.text
    key = key_of_control(name)
    if key in st.session_state and st.session_state[key] != shown:
        st.session_state[f"generation of {name}"] = _generation(name) + 1
        key = key_of_control(name)
    default = {"value": shown} if options is None else {"index": None if shown is None else list(options).index(shown)}

    def changed() -> None:
        # A browser also sends what nobody changed, and for a while what a widget said that is gone.
        if key == key_of_control(name) and st.session_state[key] != shown:
            change(st.session_state[key])

    return {"key": key, "on_change": changed, **default}


def field(visit: Visit, name: str, value: str, change: Callable[[str], None]) -> dict[str, Any]:
    """The same for a field that tells every pause in the typing: its arguments (typed, command, on_typed).

    It stays the same field whatever happens; where the visit changed by other ways, a new command replaces its text.
    """
    draft = visit.drafts.get(name)
    shown = value if draft is None else draft.text
    held, command = visit.held.get(name, (shown, 0))
    command += held != shown
    visit.held[name] = (shown, command)

    def typed(text: str) -> None:
        visit.held[name] = (text, command)
        change(text)

    return {"typed": shown, "command": command, "on_typed": typed}


def key_showing(key: str, value: object) -> str:
    """The key of a widget that takes no default, once its state is `value`."""
    if st.session_state.get(key) != value:
        st.session_state[key] = value
    return key


def key_of_control(name: str) -> str:
    """The key of the widget that shows it now."""
    generation = _generation(name)
    return f"{name}-{generation}" if generation else name


def keep_draft(visit: Visit, name: str, text: str, why: ValueError | str = "") -> None:
    """`text` cannot be used, and `why` says so, or not yet; it stays in the control."""
    visit.drafts[name] = Draft(text, str(why), why if isinstance(why, ValueError) else None)


def drop_draft(visit: Visit, name: str) -> None:
    """The control shows the visit again."""
    visit.drafts.pop(name, None)


def _generation(name: str) -> int:
    return int(st.session_state.get(f"generation of {name}", 0))
