"""Keeping what was told through a reload: the tab has it, and no link, so that nobody is given another's predictions.

What comes back is whatever somebody wrote there: only what the script could have been told is taken.
"""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import streamlit as st

from components.instruments.diary import diary
from components.tour.asking import spoken
from components.tour.beat import Beat, Choice, Guess, Number
from components.tour.memory import Prediction, TourMemory
from components.tour.script import beat_of

NOTHING = "tour keeps nothing"  # in session state
LONGEST = 100_000  # characters of what is kept
MEETINGS = 200  # at most
AGAIN = 1_000  # a beat is met less often
POINTS = (2, 200)  # of a curve


def keep_told(memory: TourMemory) -> None:
    """Let the tab keep what was told, and take up what it has kept; once a run of what may tell. Draws nothing."""
    if st.session_state.get(NOTHING):
        return

    def take(text: str) -> None:
        take_up(memory, text)
        memory.heard = True

    diary("one_loop_tour", kept_text(memory), key="told", heard=memory.heard, on_kept=take)


def keep_nothing() -> None:
    """This window shows another one's tour: what is told there is not its own."""
    st.session_state[NOTHING] = True


def kept_text(memory: TourMemory) -> str:
    """What was told and predicted, and what came of it; empty where nothing was."""
    if not memory.told:
        return ""
    told = []
    for beat, again in sorted(memory.told):
        prediction = memory.predictions.get((beat, again))
        came = [] if prediction is None else [prediction.right, prediction.surprised]
        told.append([beat, again, memory.guesses.get((beat, again)), *came])
    return json.dumps({"again": memory.again, "told": told[:MEETINGS]}, separators=(",", ":"))


def take_up(memory: TourMemory, text: str) -> None:
    """What `kept_text` said before, as far as it can be so; what is known since stays as it is."""
    read: Any = None
    with suppress(ValueError, RecursionError):
        read = json.loads(text) if len(text) <= LONGEST else None
    if not isinstance(read, dict):
        return
    again, told = read.get("again"), read.get("told")
    for name, times in again.items() if isinstance(again, dict) else ():
        if beat_of(name) is not None and _is_whole(times, AGAIN):
            memory.again.setdefault(name, times)
    for entry in told[:MEETINGS] if isinstance(told, list) else ():
        if isinstance(entry, list) and len(entry) in (3, 5):
            _take_meeting(memory, *entry)


def _take_meeting(
    memory: TourMemory, name: Any, again: Any, guessed: Any, right: Any = None, surprised: Any = None
) -> None:
    beat = beat_of(name) if isinstance(name, str) else None
    if beat is None or not _is_whole(again, AGAIN) or (beat.name, again) in memory.told:
        return
    meeting = (beat.name, again)
    guess, was = _guess(beat, guessed), _guess(beat, right)
    if guessed is not None and guess is None:
        return
    memory.told.add(meeting)
    if guess is None:
        return
    memory.guesses[meeting] = guess
    if isinstance(surprised, bool) and (right is None) == (was is None):
        said = "" if was is None else spoken(beat, was)
        memory.predictions[meeting] = Prediction(spoken(beat, guess), said, surprised and was is not None, was)


def _guess(beat: Beat, said: Any) -> Guess | None:
    """What could be an answer to that question; None for what could not."""
    how = beat.how
    if isinstance(how, Choice):
        return said if _is_whole(said, len(how.options)) else None
    low, high = how.low, how.high
    if isinstance(how, Number):
        return float(said) if _is_inside(said, low, high) else None
    if not isinstance(said, list) or not POINTS[0] <= len(said) <= POINTS[1]:
        return None
    inside = all(_is_inside(y, low, high) for y in said)
    return tuple(map(float, said)) if inside else None


def _is_whole(said: Any, below: int) -> bool:
    return isinstance(said, int) and not isinstance(said, bool) and 0 <= said < below


def _is_inside(said: Any, low: float, high: float) -> bool:
    return isinstance(said, int | float) and not isinstance(said, bool) and low <= said <= high
