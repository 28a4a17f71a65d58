"""A moving picture of a run: photographed by the visitor's own browser, a step at a time, while the page can be used."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from math import ceil
from typing import Any

import streamlit as st

from components.instruments.player import camera
from components.server.gif import MOST_PICTURES, moving_picture, read_picture, size_of
from components.shell.file_button import offer_file
from components.shell.plain import plain
from components.shell.ticker import part
from components.shell.waiting import show_waiting
from mdp_core.scenarios import View

STEP, LAST = 1000, 3000  # ms for which a step is seen, and the last one
TICK = 0.5  # seconds between two looks at how far the film is
FILM = "moving picture"  # session state: the film that was begun last


@dataclass(frozen=True)
class Scene:
    """What is photographed."""

    frames: dict[str, Any]  # the player's
    view: View  # how it is looked at: its gamma, not its step
    says: str  # what it is, in a few words
    name: str  # of the file

    @property
    def steps(self) -> tuple[int, ...]:
        """Those that have a picture."""
        return steps_to_show(max(len(world["steps"]) for world in self.frames["worlds"]))

    @property
    def leaves_out(self) -> str:
        """A sentence where not every step has a picture."""
        each, last = self.steps[1:2], self.steps[-1]
        return f" Of {last} steps, one in {each[0]} and the last." if each > (1,) else ""


@dataclass
class Film:
    """One moving picture, from the first photograph to the file. Kept in session state under one key."""

    scene: Scene
    number: int  # grows with every film of a visitor
    pictures: list[bytes] = field(default_factory=list)  # PNG, until the file is there
    file: bytes = b""
    says: str = ""  # what the file holds
    problem: str = ""  # a sentence for the visitor, where nothing came of it
    stopped: bool = False
    announced: bool = False

    def __post_init__(self) -> None:
        self.steps = self.scene.steps

    @property
    def busy(self) -> bool:
        """Whether there are photographs to be taken."""
        return not (self.file or self.problem or self.stopped)

    def take(self, film: object, at: object, png: object) -> None:
        """A photograph has come; one of another film, or one that came before, is left out. The last one makes the file."""
        if not self.busy or (film, at) != (self.number, len(self.pictures)):
            return
        try:
            self.pictures.append(read_picture(png))
            if len(self.pictures) == len(self.steps):
                self._make()
        except ValueError as error:
            self.problem = str(error)
            self.pictures.clear()

    def stop(self) -> None:
        """The visitor does not want it any more."""
        self.stopped = True
        self.pictures.clear()

    def _make(self) -> None:
        milliseconds = [STEP] * (len(self.steps) - 1) + [LAST]
        self.file = moving_picture(self.pictures, milliseconds)
        width, height = size_of(self.pictures[0])
        self.says = (
            f"{self.scene.says}: {len(self.steps)} pictures of {width} × {height}, {sum(milliseconds) // 1000} s, "
            f"{len(self.file) / 1e6:.1f} MB.{self.scene.leaves_out}"
        )
        self.pictures.clear()


def steps_to_show(length: int) -> tuple[int, ...]:
    """The steps of a run of `length` that have a picture: all of them or, of a long run, every second, third, ... and the
    last."""
    return (*range(0, length, max(ceil(length / (MOST_PICTURES - 1)), 1)), length)


def offer_moving_picture(scene: Callable[[], Scene]) -> None:
    """A button that begins the film of what `scene` gives then; a bar while it is made; then its file."""
    part(lambda: _offer(scene), ticks=lambda: TICK if (film := _film()) is not None and film.busy else None)


def photograph() -> None:
    """The camera, while there is something to photograph. It has a part of the page for itself, and takes no room there."""
    film = _film()
    if film is None:
        return
    if film.busy:
        at = len(film.pictures)
        camera(
            film.scene.frames,
            film.scene.view,
            film=film.number,
            at=at,
            step=film.steps[at],
            key="camera",
            on_picture=film.take,
        )
    elif film.file and not film.announced:
        film.announced = True
        st.toast("The moving picture is ready, under “Take along”.")


def _film() -> Film | None:
    film: Film | None = st.session_state.get(FILM)
    return film


def _offer(scene: Callable[[], Scene]) -> None:
    film = _film()
    if film is not None and film.busy:
        at, count = len(film.pictures), len(film.steps)
        show_waiting(f"picture {at + 1} of {count}", at / count, "Stop", lambda: _then_run(film.stop), key="filming")
        st.caption("The page can be used while it is made.")
        return
    if film is not None and film.file:
        file = film.file
        offer_file("Save the moving picture", film.scene.name, lambda: file, key="film", width="stretch")
        st.caption(plain(film.says))
    elif film is not None and film.problem:
        st.error(plain(film.problem))
    st.button(
        "Another moving picture" if film is not None and film.file else "A moving picture, GIF",
        key="film",
        on_click=lambda: _then_run(lambda: _begin(scene())),
        icon=":material/movie:",
        width="stretch",
    )
    st.caption(f"Plays by itself, also in slides: a picture a step, a second each.{scene().leaves_out}")


def _begin(scene: Scene) -> None:
    before = _film()
    st.session_state[FILM] = Film(scene, 1 if before is None else before.number + 1)


def _then_run(change: Callable[[], None]) -> None:
    """The whole page has to hear of it: a clock begins or stops, and the camera comes or goes."""
    change()
    st.rerun()
