"""Which language model writes, how its words are drawn, and what the finished text is scored by."""

from __future__ import annotations

import streamlit as st

from components.session.control import control, drop_draft, keep_draft, reading
from components.session.models import Models, spelling
from components.session.plain import plain
from components.session.visit import READY, Visit
from components.session.wishes import choose, leave
from mdp_core.scenarios import SCORES
from mdp_core.tokens.sources import facts
from mdp_core.tokens.sources.errors import UnknownModel
from mdp_core.tokens.sources.model_id import SMOLLM2

OTHER = "other"
KINDS = {READY: "Pocket", SMOLLM2: "SmolLM2-135M-Instruct", OTHER: "Another model"}
SCORE_NAMES = {"sentiment": "Sentiment", "word": "A wished-for word", "length": "A wished-for length"}


def model(here: Visit, models: Models) -> None:
    """The language model's half of the controls."""
    text = here.scenario.text
    name = _name(text.model, models)
    with st.popover(plain(f"Model: {name}, T {text.temperature:.2f}"), key="model", width=216):
        st.caption("The policy is the language model, an action is its next token.")
        _choice(here, models)
        left, right = st.columns(2)
        with left:
            _sampling(here)
        with right:
            _score(here)


def _name(model: str, models: Models) -> str:
    found = models.get(model)
    name = found.name if found is not None else KINDS.get(model, model)
    return name.removesuffix("-135M-Instruct")


def _choice(here: Visit, models: Models) -> None:
    current = here.wish.model if here.wish is not None else here.scenario.text.model
    kind = current if current in KINDS else OTHER
    picked = here.picked or kind
    st.radio(
        "Language model",
        list(KINDS),
        format_func=KINDS.__getitem__,
        key=control(here, "kind", picked),
        on_change=_picked,
        args=(here, models),
        horizontal=True,
    )
    wanted = picked
    if picked == OTHER:
        wanted = current if kind == OTHER else ""
        st.text_input(
            "Its hub id (owner/name), or a folder of this machine",
            key=control(here, "model_id", wanted),
            on_change=_named,
            args=(here, models),
            placeholder="owner/name",
        )
        if "model_id" in here.drafts:
            draft = here.drafts["model_id"]
            wanted = ""
            if draft.problem:
                st.error(plain(draft.problem))
            else:
                wanted = spelling(draft.text)
    if wanted and wanted != here.scenario.text.model and models.get(wanted) is None and here.load is None:
        label = plain(f"Load {facts(wanted, models.host)}")
        st.button(label, key="load", on_click=choose, args=(here, wanted, models), type="primary")


def _picked(here: Visit, models: Models) -> None:
    here.touched = True
    here.model_problem = ""
    kind = reading("kind")
    if kind == READY or (kind != OTHER and models.get(kind) is not None):
        choose(here, kind, models)
    elif here.wish is None or here.wish.model != kind:
        leave(here)
        here.picked = kind


def _named(here: Visit, models: Models) -> None:
    typed = reading("model_id")
    here.touched = True
    drop_draft(here, "model_id")
    if not typed.strip():
        return
    try:
        known = spelling(typed)
    except UnknownModel as error:
        keep_draft(here, "model_id", typed, str(error))
        return
    keep_draft(here, "model_id", typed, "")
    if models.get(known) is not None:
        choose(here, known, models)


def _sampling(here: Visit) -> None:
    text = here.scenario.text
    st.slider(
        "T temperature: 0 is the most likely token, always",
        0.0,
        2.0,
        step=0.05,
        key=control(here, "temperature", text.temperature),
        on_change=lambda: here.change_text(temperature=reading("temperature")),
    )
    st.number_input(
        "top-k: only the k most likely tokens, 0 for all",
        0,
        1_000_000,
        step=1,
        key=control(here, "top_k", text.top_k),
        on_change=lambda: here.change_text(top_k=_whole("top_k", text.top_k)),
    )
    st.slider(
        "top-p: only the likeliest with this much mass",
        0.01,
        1.0,
        step=0.01,
        key=control(here, "top_p", text.top_p),
        on_change=lambda: here.change_text(top_p=reading("top_p")),
    )


def _score(here: Visit) -> None:
    text = here.scenario.text
    st.number_input(
        "Length limit, in tokens",
        1,
        200,
        step=1,
        key=control(here, "max_tokens", text.max_tokens),
        on_change=lambda: here.change_text(max_tokens=_whole("max_tokens", text.max_tokens)),
    )
    st.radio(
        "Reward: how the finished text is rated",
        SCORES,
        format_func=SCORE_NAMES.__getitem__,
        key=control(here, "score", text.score),
        on_change=lambda: here.change_text(score=reading("score")),
    )
    if text.score == "word":
        st.text_input(
            "The word: 1 if it is there, else 0",
            max_chars=60,
            key=control(here, "word", text.word),
            on_change=lambda: here.change_text(word=reading("word")),
        )
    if text.score == "length":
        st.number_input(
            "The length in words: 1 if it fits, less the further off",
            1,
            200,
            step=1,
            key=control(here, "length", text.length),
            on_change=lambda: here.change_text(length=_whole("length", text.length)),
        )


def _whole(key: str, before: int) -> int:
    """An emptied field keeps what it had."""
    value = reading(key)
    return before if value is None else int(value)
