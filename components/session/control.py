"""Controls: Streamlit's widgets, made to show the visit. The visit is the truth; a widget's own state only mirrors it."""

from __future__ import annotations

from typing import Any

import streamlit as st

from components.session.visit import Draft, Visit


def control(here: Visit, key: str, value: Any) -> str:
    """The key of a widget that shows `value`, or what was typed into it last and could not be used.

    Hand it to the widget as `key`, and no default beside it. The state is written only where it differs, so that a run
    of the page never takes away what is being typed.
    """
    draft = here.drafts.get(key)
    shown = draft.text if draft is not None else value
    if key not in st.session_state or st.session_state[key] != shown:
        st.session_state[key] = shown
    return key


def reading(key: str) -> Any:
    """What the widget says, for its callback."""
    return st.session_state[key]


def keep_draft(here: Visit, key: str, text: str, problem: str) -> None:
    """`text` cannot be used because of `problem`; it stays in the control."""
    here.touched = True
    here.drafts[key] = Draft(text, problem)


def drop_draft(here: Visit, key: str) -> None:
    """The control shows the visit again."""
    here.drafts.pop(key, None)
