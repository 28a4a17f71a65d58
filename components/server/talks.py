"""Talks that are being given: what a projector and the speaker's window share, by a secret that only they know."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass, field
from typing import Any

from mdp_core.kept import Kept
from mdp_core.talk import Talk

MOST = 64  # talks at a time; the one that was looked at longest ago goes


@dataclass
class GivenTalk:
    """One talk, as it is given. Both windows write `at`."""

    talk: Talk
    secret: str = field(default_factory=lambda: secrets.token_urlsafe(16))
    at: int = 0  # the item that the audience sees
    began: float = field(default_factory=time.time)
    blank: bool = False  # the audience sees a black screen
    page: str = ""  # the title of the page that the audience sees
    seen: dict[str, Any] = field(default_factory=dict)  # of the projector's session: its own memories, not copies
    watched: bool = False  # there is a window that shows what the audience sees

    def go(self, by: int) -> None:
        """So many items further on, as far as there are items."""
        self.at = min(max(self.at + by, 0), max(len(self.talk.items) - 1, 0))


_talks: Kept[str, GivenTalk] = Kept(MOST)


def begin_talk(talk: Talk, at: int) -> GivenTalk:
    """Begin to give it, with item `at`."""
    given = GivenTalk(talk, at=at)
    return _talks.put(given.secret, given)


def given_talk(secret: str) -> GivenTalk | None:
    """The one of that secret, while it is known."""
    return _talks.get(secret)
