"""Kept choices: what was said of texts, as a file for the visitor, and a file's choices beside those that are here."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import BinaryIO

from components.score.preferences import MOST_CHOICES, MOST_RATIONAL, MOST_STARS, Preferences
from mdp_core.rlhf.preference_files import PreferenceFileError, SavedPreferences, SimulatedBy, to_json
from mdp_core.rlhf.preferences_in import read_preferences


@dataclass
class Coming:
    """What came of the last file. Kept in session state, beside the preferences."""

    files: int = 0  # that were taken in; an empty field for the next one
    refused: str = ""  # why the last one was not
    news: str = ""  # to be said once
    left: tuple[str, ...] = ()  # what of the last one was not taken


def saved(preferences: Preferences) -> str:
    """All that was said, as JSON. Raises PreferenceFileError where that is more than a file may hold."""
    return to_json(
        SavedPreferences(
            tuple(preferences.choices),
            tuple(preferences.stars.items()),
            _rater(preferences) if any(choice.simulated for choice in preferences.choices) else None,
        )
    )


def take_in(preferences: Preferences, file: BinaryIO) -> tuple[str, tuple[str, ...]]:
    """Put a file's choices and stars beside those that are here: (what is new, sentences on what was not taken).

    What is here already is not counted twice, and a text that is rated here keeps its stars. The file's simulated rater
    becomes this tab's, so that its hidden taste is still the one behind its choices. Raises PreferenceFileError, in a
    sentence for a visitor, and then nothing has changed: for what is no such file, more than there is room for, or
    choices of another simulated rater than those that are here.
    """
    read = read_preferences(file)
    brought = read.saved
    if brought.rater is not None:
        _check_rater(preferences, brought.rater)
    unmatched = Counter(preferences.choices)
    choices = []
    for choice in brought.choices:
        if unmatched[choice]:
            unmatched[choice] -= 1
        else:
            choices.append(choice)
    stars = {text: count for text, count in brought.stars if text not in preferences.stars}
    _check_room(len(preferences.choices) + len(choices), MOST_CHOICES, "choices")
    _check_room(len(preferences.stars) + len(stars), MOST_STARS, "rated texts")
    if brought.rater is not None:
        preferences.meet(brought.rater.number, brought.rater.rationality)
    if choices or stars:
        preferences.add(choices, stars)
    return _told(len(choices), len(stars), len(brought.choices) + len(brought.stars)), read.told


def _rater(preferences: Preferences) -> SimulatedBy:
    return SimulatedBy(preferences.rater, preferences.rationality)


def _check_rater(preferences: Preferences, theirs: SimulatedBy) -> None:
    if theirs.rationality > MOST_RATIONAL:
        raise PreferenceFileError(
            f"The simulated rater of this file has rationality {theirs.rationality:g}, and here it goes to "
            f"{MOST_RATIONAL:g}: correct it in the file."
        )
    if theirs != _rater(preferences) and any(choice.simulated for choice in preferences.choices):
        raise PreferenceFileError(
            f"This file has choices of simulated rater no. {theirs.number + 1} with kappa {theirs.rationality:g}, and here "
            f"are those of no. {preferences.rater + 1} with kappa {preferences.rationality:g}: save them and forget them "
            "first, for one "
            "reward model learns one taste."
        )


def _check_room(count: int, most: int, what: str) -> None:
    if count > most:
        raise PreferenceFileError(
            f"With this file there would be {count:,} {what}, and {most:,} are as many as are kept: forget some first."
        )


def _told(choices: int, stars: int, all_: int) -> str:
    if not all_:
        return "This file has no choices yet: nothing has changed."
    if not choices + stars:
        return "All that this file says is here already."
    new = [f"{choices} choice{'s' * (choices != 1)}"] if choices else []
    new += [f"{stars} rated text{'s' * (stars != 1)}"] if stars else []
    known = all_ - choices - stars
    return f"Loaded: {' and '.join(new)}" + (f"; {known} more were here already." if known else ".")
