"""Edits of a visitor's map: a change makes another text, and the worlds before it can be had again."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar

from mdp_core.grid.maps import MAX_MAP, GridMap, to_text
from mdp_core.grid.presets import world

W = TypeVar("W")


class Edits(Generic[W]):
    """The worlds before the last edits, at most `most` of them: whatever says which world it was, such as (name, own map).

    False where there is nothing to undo.
    """

    def __init__(self, most: int) -> None:
        self._past: deque[W] = deque(maxlen=most)

    def __len__(self) -> int:
        return len(self._past)

    def remember(self, before: W) -> None:
        """Keep the world that is about to change; the oldest makes room."""
        self._past.append(before)

    def undo(self) -> W | None:
        """The world before the last edit, kept no longer; None where there is none."""
        return self._past.pop() if self._past else None

    def forget(self) -> None:
        """Nothing that was before can be had again."""
        self._past.clear()


def redraw(name: str, own_map: str, change: Callable[[GridMap], GridMap]) -> str | None:
    """The map of a world after `change`, as text; None where that changes nothing.

    `change` is given the map itself, without the slip that a slider has put over it. Raises what `change` raises, and
    ValueError for a text of more than MAX_MAP characters.
    """
    drawn = world(name, own_map).map
    changed = change(drawn)
    if changed == drawn:
        return None
    text = to_text(changed)
    if len(text) > MAX_MAP:
        raise ValueError(f"The map has {len(text):,} characters now, and at most {MAX_MAP:,} fit into a link.")
    return text
