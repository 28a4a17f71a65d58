"""One visitor's visit: the scenario on the Stage, how it is looked at, what is on its way, and what can be undone."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Literal

import streamlit as st

from components.server.host import host_model
from components.server.models import Load
from components.server.pictures import Picture, Writing
from components.shell.shelf import shelf
from components.stage.relearned import Relearned
from mdp_core.link import from_query, to_query
from mdp_core.scenarios import GridScenario, Scenario, TextScenario, View, force

Side = Literal["grid", "text"]
SIDES: tuple[Side, Side] = ("grid", "text")
READY = "pocket"  # the model that is always there


@dataclass(frozen=True)
class Draft:
    """What was typed into a control and is not in the scenario: it stays in the control."""

    text: str
    problem: str = ""  # a sentence that says why; empty where it only waits for a button
    error: ValueError | None = None  # the problem, where it is a world's: its last good picture stays meanwhile


@dataclass(frozen=True)
class Wish:
    """A model that is wanted and not here yet; the one on the Stage stays there meanwhile."""

    model: str
    forced: tuple[tuple[int, int], ...] = ()  # tokens that were chosen by hand from this model, as a link brings them
    prompt: str = ""  # the prompt that `forced` belongs to
    tuned: str = ""  # the policy of the shelf that it is wanted for, by its id


@dataclass
class Written:
    """A text on its way: `tokens` of at most `most` are there."""

    key: tuple[Any, ...]
    writing: Writing
    most: int
    tokens: int = 0
    stopped: bool = False
    error: ValueError | None = None  # why it cannot be written
    due: bool = False  # the next run of the writing's own fragment is a tick, and writes

    @property
    def share(self) -> float:
        """How much of it is there, in [0, 1]."""
        return min(self.tokens / self.most, 1.0)

    def stop(self) -> None:
        """Write no further for now."""
        self.stopped = True

    def go_on(self) -> None:
        """Write on."""
        self.stopped = False


@dataclass
class Visit:
    """Kept in session state under one key; lives as long as the browser tab, across pages."""

    scenario: Scenario
    view: View
    notes: tuple[str, ...] = ()  # what the link asked for and could not have
    command: int = 0  # grows when the view is set from here, so that the player obeys once
    past: dict[Side, list[tuple[Any, ...]]] = field(default_factory=lambda: {"grid": [], "text": []})
    shown: dict[str, Picture] = field(
        default_factory=dict
    )  # the last good picture of each side, and of the "reference"
    wish: Wish | None = None
    load: Load | None = None  # of the model that is wished for
    announced: Load | None = None  # the load whose progress the page shows
    model_problem: str = ""  # why the model that was wanted last is not here
    picked: str | None = None  # the kind of model that is picked in the menu; None: the one on the Stage
    drafts: dict[str, Draft] = field(default_factory=dict)  # by the control's key
    held: dict[str, tuple[str, int]] = field(default_factory=dict)  # what stands in a field, and its last command
    kept_map: str = ""  # the visitor's own map, while a preset is on the Stage
    written: Written | None = None  # a text that a slow model is writing
    unwritten: Written | None = None  # the last one that failed
    relearned: Relearned | None = None  # the robot's policy, while it is being learned again
    stale: set[Side] = field(default_factory=set)  # worlds whose picture is not what the controls say
    compares: bool = False  # in place of the robot stands the model that the tuned policy on the Stage began as
    touched: bool = False  # a control or the player changed it since the last run of the page

    def change_grid(self, **changes: Any) -> None:
        """Change the grid's half. Choices made by hand in another world are meaningless: they go, and the clock restarts."""
        self.touched = True
        self.scenario = replace(self.scenario, grid=replace(self.scenario.grid, **changes))
        if "forced" not in changes and {"world", "own_map"} & changes.keys():
            self._forget("grid")

    def change_text(self, **changes: Any) -> None:
        """Change the text's half. Choices made by hand from another model or prompt are meaningless: they go, and the clock
        restarts. What was typed for the same and could not be used goes, too."""
        self.touched = True
        for name in changes:
            self.drafts.pop(name, None)
        self.scenario = replace(self.scenario, text=replace(self.scenario.text, **changes))
        if "forced" not in changes and {"model", "prompt"} & changes.keys():
            self._forget("text")

    def change_seed(self, seed: int) -> None:
        """Draw everything anew from another seed."""
        self.touched = True
        self.scenario = replace(self.scenario, seed=seed)

    def look(self, step: int, gamma: float) -> None:
        """Remember what the visitor looks at; the player already shows it."""
        self.touched = True
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

    @property
    def compared(self) -> bool:
        """True where a tuned policy stands beside the model that it began as."""
        return self.compares and self.scenario.text.model in shelf()

    def before(self, side: Side) -> tuple[Any, ...] | None:
        """The forced actions before the last choice, None where nothing was chosen.

        A link brings the choices and not their history: there the last one counts as the latest.
        """
        forced = self._half(side).forced
        if not forced:
            return None
        return self.past[side][-1] if self.past[side] else forced[:-1]

    def want(self, wish: Wish) -> None:
        """Ask for a model that is not here; what is on the Stage stays as it is."""
        self.touched = True
        self.wish = wish
        self.model_problem = ""

    def receive(self, model: str) -> None:
        """The model that was wanted is here: it, or the tuned policy that it was wanted for, goes on the Stage, with the
        choices that its link brought."""
        wish, self.wish, self.picked = self.wish, None, None
        self.past["text"].clear()
        if wish is not None and wish.tuned in shelf():
            model = wish.tuned
        self.change_text(model=model, forced=self._wished_forced(wish))
        self.show(self.view.step if wish is not None and wish.prompt else 0)

    def give_up(self, problem: str = "") -> None:
        """The model that was wanted will not come, because of `problem`, or because the visitor said so."""
        self.touched = True
        self.wish, self.picked, self.model_problem = None, None, problem

    def touch(self) -> None:
        """The next run of the page is one that a control caused, even where it changed nothing here."""
        self.touched = True

    def dismiss(self) -> None:
        """The notes have been read."""
        self.touched = True
        self.notes = ()

    def query(self) -> dict[str, str]:
        """The link's parameters: what is on the Stage, with the model that is on its way.

        A tuned policy lives in this tab, so that a link can only name the model under it.
        """
        text = self.scenario.text
        scenario = replace(self.scenario, text=replace(text, model=shelf().base_of(text.model)))
        if self.wish is not None:
            text = replace(scenario.text, model=self.wish.model, forced=self._wished_forced(self.wish))
            scenario = replace(scenario, text=text)
        return to_query(scenario, self.view)

    def _wished_forced(self, wish: Wish | None) -> tuple[tuple[int, int], ...]:
        return wish.forced if wish is not None and wish.prompt == self.scenario.text.prompt else ()

    def _half(self, side: Side) -> GridScenario | TextScenario:
        return self.scenario.grid if side == "grid" else self.scenario.text

    def _set_forced(self, side: Side, forced: tuple[Any, ...]) -> None:
        change = self.change_grid if side == "grid" else self.change_text
        change(forced=forced)

    def _forget(self, side: Side) -> None:
        self.past[side].clear()
        self._set_forced(side, ())
        self.show(0)


