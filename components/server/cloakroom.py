"""The cloakroom: what a tab holds in memory, kept over a reload of it. Whoever comes back brings the ticket of the tab.

What an open tab holds is in its session too, and costs nothing here. A closed tab's is kept for LEFT seconds, and of the
last MOST closed tabs only.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import streamlit as st

from components.server.sweeper import Sweeper

LEFT = 60.0  # seconds after a tab was closed; a reload takes two or three
MOST = 30  # closed tabs
SWEEP = 5.0  # seconds between two looks at who is still there


@dataclass
class _Coat:
    things: Mapping[str, Any]
    present: Callable[[], bool]  # whether the tab is open
    left: float | None = None  # when it was first seen closed


class Cloakroom:
    """Safe to use from several threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.name = new_ticket()  # another one after each start of the server
        self._clock = clock
        self._lock = threading.RLock()
        self._coats: dict[str, _Coat] = {}
        self._sweeper = Sweeper("cloakroom", SWEEP, self.sweep, self._coats, self._lock)

    def __len__(self) -> int:
        return len(self._coats)

    def hang(self, ticket: str, things: Mapping[str, Any], present: Callable[[], bool]) -> None:
        """Keep `things` for whoever has the ticket; `present` tells, in any thread, whether the tab is open."""
        with self._lock:
            self._coats[ticket] = _Coat(things, present)
            self._sweeper.wake()

    def take(self, ticket: str) -> Mapping[str, Any]:
        """The things of a tab that is closed, which are no longer kept then; nothing for any other ticket: a second tab, as
        a browser makes one by duplicating, does not take from the first what that still has."""
        with self._lock:
            coat = self._coats.get(ticket)
            if coat is None or coat.present():
                return {}
            return self._coats.pop(ticket).things

    def sweep(self) -> None:
        """Let go of what closed tabs have left too long ago."""
        now = self._clock()
        with self._lock:
            for coat in self._coats.values():
                coat.left = None if coat.present() else now if coat.left is None else coat.left
            closed = sorted((coat.left, ticket) for ticket, coat in self._coats.items() if coat.left is not None)
            late = [ticket for left, ticket in closed if now - left > LEFT]
            for ticket in {*late, *(ticket for _, ticket in closed[: max(len(closed) - MOST, 0)])}:
                del self._coats[ticket]


def new_ticket() -> str:
    """One that nobody guesses."""
    return secrets.token_urlsafe(16)


@st.cache_resource(show_spinner=False)
def cloakroom() -> Cloakroom:
    """The cloakroom of this server process."""
    return Cloakroom()
