"""Score: a black box that reads a text and says a number, by any principle that one has in mind."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import streamlit as st

from components.controls.model import model
from components.controls.prompt import prompt
from components.controls.question import question
from components.instruments.drawing.figures import signed
from components.instruments.formula_field import formula_field
from components.score.language import language
from components.score.people import people
from components.score.scoring import TEXTS, Scoring, scoring
from components.score.texts import scored_texts
from components.score.weights import weights
from components.server.models import models
from components.server.pictures import is_slow
from components.server.warmup import warmup
from components.shell.address import follow_address, visit, write_link
from components.shell.messages import model_messages, problem
from components.shell.navigation import go_to
from components.shell.shelf import language_model
from components.shell.takeaway import takeaway
from components.shell.visit import Visit
from components.shell.waiting import waiting
from components.shell.wanted_model import settle
from mdp_core.frames import key_of
from mdp_core.tokens.formula import LARGEST

if TYPE_CHECKING:
    from mdp_core.tokens.language_model import LanguageModel

TICK = 0.3  # seconds between two looks at what is on its way
SLICE = 0.2  # seconds of writing in one of them
LONGEST = 2_000  # characters of the visitor's own text


def page() -> None:
    """The page "Score"."""
    here = follow_address(visit())
    if st.session_state.pop("to_tune", False):
        go_to("Tune")
    if warmup().done:
        settle(here, models())
    with st.container(horizontal=True, key="controls", gap="small", vertical_alignment="center"):
        prompt(here)
        model(here, models())
    model_messages(here, models(), warmup(), stays="The model that was here stays.")
    st.fragment(_black_box)()
    people()
    write_link(here)


# 1. The black box


def _black_box() -> None:
    here, mine = visit(), scoring()
    if st.session_state.get("to_tune"):
        st.rerun()
    st.subheader("1 · Score: any principle you have in mind", anchor="score")
    # What comes and goes above the field has a place of its own: the field must not move, or the browser makes it anew.
    with st.container():
        texts = _texts(here, mine)
        if texts:
            _predict(mine, texts[TEXTS:])
    left, right = st.columns([6, 7], gap="medium")
    with left:
        formula_field(
            mine.typed, mine.error, _between(here, mine), key="formula_field", command=mine.command, on_typed=mine.type
        )
        weights(here, mine)
        with st.container(horizontal=True, key="score_do", gap="small", vertical_alignment="center"):
            st.button(
                "Tune with this score",
                key="score_tune",
                type="primary",
                on_click=lambda: (mine.take(), st.session_state.update(to_tune=True)),
            )
            text = here.scenario.text
            same = (text.score, text.formula) == ("formula", mine.formula)
            st.button(
                "It scores the Stage" if same else "Score the Stage by it",
                key="score_stage",
                on_click=lambda: here.change_text(score="formula", formula=mine.formula),
                disabled=same,
            )
            language()
    with right:
        _own(mine)
        own = [mine.own] if mine.own.strip() else []
        said = "" if mine.error is None else "Scored by the last formula that could be read."
        if own or texts:
            scored_texts(mine.scored([*own, *texts[:TEXTS]]), bool(own), said)
        with st.container(horizontal=True, key="score_more", gap="small", vertical_alignment="center"):
            st.button("Write other texts", key="score_again", on_click=lambda: setattr(mine, "seed", mine.seed + 1))
            st.caption(f"seed {mine.seed}")
    write_link(here)
    takeaway("A score reads the finished text and says one number. Nothing else of it is ever needed to learn from it.")


def _between(here: Visit, mine: Scoring) -> str:
    """The range of the scores, worked out on intervals."""
    found = language_model(here.scenario.text.model, models())
    if found is None:
        return ""
    low, high = mine.range(found, here.scenario.text)
    if max(-low, high) >= LARGEST:
        return "No bounds are known for the scores of this formula."
    return f"Every text of the model scores between {signed(low, 2)} and {signed(high, 2)}."


def _own(mine: Scoring) -> None:
    st.text_area(
        "A text of your own",
        value=mine.own,
        key="score_own",
        max_chars=LONGEST,
        height=68,
        placeholder="Write a text of your own, and see its score beside the model's",
        label_visibility="collapsed",
        on_change=lambda: setattr(mine, "own", st.session_state["score_own"]),
    )


def _texts(here: Visit, mine: Scoring) -> tuple[str, ...]:
    """What the model has written; empty while it writes."""
    found: LanguageModel | None = language_model(here.scenario.text.model, models())
    if found is None:
        return ()
    try:
        written = mine.see(found, here.scenario.text)
        while not written.done and not is_slow(found):
            written.work()
    except ValueError as error:
        problem(str(error), "")
        return ()
    if written.stopped:
        st.button("Go on writing", key="score_go_on", on_click=lambda: setattr(written, "stopped", False))
    elif not written.done:
        st.fragment(_writing, run_every=TICK)()
    if written.problem:
        problem(written.problem, "Change the prompt.")
    return written.texts


def _writing() -> None:
    written = scoring().written
    if written is None or written.done or written.stopped:
        st.rerun()

    def stop() -> None:
        written.stopped = True

    said = f"The model writes: token {written.tokens} of {written.most}"
    waiting(said, written.tokens / written.most, "Stop", stop, key="score_writing")
    until = time.monotonic() + SLICE
    while not written.done and time.monotonic() < until:
        written.work()


def _predict(mine: Scoring, texts: tuple[str, ...]) -> None:
    """Which of two other texts is worth more, by the formula as it stands."""
    pair = mine.pair(texts)
    if pair is None:
        return

    def answer() -> tuple[int, str]:
        totals = [scored.score.total for scored in pair if scored.score is not None]
        return totals.index(max(totals)), f"The scores are {totals[0]:.2f} and {totals[1]:.2f}."

    options = [scored.text for scored in pair]
    key = key_of("guess", mine.formula, options)[:10]
    question(mine.guesses, f"score_{key}", "which of these texts will score higher?", options, answer)
