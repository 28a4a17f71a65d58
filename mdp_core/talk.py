"""A talk: beats of the tour and moments of the laboratory in an order of one's own, as one small file and back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

VERSION = 1  # of the file
MOST = 60  # items of a talk
LONGEST_TITLE, LONGEST_NOTES = 120, 4_000  # characters
LONGEST_PAGE = 40  # characters of a page's title
MAX_BYTES = 1_000_000  # of a file
MAX_LINK = 120  # parameters of a moment's link
MAX_PARAMETER = 20_000  # characters of one


class TalkError(ValueError):
    """What is no talk; the message is a sentence for a visitor."""


@dataclass(frozen=True)
class Item:
    """A beat of the tour (`beat`), or a moment: what was on a page of the laboratory, as its link says."""

    title: str
    notes: str = ""
    beat: str = ""  # the name of a beat; empty for a moment
    page: str = ""  # the title of the moment's page
    link: Mapping[str, str] = field(default_factory=dict)  # its query parameters

    def named(self, title: str) -> Item:
        """Under another title; an empty one changes nothing."""
        title = " ".join(title.split())[:LONGEST_TITLE]
        return replace(self, title=title) if title else self

    def noted(self, notes: str) -> Item:
        """With other notes."""
        return replace(self, notes=notes[:LONGEST_NOTES])


@dataclass(frozen=True)
class Talk:
    """Frozen: every change makes another one."""

    title: str = "My talk"
    items: tuple[Item, ...] = ()

    def with_item(self, item: Item) -> Talk:
        """With one more at the end. Raises TalkError where there are MOST."""
        if len(self.items) >= MOST:
            raise TalkError(f"A talk has {MOST} moments and beats at most: take one out first.")
        return replace(self, items=(*self.items, item))

    def without(self, i: int) -> Talk:
        """Without item `i`."""
        return replace(self, items=(*self.items[:i], *self.items[i + 1 :]))

    def moved(self, i: int, by: int) -> Talk:
        """With item `i` so many places further on, as far as there are places."""
        items = list(self.items)
        item = items.pop(i)
        items.insert(min(max(i + by, 0), len(items)), item)
        return replace(self, items=tuple(items))

    def changed(self, i: int, item: Item) -> Talk:
        """With another item in the place of item `i`."""
        return replace(self, items=(*self.items[:i], item, *self.items[i + 1 :]))


def to_json(talk: Talk) -> str:
    """The talk as a file; `from_json` reads it back to the same talk."""
    items = [
        {"beat": item.beat, "title": item.title, "notes": item.notes}
        if item.beat
        else {"page": item.page, "link": dict(item.link), "title": item.title, "notes": item.notes}
        for item in talk.items
    ]
    return json.dumps({"one_loop_talk": VERSION, "title": talk.title, "items": items}, ensure_ascii=False, indent=1)


def from_json(content: bytes) -> tuple[Talk, tuple[str, ...]]:
    """Read a file that may be anything: the talk, and a note for every item that was left out or cut.

    Whether a beat or a page exists is not known here. Raises TalkError for what is no talk at all.
    """
    if len(content) > MAX_BYTES:
        raise TalkError(f"This file has {len(content):,} bytes, and a talk has {MAX_BYTES:,} at most.")
    try:
        data = json.loads(content.decode("utf-8-sig"))
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        raise TalkError("This file is no talk: it is not written as JSON.") from error
    if not isinstance(data, dict) or "one_loop_talk" not in data or not isinstance(data.get("items"), list):
        raise TalkError("This file is no talk of One Loop: it has no list of moments and beats.")
    notes: list[str] = []
    if data["one_loop_talk"] != VERSION:
        notes.append("This talk was made by another version of One Loop; what this one does not know is left out.")
    items = []
    for number, entry in enumerate(data["items"][:MOST], 1):
        item = _item(entry)
        if item is None:
            notes.append(f"Entry {number} is neither a beat nor a moment; it is left out.")
        else:
            items.append(item)
    if len(data["items"]) > MOST:
        notes.append(f"The talk has {len(data['items']):,} entries; the first {MOST} are kept.")
    return Talk(_text(data.get("title"), LONGEST_TITLE) or Talk.title, tuple(items)), tuple(notes)


def _item(entry: Any) -> Item | None:
    if not isinstance(entry, dict):
        return None
    title, notes = _text(entry.get("title"), LONGEST_TITLE), _text(entry.get("notes"), LONGEST_NOTES)
    beat, page, link = entry.get("beat"), entry.get("page"), entry.get("link")
    if isinstance(beat, str) and beat:
        beat = _text(beat, LONGEST_TITLE)
        return Item(title or beat, notes, beat=beat)
    if not isinstance(page, str) or not page or not isinstance(link, dict):
        return None
    page = _text(page, LONGEST_PAGE)
    parameters = list(link.items())[:MAX_LINK]
    sound = {_text(key, 40): _text(value, MAX_PARAMETER) for key, value in parameters if isinstance(value, str)}
    return Item(title or page, notes, page=page, link=sound)


def _text(value: Any, longest: int) -> str:
    return _sound(value[:longest]) if isinstance(value, str) else ""


def _sound(text: str) -> str:
    """JSON can spell half of a character, and no page and no file can be written with that."""
    return text.encode("utf-8", "replace").decode()
