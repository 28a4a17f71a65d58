"""How the model reads a prompt: as plain text, or by its own template as a chat; and what it really reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from components.controls.control import control
from components.server.models import Models
from components.shell.plain import harmless
from components.shell.shelf import language_model, shelf
from components.shell.visit import Visit
from components.shell.wanted_model import choose
from mdp_core.tokens.prompts import PromptError
from mdp_core.tokens.sources.model_id import CHAT, base_id, reads_chats

if TYPE_CHECKING:
    from mdp_core.tokens.language_model import LanguageModel

MOST = 400  # tokens that are shown
PLAIN = (
    "This model was tuned on chats, and now it reads the prompt as plain text: it goes on with your words. As a chat it "
    "answers them."
)
ANSWERS = (
    "Its own chat template stands around the prompt, so it answers. What the template says is read and never scored: the "
    "text is the prompt, a line break and the answer."
)
TUNED_SO = "This policy was tuned on the prompt as {way}, and reads it so."


def ask_reading(visit: Visit, models: Models) -> None:
    """The choice between the two, where the model on the Stage has a chat template."""
    shown = visit.scenario.text.model
    model = language_model(shown, models)
    if model is None or not model.wording.template:
        return
    if shown in shelf():
        way = "a chat" if reads_chats(shelf().base_of(shown)) else "plain text"
        st.caption(TUNED_SO.format(way=way))
    else:
        st.toggle(
            "Read the prompt as a chat",
            **control(visit, "chat", reads_chats(visit.asked.text.model), lambda on: _switch(visit, shown, on, models)),
        )
        st.caption(ANSWERS if reads_chats(shown) else PLAIN)
    _show(model, visit.scenario.text.prompt)


def _switch(visit: Visit, shown: str, on: bool, models: Models) -> None:
    choose(visit, base_id(shown) + CHAT * on, models)


def _show(model: LanguageModel, prompt: str) -> None:
    """The tokens of the prompt by their names: a special one that was typed is several there."""
    try:
        ids = model.encode(prompt)
    except PromptError:
        return  # which is said where the prompt is
    st.caption(f"What it reads, {len(ids):,} tokens:")
    with st.container(height=160 if len(ids) > MOST // 8 else "content", border=False):
        st.code(tokens_by_name(model, ids), language=None, wrap_lines=True)


def tokens_by_name(model: LanguageModel, ids: tuple[int, ...]) -> str:
    """Plain text: the first MOST tokens, a blank between two, a new line behind a line break."""
    text = ""
    for token in ids[:MOST]:
        name = harmless(model.named(token))
        text += name + ("\n" if name.endswith("⏎") else " ")
    return f"{text}… {len(ids) - MOST:,} more" if len(ids) > MOST else text.rstrip()