def visit() -> Visit:
    """This visitor's visit; the first call of a tab reads it from the link."""
    if "visit" not in st.session_state:
        st.session_state["visit"] = from_link()
    found: Visit = st.session_state["visit"]
    return found


def from_link() -> Visit:
    """The visit that the address describes.

    The model that it names is a wish: whether it is here, `components.shell.wanted_model.settle` finds out.
    """
    scenario, view, notes = from_query(st.query_params.to_dict(), Scenario(text=TextScenario(model=host_model())))
    text = scenario.text
    wish = None if text.model == READY else Wish(text.model, text.forced, text.prompt)
    if wish is not None:
        scenario = replace(scenario, text=replace(text, model=READY, forced=()))
    return Visit(scenario, view, notes, wish=wish)


def follow_address(current: Visit) -> Visit:
    """The visit to go on with in a full run of the page: another one where the visitor went back or forth in the browser.

    A run that a control or the player caused is none of that, even where the browser's address lags behind it.
    """
    query = st.query_params.to_dict()
    if query and not current.touched and query != st.session_state.get("address", query):
        found = from_link()
        found.shown, found.command, found.kept_map = current.shown, current.command + 1, current.kept_map
        found.held = current.held
        st.session_state["visit"] = current = found
    return current


def write_link(current: Visit) -> None:
    """Put the visit into the address, so that a reload or a copied address brings it back. Ends every run."""
    current.touched = False
    query = current.query()
    st.session_state["address"] = query
    if st.query_params.to_dict() != query:
        st.query_params.from_dict(query)
