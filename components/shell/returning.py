"""Coming back: a tab that is loaded anew finds the policies and the run that it had, or is told that they are gone.

The tab keeps a ticket, and no link has it: what was asked for is in the link, what came of it is in the server's memory.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sized
from dataclasses import dataclass, field
from typing import Any

import streamlit as st
from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

from components.instruments.diary import diary
from components.server.cloakroom import cloakroom, new_ticket

# What comes back, by its key in session state: anything that says by its length how many it holds, and what one is called.
HELD = {"tune": ("run", "runs"), "shelf": ("kept policy", "kept policies")}
LONGEST = 100  # characters of what a tab keeps


@dataclass
class _Ticket:
    """Kept in session state."""

    number: str = field(default_factory=new_ticket)
    heard: bool = False  # the tab has said which one it had before
    back: dict[str, Any] = field(default_factory=dict)  # what has come back and is not taken up yet
    gone: str = ""  # a sentence on what this tab held and nobody has any more


def keep_this_tab() -> None:
    """Let the tab keep its ticket, and the server what it is for; once a run, after the pages are known. Draws nothing."""
    ticket = _ticket()

    def take(kept: str) -> None:
        ticket.heard = True
        number, server, counts = _read(kept)
        things: Mapping[str, Any] = cloakroom().take(number)
        if things:
            ticket.number, ticket.back = number, dict(things)
        elif server != cloakroom().name:
            ticket.gone = _lost(counts)

    counts = [*(len(_held().get(name, ())) for name in HELD), int(_loads())]
    text = " ".join((ticket.number, cloakroom().name, *map(str, counts)))
    diary("one_loop_tab", text, key="ticket", heard=ticket.heard, on_kept=take)
    keep_what_came()


def keep_what_came() -> None:
    """Let the server keep what this tab holds: after the page, too, which has taken up what came back. What is drawn
    later, part by part, changes the same things."""
    if (things := _held()) and runtime.exists():
        cloakroom().hang(_ticket().number, things, open_tab())


def _held() -> dict[str, Sized]:
    """What this tab holds, what came back and is not taken up yet before what it began with."""
    return {name: st.session_state[name] for name in HELD if name in st.session_state} | _ticket().back


def came_back(name: str) -> Any:
    """What this tab held under that key of session state before a reload, said once; None where it held nothing."""
    return _ticket().back.pop(name, None)


def gone() -> str:
    """A sentence, said once, on what this tab held in the memory of a server that has been started anew; else empty."""
    ticket = _ticket()
    sentence, ticket.gone = ticket.gone, ""
    return sentence


def _loads() -> bool:
    """Whether a model is on its way to this tab."""
    return getattr(st.session_state.get("visit"), "load", None) is not None


def _read(kept: str) -> tuple[str, str, list[int]]:
    """The ticket, the server that gave it, and what it was for, of what the tab says that it kept: of anything at all."""
    number, server, *counts = [*kept[:LONGEST].split(" "), "", ""][: 3 + len(HELD)]
    return number, server, [int(count) if count in "0123456789" and count else 0 for count in counts]


def _lost(counts: list[int]) -> str:
    """What was lost, in words; empty where nothing was."""
    *held, loads = [*counts, *[0] * (len(HELD) + 1)][: len(HELD) + 1]
    names = zip(held, HELD.values(), strict=True)
    words = [f"your {one}" if n == 1 else f"your {n} {many}" for n, (one, many) in names if n]
    if not words and not loads:
        return ""
    said = ["The server was started anew."]
    if words:
        said.append(f"It has lost {' and '.join(words)}, which were in its memory only.")
    if loads:
        said.append("The model that was on its way is not here; load it again, and it goes on from what has come.")
    return " ".join(said)


def open_tab() -> Callable[[], bool]:
    """A function that tells, in any thread, whether this visitor's tab is still connected."""
    context = get_script_run_ctx()
    if context is None or not runtime.exists():
        return lambda: True
    session, server = context.session_id, runtime.get_instance()
    return lambda: bool(server.is_active_session(session))


def _ticket() -> _Ticket:
    ticket: _Ticket = st.session_state.setdefault("ticket of this tab", _Ticket())
    return ticket
