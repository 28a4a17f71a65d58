"""The address: the visit as a link, brought back by a reload, on another machine, and by the browser's Back and Forward."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from components.instruments.history import history
from components.server.host import host_model
from components.server.models import spelling
from components.shell.carried import Carried, take_up_another
from components.shell.returning import gone
from components.shell.shelf import shelf
from components.shell.ticker import part
from components.shell.visit import READY, StandIn, Visit
from mdp_core.link import FIELDS, from_query, to_query
from mdp_core.scenarios import Scenario, first_text
from mdp_core.tokens.sources.errors import UnknownModel

STILL = "What you asked for is still set as it was."  # it is in the link
FLOWING = tuple(field.name for field in FIELDS if field.kind.flows)


def visit() -> Visit:
    """This visitor's visit; the first call of a tab reads it from the address."""
    if "visit" not in st.session_state:
        st.session_state["visit"] = _read(st.query_params.to_dict())
    current: Visit = st.session_state["visit"]
    return current


def follow_address(current: Visit, *own: Carried) -> Visit:
    """The visit to go on with in a run of the page: another one where the visitor went back or forth in the browser.

    What the page shows of its `own` follows: a link that has not been read to its end is read now. Call it first in every
    run of a page: from then on the history has one entry for what a person calls a step back.
    """
    history([*FLOWING, *(name for carried in own for name in carried.flowing)], key="history")
    query = st.query_params.to_dict()
    if went_back() and query and query != link_of(current, *own):
        told, current = current.told, open_link(query)
        current.told = told
    if lost := gone():
        current.notes = (*current.notes, f"{lost} {STILL}")
    if current.unread is not None:
        query, current.unread = current.unread, None
        take_up_another()
        for carried in own:
            current.notes = (*current.notes, *carried.take_up(current, query))
    return current


def open_link(query: dict[str, str]) -> Visit:
    """Another visit, the one that the link describes: the next run of a page takes up what is its own of it."""
    opened = _read(query)
    if "visit" in st.session_state:
        before = visit()
        opened.command, opened.kept_map, opened.held = before.command + 1, before.kept_map, before.held
        opened.watched = before.watched
    st.session_state["visit"] = opened
    return opened


def went_back() -> bool:
    """Whether this run was caused by the browser's Back or Forward, and by nothing on the page."""
    context = get_script_run_ctx()
    return context is not None and context.is_history_navigation


def write_link(current: Visit, *own: Carried) -> None:
    """Put the visit into the address, so that a reload or a copied address brings it back. Ends every run.

    What Streamlit knows of the address is what it was when the run was asked for: keys that are pressed fast ask again
    before the browser has heard of the last address. So that one counts, too; what stands there already, it ignores.
    """
    query = link_of(current, *own)
    if not st.query_params.to_dict() == current.told == query:
        st.query_params.from_dict(query)
        current.told = query


def linked_part(draw: Callable[[], Any], *own: Carried, ticks: Callable[[], float | None] = lambda: None) -> None:
    """A part of the page, see `part`, that shows what is in the link: the address says so after every run of it."""

    def linked() -> None:
        draw()
        write_link(visit(), *own)

    linked.__module__, linked.__qualname__ = draw.__module__, f"{draw.__qualname__} {draw.__code__.co_firstlineno}"
    part(linked, ticks=ticks)


def link_of(current: Visit, *own: Carried) -> dict[str, str]:
    """The link's parameters: what was asked for, also where it is still on its way, and what the page has of its `own`.

    A tuned policy lives in this tab, so that a link can only name the model under it.
    """
    text = current.asked.text
    query = to_query(replace(current.asked, text=replace(text, model=shelf().base_of(text.model))), current.view)
    for carried in own:
        query |= carried.tell(current)
    return query


def _read(query: dict[str, str]) -> Visit:
    """The visit that a link describes. Pocket stands in for another model until that is found to be here."""
    suits = first_text(query.get("model", host_model()).strip().lower())  # what the link leaves open
    asked, view, notes = from_query(query, Scenario(text=replace(suits, model=host_model())))
    model, problem = host_model(), ""
    try:
        model = spelling(asked.text.model)
    except UnknownModel as error:  # said once the models are awake; until then nobody looks for what is none
        problem = str(error)
    asked = replace(asked, text=replace(asked.text, model=model))
    stand_in = None if model == READY else StandIn(READY, restarts=False)
    return Visit(asked, view, notes, stand_in, model_problem=problem, told=query, unread=query)
