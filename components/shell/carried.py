"""What a page's link carries beside the visit: the settings that are the page's own."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from components.shell.visit import Visit
from mdp_core.link.settings import Setting, take_up, tell

LINKS = "links taken up"  # session state: how many, after the first of a tab


@dataclass(frozen=True)
class Carried:
    """Both directions, and whatever lies in between: the same visit and query give the same memory in any tab."""

    tell: Callable[[Visit], dict[str, str]]  # the query parameters
    take_up: Callable[[Visit, Mapping[str, str]], tuple[str, ...]]  # the notes; parameters that are absent count, too
    names: tuple[str, ...]  # of the query parameters
    flowing: tuple[str, ...]  # those that are dragged or typed


def carried(settings: Sequence[Setting], memory: Callable[[Visit], Any], fresh: Callable[[Visit], Any]) -> Carried:
    """The settings in a page's `memory`; `fresh` is what it begins with for that visit."""
    return Carried(
        lambda visit: tell(settings, memory(visit), fresh(visit)),
        lambda visit, query: take_up(settings, memory(visit), fresh(visit), query),
        names=tuple(setting.name for setting in settings),
        flowing=tuple(setting.name for setting in settings if setting.kind.flows),
    )


def take_up_another() -> None:
    """One more link is taken up, or what counts as one."""
    st.session_state[LINKS] = st.session_state.get(LINKS, -1) + 1


def links() -> int:
    """How many links were taken up in this tab after the first: an instrument that obeys a new number once obeys them."""
    return int(st.session_state.get(LINKS, 0))


def since_link(key: str) -> str:
    """The key of a widget that keeps its own state: another one with every link that was taken up, or it would go on
    showing what it showed."""
    return f"{key} {links()}" if links() else key
