"""Score: a black box that reads a text and says a number, by any principle that one has in mind."""

from __future__ import annotations

from typing import Any

import streamlit as st

from components.controls.model import ask_model
from components.controls.prompt import ask_prompt
from components.controls.question import ask_question
from components.instruments.drawing.figures import signed
from components.instruments.formula_field import formula_field
from components.score.language import explain_formulas
from components.score.link import IN_LINK
from components.score.people import show_people
from components.score.scoring import LONGEST, TEXTS, Scoring, scoring
from components.score.texts import list_scored
from components.score.weights import ask_weights
from components.server.models import models
from components.server.pictures import is_slow
from components.server.warmup import warmup
from components.shell.address import follow_address, linked_part, visit, write_link
from components.shell.carried import since_link
from components.shell.messages import messages, model_messages, tell_problem
from components.shell.navigation import go_to
from components.shell.now import tell_visit
from components.shell.shelf import writer
from components.shell.takeaway import conclude
from components.shell.ticker import work_on
from components.shell.visit import Visit
from components.shell.wanted_model import settle
from mdp_core.frames import key_of
from mdp_core.tokens.formula import LARGEST
from mdp_core.tokens.served.client import ServerError
from mdp_core.work import Work


def page() -> None:
    """The page "Score"."""
    current = follow_address(visit(), *IN_LINK)
    if warmup().done:
        settle(current, models())
    with st.container(horizontal=True, key="controls", gap="small", vertical_alignment="center"):
        ask_prompt(current)
        ask_model(current, models())
    with messages():
        model_messages(current, models(), warmup(), stays="The model that was here stays.")
    linked_part(lambda: _black_box(visit(), scoring()), *IN_LINK)
    linked_part(show_people, *IN_LINK)
    tell_visit(current)
    write_link(current, *IN_LINK)


# 1. The black box


def _black_box(current: Visit, memory: Scoring) -> None:
    st.header("1 · Score: any principle you have in mind", anchor="score")
    # What comes and goes above the field has a place of its own: the field must not move, or the browser makes it anew.
    with st.container():
        texts = _texts(current, memory)
        if texts:
            _predict(memory, texts[TEXTS:])
    left, right = st.columns([6, 7], gap="medium")
    with left:
        formula_field(
            memory.typed,
            memory.error,
            _between(current, memory),
            key="formula_field",
            command=memory.command,
            on_typed=memory.type,
        )
        ask_weights(current, memory)
        with st.container(horizontal=True, key="score_do", gap="small", vertical_alignment="center"):
            if st.button("Tune with this score", key="score_tune", type="primary"):
                memory.take()
                go_to("Tune")
            text = current.scenario.text
            same = (text.score, text.formula) == ("formula", memory.formula)
            st.button(
                "It scores the Stage" if same else "Score the Stage by it",
                key="score_stage",
                on_click=lambda: current.change_text(score="formula", formula=memory.formula),
                disabled=same,
            )
            explain_formulas()
    with right:
        _own(memory)
        own = [memory.own] if memory.own.strip() else []
        note = "" if memory.error is None else "Scored by the last formula that could be read."
        if own or texts:
            list_scored(memory.scored([*own, *texts[:TEXTS]]), bool(own), note)
        with st.container(horizontal=True, key="score_more", gap="small", vertical_alignment="center"):
            st.button("Write other texts", key="score_again", on_click=lambda: setattr(memory, "seed", memory.seed + 1))
            st.caption(f"seed {memory.seed}")
    conclude("A score reads the finished text and says one number. Nothing else of it is ever needed to learn from it.")


def _between(current: Visit, memory: Scoring) -> str:
    """The range of the scores, worked out on intervals."""
    model = writer(current.scenario.text.model, models())
    if model is None:
        return ""
    low, high = memory.range(model, current.scenario.text)
    if max(-low, high) >= LARGEST:
        return "No bounds are known for the scores of this formula."
    return f"Every text of the model scores between {signed(low, 2)} and {signed(high, 2)}."


def _own(memory: Scoring) -> None:
    key = since_link("score_own")
    st.text_area(
        "A text of your own",
        value=memory.own,
        key=key,
        max_chars=LONGEST,
        height=68,
        placeholder="Write a text of your own, and see its score beside the model's",
        label_visibility="collapsed",
        on_change=lambda: setattr(memory, "own", st.session_state[key]),
    )


def _texts(current: Visit, memory: Scoring) -> tuple[str, ...]:
    """What the model has written; empty while it writes."""
    model = writer(current.scenario.text.model, models())
    if model is None:
        return ()
    writing = memory.see(model, current.scenario.text)
    try:
        if not is_slow(model):
            writing.finish()
        if isinstance(writing.error, ServerError):
            tell_problem(str(writing.error), "", memory.write_again, "Ask again", "_score")
            return ()
        if writing.error is not None:
            raise writing.error
    except ValueError as error:
        tell_problem(str(error), "Change the prompt.")
        return ()
    work_on(writing, _doing, key="score_writing", go_on="Go on writing")
    return writing.result or ()


def _doing(writing: Work[Any]) -> str:
    return f"stopped at {writing.doing}" if writing.stopped else f"The model writes: {writing.doing}"


def _predict(memory: Scoring, texts: tuple[str, ...]) -> None:
    """Which of two other texts is worth more, by the formula as it stands."""
    pair = memory.pair(texts)
    if pair is None:
        return

    def answer() -> tuple[int, str]:
        totals = [scored.score.total for scored in pair if scored.score is not None]
        return totals.index(max(totals)), f"The scores are {totals[0]:.2f} and {totals[1]:.2f}."

    options = [scored.text for scored in pair]
    key = key_of("guess", memory.formula, options)[:10]
    ask_question(memory.guesses, f"score_{key}", "which of these texts will score higher?", options, answer)
