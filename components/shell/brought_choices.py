"""Choices that another page brings to page Score: a file's content, which is read there like any file."""

from __future__ import annotations

import streamlit as st


def bring_choices(content: bytes) -> None:
    """Let page Score take these in when it is opened next."""
    st.session_state["brought choices"] = content


def brought_choices() -> bytes | None:
    """What was brought, once."""
    content: bytes | None = st.session_state.pop("brought choices", None)
    return content
