"""A run of the loop, in one world or in both, on the player; it shows only the rows that the story has come to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import streamlit as st

from components.instruments.board import board
from components.instruments.player import ROWS, player
from components.server.pictures import Picture, grid_picture, kept_text, stage, write_now
from components.shell.address import visit
from components.shell.carried import links
from components.tour.beat import Setting
from mdp_core.frames import Json
from mdp_core.scenarios import GridScenario, TextScenario, View

RETURNS = ("rewards", "togo", "sum")


@dataclass(frozen=True)
class Seen:
    """What was rolled out."""

    worlds: tuple[Json, ...]  # the frames of each world
    at: int  # the step that is asked about

    @property
    def steps(self) -> list[Json]:
        """Of the first world."""
        steps: list[Json] = self.worlds[0]["steps"]
        return steps

    @property
    def rewards(self) -> list[float]:
        """Of the first world."""
        return [step["reward"] for step in self.steps]


@dataclass(frozen=True)
class Run:
    """The robot's world, the language model's, or both, with the draws of a seed. `meetings` are (seed, step) pairs: the
    question is asked at that step, and another meeting takes the next pair."""

    grid: GridScenario | None = None
    text: TextScenario | None = None
    meetings: Sequence[tuple[int, int]] = ((7, 0),)
    rows: tuple[str, ...] = ROWS  # once it is told
    asked: tuple[str, ...] | None = None  # before that; None: the same; empty: the map, and nothing happens on it
    gamma: float = 0.9

    def meeting(self, again: int) -> tuple[int, int]:
        """The seed and the step."""
        return self.meetings[again % len(self.meetings)]

    def find(self, setting: Setting) -> Seen | None:
        """Both worlds rolled out; None while the language model wakes up."""
        pictures = self._pictures(setting)
        if pictures is None:
            return None
        return Seen(tuple(picture.frames for picture in pictures), self.meeting(setting.again)[1])

    def _pictures(self, setting: Setting) -> list[Picture] | None:
        seed, _ = self.meeting(setting.again)
        pictures = [] if self.grid is None else [grid_picture(self.grid, seed, None)]
        if self.text is not None:
            text = self._text(setting)
            kept = kept_text(text, seed, None)
            if kept is None and setting.model is None:
                return None
            pictures.append(kept or write_now(setting.model, text, seed, None))  # type: ignore[arg-type]
        return pictures

    def _text(self, setting: Setting) -> TextScenario:
        assert self.text is not None
        return self.text

    def draw(self, setting: Setting, found: Seen | None) -> None:
        """The player."""
        pictures = self._pictures(setting)
        if pictures is None or found is None:
            st.info("The language model is waking up.")
            return
        memory, key = setting.memory, setting.key
        if not setting.told and self.asked == ():
            self._draw_map(setting, found)
            return
        view = memory.views.setdefault(key, View(found.at, self.gamma))
        rows = self.rows if setting.told or self.asked is None else self.asked

        def look(step: int, gamma: float) -> None:
            memory.views[key] = View(max(step, 0), min(max(gamma, 0.0), 1.0))

        def nothing(*_: Any) -> None:
            """The tour's futures are not forked: that is for the Stage."""

        frames = stage(*pictures)  # without what it says of the policy, which may not have been met yet
        frames["worlds"] = [world | {"caption": ""} for world in frames["worlds"]]
        player(
            frames,
            view,
            links(),
            key=f"player_{key}",
            rows=rows,
            watched=visit().watched,
            on_view=look,
            on_choose=nothing,
            on_undo=nothing,
        )

    def _draw_map(self, setting: Setting, found: Seen) -> None:
        picture = found.worlds[0]["map"]
        board(
            picture,
            key=f"board_{setting.key}",
            name=found.worlds[0]["title"],
            layers=("none",),
            robot=tuple(picture["start"]),
            height=None,
        )


@dataclass(frozen=True)
class Tempered(Run):
    """The language model's run, with a temperature to drag once the question has been answered."""

    cold: float = 0.3

    def find(self, setting: Setting) -> Seen | None:
        """The text as it is, and the one that the same draws write at the other temperature."""
        seen = super().find(setting)
        if seen is None or self.text is None:
            return seen
        seed, _ = self.meeting(setting.again)
        cold = replace(self.text, temperature=self.cold)
        picture = kept_text(cold, seed, None)
        if picture is None:
            if setting.model is None:
                return None
            picture = write_now(setting.model, cold, seed, None)
        return replace(seen, worlds=(*seen.worlds, picture.frames))

    def _text(self, setting: Setting) -> TextScenario:
        text = super()._text(setting)
        return replace(text, temperature=setting.memory.kept.get(setting.key, text.temperature))

    def draw(self, setting: Setting, found: Seen | None) -> None:
        """The slider above the player."""
        if setting.told and self.text is not None:
            key = f"temperature_{setting.key}"

            def turn() -> None:
                setting.memory.kept[setting.key] = float(st.session_state[key])

            value = setting.memory.kept.get(setting.key, self.text.temperature)
            st.slider("T temperature", 0.0, 2.0, value=value, step=0.05, key=key, on_change=turn)
        super().draw(setting, found)
