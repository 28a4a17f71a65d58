"""What the language model goes on from."""

from __future__ import annotations

import streamlit as st

from components.controls.control import control, drop_draft, keep_draft
from components.shell.visit import Visit
from mdp_core.scenarios import MAX_PROMPT
from mdp_core.tokens.prompts import LongPromptError


def ask_prompt(visit: Visit) -> None:
    """The prompt: s_0 of the language model's world."""
    st.text_input(
        "Prompt: the text that the language model goes on from",
        **control(visit, "prompt", visit.scenario.text.prompt, lambda text: _type(visit, text)),
        placeholder="Prompt: a few words to go on from",
        label_visibility="collapsed",
    )


def _type(visit: Visit, text: str) -> None:
    drop_draft(visit, "prompt")
    if len(text) > MAX_PROMPT:  # more than a link can carry
        keep_draft(visit, "prompt", text, LongPromptError(len(text), MAX_PROMPT, "characters"))
    else:
        visit.change_text(prompt=text)
