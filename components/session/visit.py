"""One visitor's visit: the scenario on the Stage, how it is looked at, and what can be undone."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Literal

import streamlit as st

from mdp_core.link import from_query, to_query
from mdp_core.scenarios import GridScenario, Scenario, TextScenario, View, force

Side = Literal["grid", "text"]
SIDES: tuple[Side, Side] = ("grid", "text")


@dataclass
class Visit:
    """Kept in session state under one key; lives as long as the browser tab, across pages."""

    scenario: Scenario
    view: View
    notes: tuple[str, ...] = ()  # what the link asked for and could not have
    command: int = 0  # grows when the view is set from here, so that the player obeys once
    past: dict[Side, list[tuple[Any, ...]]] = field(default_factory=lambda: {"grid": [], "text": []})
    shown: dict[Side, dict[str, Any]] = field(default_factory=dict)  # the last good picture of each world

    def change_grid(self, **changes: Any) -> None:
        """Change the grid's half. Another world or policy makes the choices made by hand meaningless: they go."""
        self.scenario = replace(self.scenario, grid=replace(self.scenario.grid, **changes))
        if "forced" not in changes and {"world", "own_map"} & changes.keys():
            self._forget("grid")

    def change_text(self, **changes: Any) -> None:
        """Change the text's half. Another model or prompt makes the choices made by hand meaningless: they go."""
        self.scenario = replace(self.scenario, text=replace(self.scenario.text, **changes))
        if "forced" not in changes and {"model", "prompt"} & changes.keys():
            self._forget("text")

    def change_seed(self, seed: int) -> None:
        """Draw everything anew from another seed."""
        self.scenario = replace(self.scenario, seed=seed)

    def look(self, step: int, gamma: float) -> None:
        """Remember what the visitor looks at; the player already shows it."""
        self.view = View(step=max(int(step), 0), gamma=min(max(float(gamma), 0.0), 1.0))

    def show(self, step: int) -> None:
        """Tell the player to go to `step`."""
        self.view = replace(self.view, step=step)
        self.command += 1

    def choose(self, side: Side, t: int, action: Any) -> None:
        """Force `action` at step `t`; the old future becomes the ghost."""
        forced = self._half(side).forced
        self.past[side].append(forced)
        self._set_forced(side, force(forced, t, action))

    def undo(self, side: Side) -> None:
        """Take back the last choice made by hand; without one, nothing happens."""
        self._set_forced(side, self.before(side) or ())
        if self.past[side]:
            self.past[side].pop()

    def before(self, side: Side) -> tuple[Any, ...] | None:
        """The forced actions before the last choice, None where nothing was chosen.

        A link brings the choices and not their history: there the last one counts as the latest.
        """
        forced = self._half(side).forced
        if not forced:
            return None
        return self.past[side][-1] if self.past[side] else forced[:-1]

    def _half(self, side: Side) -> GridScenario | TextScenario:
        return self.scenario.grid if side == "grid" else self.scenario.text

    def _set_forced(self, side: Side, forced: tuple[Any, ...]) -> None:
        change = self.change_grid if side == "grid" else self.change_text
        change(forced=forced)

    def _forget(self, side: Side) -> None:
        self.past[side].clear()
        self._set_forced(side, ())


def visit() -> Visit:
    """This visitor's visit; the first call of a tab reads it from the link."""
    if "visit" not in st.session_state:
        scenario, view, notes = from_query(st.query_params.to_dict(), defaults())
        st.session_state["visit"] = Visit(scenario, view, notes)
    found: Visit = st.session_state["visit"]
    return found


def write_link(current: Visit) -> None:
    """Put the visit into the address, so that a reload or a copied address brings it back."""
    query = to_query(current.scenario, current.view)
    if st.query_params.to_dict() != query:
        st.query_params.from_dict(query)


def defaults() -> Scenario:
    """What a visit starts with where the link says nothing: the host may have chosen the model."""
    from components.session.models import host_model

    return Scenario(text=TextScenario(model=host_model()))
