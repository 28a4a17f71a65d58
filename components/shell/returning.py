"""Coming back: a tab that is loaded anew finds the policies and the run that it had.

The tab keeps a ticket, and no link has it: what was asked for is in the link, what came of it is in the server's memory.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import streamlit as st
from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

from components.instruments.diary import diary
from components.server.cloakroom import cloakroom, new_ticket

HELD = ("shelf", "tune")  # what comes back, by its key in session state
LONGEST = 64  # characters of a ticket


@dataclass
class _Ticket:
    """Kept in session state."""

    number: str = field(default_factory=new_ticket)
    heard: bool = False  # the tab has said which one it had before
    back: dict[str, Any] = field(default_factory=dict)  # what has come back and is not taken up yet


def keep_this_tab() -> None:
    """Let the tab keep its ticket, and the server what it is for; once a run, by the page's frame. Draws nothing."""
    ticket = _ticket()

    def take(number: str) -> None:
        ticket.heard = True
        things: Mapping[str, Any] = cloakroom().take(number) if len(number) <= LONGEST else {}
        if things:
            ticket.number, ticket.back = number, dict(things)

    diary("one_loop_tab", ticket.number, key="ticket", heard=ticket.heard, on_kept=take)
    things = {name: st.session_state[name] for name in HELD if name in st.session_state}
    if things and not ticket.back and runtime.exists():
        cloakroom().hang(ticket.number, things, open_tab())


def came_back(name: str) -> Any:
    """What this tab held under that key of session state before a reload, said once; None where it held nothing."""
    return _ticket().back.pop(name, None)


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
