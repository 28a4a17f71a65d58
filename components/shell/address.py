"""The address: the visit as a link, brought back by a reload, on another machine, and by the browser's Back and Forward."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from components.server.host import host_model
from components.server.models import spelling
from components.shell.shelf import shelf
from components.shell.visit import READY, StandIn, Visit
from mdp_core.link import from_query, to_query
from mdp_core.scenarios import Scenario, TextScenario
from mdp_core.tokens.sources.errors import UnknownModel


def visit() -> Visit:
    """This visitor's visit; the first call of a tab reads it from the address."""
    if "visit" not in st.session_state:
        st.session_state["visit"] = _read()
    current: Visit = st.session_state["visit"]
    return current


def follow_address(current: Visit) -> Visit:
    """The visit to go on with in a run of the page: another one where the visitor went back or forth in the browser."""
    query = st.query_params.to_dict()
    if went_back() and query and query != link_of(current):
        earlier = _read()
        earlier.command, earlier.kept_map, earlier.held = current.command + 1, current.kept_map, current.held
        earlier.told = current.told
        st.session_state["visit"] = current = earlier
    return current


def went_back() -> bool:
    """Whether this run was caused by the browser's Back or Forward, and by nothing on the page."""
    context = get_script_run_ctx()
    return context is not None and context.is_history_navigation


def write_link(current: Visit) -> None:
    """Put the visit into the address, so that a reload or a copied address brings it back. Ends every run.

    What Streamlit knows of the address is what it was when the run was asked for: keys that are pressed fast ask again
    before the browser has heard of the last address. So that one counts, too; what stands there already, it ignores.
    """
    query = link_of(current)
    if not st.query_params.to_dict() == current.told == query:
        st.query_params.from_dict(query)
        current.told = query


def link_of(current: Visit) -> dict[str, str]:
    """The link's parameters: what was asked for, also where it is still on its way.

    A tuned policy lives in this tab, so that a link can only name the model under it.
    """
    text = current.asked.text
    return to_query(replace(current.asked, text=replace(text, model=shelf().base_of(text.model))), current.view)


def _read() -> Visit:
    """The visit that the address describes. Pocket stands in for another model until that is found to be here."""
    query = st.query_params.to_dict()
    asked, view, notes = from_query(query, Scenario(text=TextScenario(model=host_model())))
    with suppress(UnknownModel):  # which is said where the model is looked for
        asked = replace(asked, text=replace(asked.text, model=spelling(asked.text.model)))
    stand_in = None if asked.text.model == READY else StandIn(READY, restarts=False)
    return Visit(asked, view, notes, stand_in, told=query)
