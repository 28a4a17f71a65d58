"""Preferences as a file: what raters said of texts, as JSON that a person can read, and back. A file is a stranger's."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from mdp_core.rlhf.raters import MAX_RATIONALITY, STARS, Comparison

FORMAT = "one-loop preferences"
VERSION, WEIGHED = 1, 2  # the second has choices that count as more or fewer than one
MAX_BYTES = 50_000_000  # a thousand choices between texts of eight thousand characters, and those of a class many times
MAX_BRACKETS = 1_000_000  # of JSON, which would be objects in memory; a choice is one, and its texts seldom have many
MAX_RATER = 2**31 - 1
MAX_WEIGHT = 1e6

_PERSON, _SIMULATED = "person", "simulated"


class PreferenceFileError(ValueError):
    """A file that holds no preferences, or such as cannot be; the message is a sentence for the visitor."""


@dataclass(frozen=True)
class SimulatedBy:
    """Which simulated rater made the simulated choices: its number, which has a taste, and how strictly it chose.

    Raises PreferenceFileError for a number that is none from 0 to MAX_RATER, or a rationality out of 0..MAX_RATIONALITY.
    """

    number: int
    rationality: float

    def __post_init__(self) -> None:
        if type(self.number) is not int or not 0 <= self.number <= MAX_RATER:
            raise PreferenceFileError("The simulated rater of this file has no number: save the choices again.")
        if type(self.rationality) not in (int, float) or not 0 <= self.rationality <= MAX_RATIONALITY:
            raise PreferenceFileError(
                f"The simulated rater of this file needs a rationality from 0 to {MAX_RATIONALITY:g}: save the file again."
            )


@dataclass(frozen=True)
class SavedPreferences:
    """All that was said of texts: the choices, each with who made it, and the stars, which are a person's.

    Raises PreferenceFileError for a text that cannot be written, stars out of 1..STARS, a text that is rated twice, a
    choice that counts as more than MAX_WEIGHT, and for simulated choices without their rater or the reverse.
    """

    choices: tuple[Comparison, ...] = ()  # in their order
    stars: tuple[tuple[str, int], ...] = ()  # (text, how many)
    rater: SimulatedBy | None = None  # of the simulated choices; None where there are none

    def __post_init__(self) -> None:
        for place, choice in enumerate(self.choices, start=1):
            _check_text(choice.one, f"Choice {place}")
            _check_text(choice.other, f"Choice {place}")
            if choice.weight > MAX_WEIGHT:
                raise PreferenceFileError(
                    f"Choice {place} counts as {choice.weight:g}, and {MAX_WEIGHT:,.0f} is the most: correct it in the file."
                )
        for place, (text, count) in enumerate(self.stars, start=1):
            _check_text(text, f"Rated text {place}")
            if type(count) is not int or not 1 <= count <= STARS:
                raise PreferenceFileError(f"Rated text {place} needs 1 to {STARS} stars: correct it in the file.")
        if len({text for text, _ in self.stars}) < len(self.stars):
            raise PreferenceFileError("A text is rated twice in this file: keep one of its ratings.")
        if any(choice.simulated for choice in self.choices) != (self.rater is not None):
            raise PreferenceFileError(
                "This file does not say which simulated rater made its choices, or names one that made none: "
                "save the choices again."
            )


def to_json(saved: SavedPreferences) -> str:
    """`saved` as JSON: format, version, the simulated rater, `choices` and `stars`, one to a line.

    Raises PreferenceFileError for more than MAX_BYTES.
    """
    weighed = any(choice.weight != 1 for choice in saved.choices)
    head: dict[str, Any] = {"format": FORMAT, "version": WEIGHED if weighed else VERSION}
    if saved.rater is not None:
        head["simulated rater"] = {"number": saved.rater.number, "rationality": saved.rater.rationality}
    lists = {
        "choices": [
            {"one": c.one, "other": c.other, "chosen": c.chosen, "rater": _SIMULATED if c.simulated else _PERSON}
            | ({"weight": c.weight} if weighed else {})
            for c in saved.choices
        ],
        "stars": [{"text": text, "stars": count} for text, count in saved.stars],
    }
    fields = [f"{_line(name)}: {_line(value)}" for name, value in head.items()]
    for name, entries in lists.items():
        lines = ",".join(f"\n    {_line(entry)}" for entry in entries)
        fields.append(f"{_line(name)}: [{lines}\n  ]" if entries else f"{_line(name)}: []")
    content = "{\n  " + ",\n  ".join(fields) + "\n}\n"
    check_size(len(content.encode()))
    return content


def from_json(content: bytes) -> SavedPreferences:
    """What `to_json` wrote, UTF-8; fields that it does not write are left aside.

    Raises PreferenceFileError, and nothing else, for whatever is no such file.
    """
    check_size(len(content))
    if content.count(b"{") + content.count(b"[") > MAX_BRACKETS:
        raise PreferenceFileError("This file is made of more pieces than choices are: bring one that was saved here.")
    try:
        file = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise PreferenceFileError("This file is no JSON in UTF-8: bring one that was saved here.") from error
    if not isinstance(file, dict) or file.get("format") != FORMAT:
        raise PreferenceFileError("This file holds no choices of One Loop: bring one that was saved here.")
    if type(file.get("version")) is not int or file["version"] not in (VERSION, WEIGHED):
        raise PreferenceFileError(
            f"This file is not of version {VERSION} or {WEIGHED}, which are known here: save the choices again."
        )
    choices = tuple(_choice(place, entry) for place, entry in enumerate(_list(file, "choices"), start=1))
    stars = tuple(_stars(place, entry) for place, entry in enumerate(_list(file, "stars"), start=1))
    return SavedPreferences(choices, stars, _rater(file.get("simulated rater")))


def _choice(place: int, entry: Any) -> Comparison:
    if not isinstance(entry, dict):
        entry = {}
    one, other, chosen, rater = (entry.get(name) for name in ("one", "other", "chosen", "rater"))
    if not (isinstance(one, str) and isinstance(other, str)):
        raise PreferenceFileError(
            f"Choice {place} lacks one of its two texts: correct it in the file, or leave it out."
        )
    if rater not in (_PERSON, _SIMULATED):
        raise PreferenceFileError(f"Choice {place} does not say whose it is: its rater is “person” or “simulated”.")
    if type(chosen) is not int or chosen not in (0, 1):
        raise PreferenceFileError(f"Choice {place} needs “chosen”, 0 for the first text or 1 for the second.")
    if one == other:
        raise PreferenceFileError(
            f"Choice {place} is between a text and itself: correct it in the file, or leave it out."
        )
    weight = entry.get("weight", 1.0)
    if type(weight) not in (int, float) or not 0 < weight <= MAX_WEIGHT:
        raise PreferenceFileError(
            f"Choice {place} needs a “weight” above 0, {MAX_WEIGHT:,.0f} at most: correct it in the file, or leave it out."
        )
    return Comparison(one, other, chosen, rater == _SIMULATED, float(weight))


def _stars(place: int, entry: Any) -> tuple[str, int]:
    if not isinstance(entry, dict) or not isinstance(entry.get("text"), str) or type(entry.get("stars")) is not int:
        raise PreferenceFileError(f"Rated text {place} lacks its text or its stars: correct it in the file.")
    return entry["text"], entry["stars"]


def _rater(entry: Any) -> SimulatedBy | None:
    if entry is None:
        return None
    if not isinstance(entry, dict):
        raise PreferenceFileError("The simulated rater of this file has no number: save the choices again.")
    rationality = entry.get("rationality")
    if type(rationality) is int and abs(rationality) <= MAX_RATIONALITY:  # a whole number may be any size
        rationality = float(rationality)
    return SimulatedBy(entry.get("number"), rationality)  # type: ignore[arg-type]  # it checks both


def _list(file: dict[str, Any], name: str) -> list[Any]:
    entries = file.get(name)
    if not isinstance(entries, list):
        raise PreferenceFileError(f"This file has no list of {name}: save the choices again.")
    return entries


def _line(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _check_text(text: str, where: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise PreferenceFileError(f"{where} has half a character, which is no text: leave it out.") from error


def check_size(size: int) -> None:
    """Raises PreferenceFileError for more bytes than a file of preferences may have."""
    if size > MAX_BYTES:
        raise PreferenceFileError(
            f"This file has {size:,} bytes, and {MAX_BYTES:,} are the most that is read: split it."
        )
