"""Preferences from a file, whoever wrote it: the choices, and sentences on what was left out. A file is a stranger's."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import BinaryIO

from mdp_core.rlhf.json_records import PIECE, Broken, json_records
from mdp_core.rlhf.preference_files import (
    FORMAT,
    PreferenceFileError,
    SavedPreferences,
    check_size,
    from_json,
)
from mdp_core.rlhf.preference_records import DroppedError, preferred
from mdp_core.rlhf.preference_sample import Sample

CHOICES = 1_000  # that are taken of a file
CHARACTERS = 300_000  # of their texts: a minute of reading for SmolLM2 on two cores
TOLD = 4  # kinds of what was left out, and broken lines, that are told one by one

_UTF_16 = (b"\xff\xfe", b"\xfe\xff")  # a byte order mark, which no text in UTF-8 has
_OWN = re.compile(rf'\A\s*{{.*?"format"\s*:\s*"{FORMAT}"'.encode(), re.DOTALL)


@dataclass(frozen=True)
class Brought:
    """What a file says."""

    saved: SavedPreferences
    told: tuple[str, ...] = ()  # sentences on what is not taken, for a visitor


def read_preferences(file: BinaryIO) -> Brought:
    """The preferences in a file that was saved here, or in others' JSON lines or JSON list, of which a sample of CHOICES is
    taken; it is read a record at a time.

    Raises PreferenceFileError for a file that was saved here and is damaged, for one in UTF-16, and for one without any
    choice.
    """
    check_size(file.seek(0, 2))
    file.seek(0)
    head = file.read(PIECE).removeprefix(b"\xef\xbb\xbf")
    file.seek(0)
    if head.startswith(_UTF_16):
        raise PreferenceFileError("This file is in UTF-16: save it in UTF-8, as JSON is, and bring it again.")
    if _OWN.match(head):
        return Brought(from_json(file.read()))
    sample, left = Sample(CHOICES, CHARACTERS), _LeftOut()
    for record in json_records(file):
        if isinstance(record, Broken):
            left.broken.append(record)
            continue
        try:
            for choice in preferred(record.value):
                sample.add(choice)
        except DroppedError as error:
            left.drop(str(error), record.line)
    choices, thinned = sample.comparisons()
    if not choices:
        raise PreferenceFileError(" ".join(["No choice was found in this file.", *left.told()[:2], _FORMS]))
    told = left.told()
    if thinned:
        told.append(
            f"Of {sample.seen:,} choices {len(choices):,} are taken, drawn by chance, the same every time: "
            f"{CHOICES:,} choices and {CHARACTERS:,} characters are as much as is learned from here."
        )
    return Brought(SavedPreferences(choices), tuple(told))


@dataclass
class _LeftOut:
    """What no choice could be made of."""

    broken: list[Broken] = field(default_factory=list)
    dropped: dict[str, tuple[int, int]] = field(default_factory=dict)  # why: (how many, the first one's line)

    def drop(self, why: str, line: int) -> None:
        count, first = self.dropped.get(why, (0, line))
        self.dropped[why] = count + 1, first

    def told(self) -> list[str]:
        """Sentences: broken lines by their numbers, with what was read there, and the rest by why."""
        sentences = [
            f"Line {broken.line} is no whole JSON, and begins with “{broken.begins}”"
            + (": what comes behind it is not read." if broken.ends else ".")
            for broken in self.broken[:TOLD]
        ]
        if more := len(self.broken) - TOLD:
            sentences += [f"{more:,} more lines are no whole JSON."] if more > 0 else []
        reasons = sorted(self.dropped.items(), key=lambda item: -item[1][0])
        for why, (count, line) in reasons[:TOLD]:
            where = f"line {line}" if count == 1 else f"{count:,} records, the first in line {line}"
            sentences.append(f"Left out: {where}, for {why}.")
        if rest := sum(count for _, (count, _) in reasons[TOLD:]):
            sentences.append(f"Left out for other reasons: {rest:,}.")
        return sentences


_FORMS = (
    "Read are files that were saved here, and JSON or JSON lines with “chosen” and “rejected”, or with “instruction” and "
    "rated “completions”."
)
