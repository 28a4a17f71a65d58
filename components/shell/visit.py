"""One visitor's visit: what was asked for, how it is looked at, what is on its way, and what can be undone."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Literal

from components.server.models import Load
from components.shell.shelf import shelf
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
class StandIn:
    """The model that writes while the one that was asked for is not here."""

    model: str
    forced: tuple[tuple[int, int], ...] = ()  # tokens that were chosen by hand from this model
    restarts: bool = True  # the clock does when the other one comes; a link's own goes on where it stood


@dataclass
class Visit:
    """Kept in session state under one key; lives as long as the browser tab, across pages."""

    asked: Scenario  # what was asked for, and what the link says
    view: View
    notes: tuple[str, ...] = ()  # what the link asked for and could not have
    stand_in: StandIn | None = None  # while the model that was asked for is not here
    command: int = 0  # grows when the view is set from here, so that the player obeys once
    past: dict[Side, list[tuple[Any, ...]]] = field(default_factory=lambda: {"grid": [], "text": []})
    load: Load | None = None  # of the model that was asked for
    model_problem: str = ""  # why the model that was wanted last is not here
    picked: str | None = None  # the kind of model that is picked in the menu; None: the one on the Stage
    drafts: dict[str, Draft] = field(default_factory=dict)  # by the control's key
    held: dict[str, tuple[str, int]] = field(default_factory=dict)  # what stands in a field, and its last command
    kept_map: str = ""  # the visitor's own map, while a preset is on the Stage
    told: dict[str, str] = field(default_factory=dict)  # what the address said last, as far as is known here
    unread: dict[str, str] | None = None  # the link that it came from, until a page has taken up what is its own
    watched: bool = False  # another window shows the same, and wants to hear of every step of what plays
    compares: bool = False  # in place of the robot stands the model that the tuned policy on the Stage began as

    @property
    def scenario(self) -> Scenario:
        """What is shown: what was asked for, but for a model that is not here."""
        if self.stand_in is None:
            return self.asked
        text = replace(self.asked.text, model=self.stand_in.model, forced=self.stand_in.forced)
        return replace(self.asked, text=text)

    def change_grid(self, **changes: Any) -> None:
        """Change the grid's half. Choices made by hand in another world are meaningless: they go, and the clock restarts."""
        if "forced" not in changes and {"world", "own_map"} & changes.keys():
            changes["forced"] = ()
            self.past["grid"].clear()
            self.show(0)
        self.asked = replace(self.asked, grid=replace(self.asked.grid, **changes))

    def change_text(self, **changes: Any) -> None:
        """Change the text's half. Choices made by hand from another model or prompt are meaningless: they go, and the clock
        restarts. What was typed for the same and could not be used goes, too."""
        for name in changes:
            self.drafts.pop(name, None)
        if "model" in changes:
            self.stand_in = None
        if "forced" not in changes and {"model", "prompt"} & changes.keys():
            changes["forced"] = ()
            self.past["text"].clear()
            self.show(0)
            if self.stand_in is not None:
                self.stand_in = replace(self.stand_in, forced=())
        elif "forced" in changes and self.stand_in is not None:
            self.stand_in = replace(self.stand_in, forced=changes.pop("forced"))
        self.asked = replace(self.asked, text=replace(self.asked.text, **changes))

    def change_seed(self, seed: int) -> None:
        """Draw everything anew from another seed."""
        self.asked = replace(self.asked, seed=seed)

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

    # A model that is asked for and not here

    @property
    def wanted(self) -> str | None:
        """The model, or the tuned policy, that was asked for and is not here; None where nothing is missing."""
        return None if self.stand_in is None else self.asked.text.model

    def want(self, model: str) -> None:
        """Ask for a model that is not here; what is on the Stage stays as it is."""
        self.model_problem = ""
        if self.wanted == model:  # a link's, which brings choices with it
            return
        shown = self.scenario.text
        self.stand_in = StandIn(shown.model, shown.forced)
        self.asked = replace(self.asked, text=replace(self.asked.text, model=model, forced=()))

    def miss(self) -> None:
        """The model on the Stage is not here any more, having made room for another one: it is asked for again."""
        self.stand_in = StandIn(READY, restarts=False)

    def receive(self) -> None:
        """What was wanted is here, and goes on the Stage with the choices that its link brought."""
        stood_in, self.stand_in, self.picked = self.stand_in, None, None
        self.past["text"].clear()
        self.show(0 if stood_in is None or stood_in.restarts else self.view.step)

    def give_up(self, problem: str = "") -> None:
        """What was wanted will not come, because of `problem`, or as the visitor says: what is shown is asked for now."""
        self.asked, self.stand_in = self.scenario, None
        self.picked, self.model_problem = None, problem

    def dismiss(self) -> None:
        """The notes have been read."""
        self.notes = ()

    def _half(self, side: Side) -> GridScenario | TextScenario:
        return self.scenario.grid if side == "grid" else self.scenario.text

    def _set_forced(self, side: Side, forced: tuple[Any, ...]) -> None:
        change = self.change_grid if side == "grid" else self.change_text
        change(forced=forced)
