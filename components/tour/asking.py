"""Asking: the visitor commits to a guess, and what came of it is told."""

from __future__ import annotations

from html import escape

import streamlit as st

from components.instruments.drawing.figures import digits, figure
from components.shell.plain import plain
from components.tour.beat import Answer, Beat, Choice, Curve, Guess, Number
from components.tour.memory import Prediction, TourMemory
from mdp_core.opinions import apart


def put(beat: Beat) -> None:
    """The question."""
    st.html(f'<p class="tour-asks">{escape(beat.asks)}</p>')


def ask(beat: Beat, memory: TourMemory, key: str) -> None:
    """The question, a way to answer it, and a way on for who would rather see."""
    put(beat)
    guess = _ask_how(beat.how, memory, key)

    def commit() -> None:
        if guess is not None:
            memory.predict(beat.name, guess)

    with st.container(horizontal=True, gap="small", key=f"tour_commit_{key}"):
        st.button("That is my guess", key=f"guess_{key}", type="primary", on_click=commit, disabled=guess is None)
        offer_to_show(beat, memory, key)


def offer_to_show(beat: Beat, memory: TourMemory, key: str) -> None:
    """The way on without a guess."""
    st.button("Show me", key=f"show_{key}", on_click=memory.show, args=(beat.name,))


def _ask_how(how: Choice | Number | Curve, memory: TourMemory, key: str) -> Guess | None:
    widget = f"ask_{key}"
    if isinstance(how, Choice):
        chosen = st.radio(
            "Your guess",
            range(len(how.options)),
            index=None,
            format_func=lambda i: plain(how.options[i]),
            key=widget,
            label_visibility="collapsed",
        )
        return None if chosen is None else int(chosen)
    if isinstance(how, Number):
        unit = f" ({how.unit})" if how.unit else ""
        middle = how.low + round((how.high - how.low) / 2 / how.step) * how.step
        value = st.slider(f"Your guess{unit}", how.low, how.high, value=middle, step=how.step, key=widget)
        return float(value)
    st.caption("Draw it into the picture, with the pointer or with the arrow keys.")
    draft = memory.kept.get(f"draft_{key}")  # the paper is the instrument's
    return draft if isinstance(draft, tuple) else None


def compare(beat: Beat, memory: TourMemory, answer: Answer | None) -> None:
    """What was guessed beside what it is; remembered for the end."""
    meeting = memory.meeting(beat.name)
    guess = memory.guesses.get(meeting)
    if answer is None:
        if guess is not None:
            st.caption(plain(f"You said: {spoken(beat, guess)}. It is being worked out."))
        return
    if guess is None:
        st.info(plain(answer.because))
        return
    right = is_right(guess, answer)
    said, was = spoken(beat, guess), "" if answer.right is None else spoken(beat, answer.right)
    memory.predictions[meeting] = Prediction(said, was or answer.because, not right, answer.right)
    if answer.right is None:
        st.info(plain(f"You said: {said}. {answer.because}"))
    elif right:
        st.success(plain(f"You said {said}. {answer.because}"))
    else:
        reply = answer.reply(guess) or (f"It is {was}." if isinstance(beat.how, Choice) else "")
        st.warning(plain(" ".join(filter(None, (f"You said {said}.", reply, answer.because)))))


def is_right(guess: Guess, answer: Answer) -> bool:
    """Whether it is what was right, or near enough; True where nothing is."""
    if answer.right is None:
        return True
    if isinstance(guess, tuple):
        return isinstance(answer.right, tuple) and apart(guess, answer.right) <= answer.near
    return not isinstance(answer.right, tuple) and abs(guess - answer.right) <= answer.near + 1e-9


def spoken(beat: Beat, guess: Guess) -> str:
    """A guess, or an answer, in words."""
    if isinstance(beat.how, Choice):
        return f"“{beat.how.options[int(guess)]}”" if isinstance(guess, (int, float)) else ""
    if isinstance(guess, tuple):
        return f"a curve from {digits(guess[0], 2)} to {digits(guess[-1], 2)}"
    if not isinstance(beat.how, Number):
        return digits(guess, 4)
    places = 2 if beat.how.step < 0.1 else 1 if beat.how.step < 1 else 0  # as fine as it was asked
    return " ".join(filter(None, (figure(guess, places), beat.how.unit)))
